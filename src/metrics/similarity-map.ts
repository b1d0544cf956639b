import { UserError } from '../core/index.ts';
import { columnSubspaceSimilarity, leadingColumns, type Matrix, matmulTN, orth } from '../linalg/index.ts';

/**
 * Column subspace similarities of two weight updates at every pair of ranks: φ(i, j) = ‖QᵢᵀQ′ⱼ‖_F² / min(i, j), where Qᵢ holds the
 * i leading left singular vectors. Source: ours (reading of CoLoRA, Definition 1), after the map of Hu et al. 2022.
 *
 * @param update ΔW [d, n]
 * @param other ΔW′ [d, n′]
 * @param rank r, from 1 to the rank of either update
 * @returns r rows of r numbers in [0, 1]; entry [i − 1][j − 1] is φ(i, j)
 * @throws UserError when the numbers of rows differ, an entry is not finite, or an update has no r directions
 */
export function similarityMap(update: Matrix, other: Matrix, rank: number): number[][] {
  if (update.rows !== other.rows) {
    throw new UserError(`similarityMap: updates must have the same number of rows, got ${update.shape} and ${other.shape}`);
  }
  const product = matmulTN(directions(update, rank), directions(other, rank));
  // sums[j]: squares of the product above row i and left of column j
  const above = new Float64Array(rank + 1);
  return Array.from({ length: rank }, (_, i) => {
    let row = 0;
    return Array.from({ length: rank }, (_, j) => {
      row += product.at(i, j) ** 2;
      above[j] += row;
      return Math.min(1, above[j] / (Math.min(i, j) + 1));
    });
  });
}

/**
 * The similarity that two subspaces without anything in common have in expectation: max(i, j)/d for random directions, hence r/d for
 * equal ranks.
 *
 * @param dimension d, the number of rows of the updates
 * @param rank i, from 1 to d
 * @param otherRank j, from 1 to d
 * @throws UserError when a rank is out of range
 */
export function similarityFloor(dimension: number, rank: number, otherRank = rank): number {
  for (const r of [rank, otherRank]) {
    if (!(Number.isInteger(r) && r >= 1 && r <= dimension)) {
      throw new UserError(`similarityFloor: rank must be a whole number from 1 to the dimension ${dimension}, got ${r}`);
    }
  }
  return Math.max(rank, otherRank) / dimension;
}

/**
 * Column subspace similarities of every pair of tasks.
 *
 * @param updates one ΔW [d, n] for each task
 * @param rank r, from 1 to the least rank of the updates
 * @returns a symmetric table with 1 in the diagonal
 * @throws UserError as `columnSubspaceSimilarity`
 */
export function taskSimilarities(updates: readonly Matrix[], rank: number): number[][] {
  const table = updates.map(() => new Array<number>(updates.length).fill(1));
  for (let i = 0; i < updates.length; i++) {
    for (let j = 0; j < i; j++) table[i][j] = table[j][i] = columnSubspaceSimilarity(updates[i], updates[j], rank);
  }
  return table;
}

function directions(update: Matrix, rank: number): Matrix {
  const basis = orth(update);
  if (!(Number.isInteger(rank) && rank >= 1 && rank <= basis.cols)) {
    throw new UserError(`similarityMap: rank must be a whole number from 1 to ${basis.cols}, the rank of ΔW ${update.shape}, got ${rank}`);
  }
  return leadingColumns(basis, rank);
}
