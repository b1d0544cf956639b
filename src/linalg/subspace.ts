import { UserError } from '../core/index.ts';
import { addScaled, frobeniusNorm, leadingColumns, Matrix } from './matrix.ts';
import { matmul, matmulTN } from './product.ts';
import { numericalRank, spectralNorm, svd } from './spectral.ts';

/** How far QᵀQ may be from the identity (largest entry). */
const ORTHONORMALITY = 1e-8;

/**
 * Distance between two subspaces, dist(U, U*) = ‖(I − U* U*ᵀ) U‖₂: the sine of the largest principal angle.
 * Source: ours (the error that Theorem 1 of CoLoRA bounds, in our reading).
 *
 * Computed from the residual itself, hence accurate to about 1e-15; via √(1 − σ²) it could not fall below 1e-8.
 *
 * @param u [d, r], orthonormal columns
 * @param reference U* [d, r*], orthonormal columns
 * @returns a number in [0, 1]; 1 whenever r > r*
 * @throws UserError when the numbers of rows differ or columns are not orthonormal
 */
export function subspaceDistance(u: Matrix, reference: Matrix): number {
  checkBases('subspaceDistance', u, reference);
  return Math.min(1, spectralNorm(residual(u, reference)));
}

/**
 * Principal angles between two subspaces, from cosines and sines together, so that small and large ones are equally exact.
 * Source: Björck and Golub 1973.
 *
 * @param u [d, r], orthonormal columns
 * @param v [d, s], orthonormal columns
 * @returns min(r, s) angles in radians in ascending order, from 0 to π/2
 * @throws UserError when the numbers of rows differ or columns are not orthonormal
 */
export function principalAngles(u: Matrix, v: Matrix): Float64Array {
  checkBases('principalAngles', u, v);
  const [small, large] = u.cols <= v.cols ? [u, v] : [v, u];
  const cosines = svd(matmulTN(large, small)).s;
  const sines = svd(residual(small, large)).s.reverse();
  return cosines.map((cosine, i) => Math.atan2(sines[i], cosine));
}

/**
 * Similarity of two subspaces, φ = ‖QᵀQ′‖_F² / min(i, j): the mean squared cosine of the principal angles.
 * Source: ours (reading of CoLoRA, Definition 1). Two random r-subspaces of R^d give r/d in expectation.
 *
 * @param q [d, i], orthonormal columns
 * @param other Q′ [d, j], orthonormal columns
 * @returns a number in [0, 1]
 * @throws UserError when the numbers of rows differ or columns are not orthonormal
 */
export function subspaceSimilarity(q: Matrix, other: Matrix): number {
  checkBases('subspaceSimilarity', q, other);
  return Math.min(1, frobeniusNorm(matmulTN(q, other)) ** 2 / Math.min(q.cols, other.cols));
}

/**
 * Column subspace similarity of two weight updates: φ between the leading r left singular vectors of each.
 * Source: ours (reading of CoLoRA, Definition 1).
 *
 * @param update ΔW [d, n]
 * @param other ΔW′ [d, n′]
 * @param rank r, from 1 to the rank of either update
 * @returns a number in [0, 1]
 * @throws UserError when the numbers of rows differ, an entry is not finite, or an update has no r directions
 */
export function columnSubspaceSimilarity(update: Matrix, other: Matrix, rank: number): number {
  return subspaceSimilarity(leadingDirections(update, rank), leadingDirections(other, rank));
}

function leadingDirections(update: Matrix, rank: number): Matrix {
  const { u, s } = svd(update);
  const available = numericalRank(s, update);
  if (!(Number.isInteger(rank) && rank >= 1 && rank <= available)) {
    throw new UserError(
      `columnSubspaceSimilarity: rank must be a whole number from 1 to ${available}, the rank of ΔW ${update.shape}, got ${rank}`,
    );
  }
  return leadingColumns(u, rank);
}

/** (I − W Wᵀ) X, twice over: W is orthonormal to rounding only, and the second pass removes what that left within its span. */
function residual(x: Matrix, w: Matrix): Matrix {
  const once = addScaled(x, -1, matmul(w, matmulTN(w, x)));
  return addScaled(once, -1, matmul(w, matmulTN(w, once)));
}

function checkBases(where: string, a: Matrix, b: Matrix): void {
  if (a.rows !== b.rows) throw new UserError(`${where}: the bases must have the same number of rows, got ${a.shape} and ${b.shape}`);
  for (const basis of [a, b]) {
    const gram = matmulTN(basis, basis);
    const off = addScaled(gram, -1, Matrix.identity(basis.cols)).data.reduce((worst, value) => Math.max(worst, Math.abs(value)), 0);
    if (basis.cols === 0 || !(off <= ORTHONORMALITY)) {
      throw new UserError(
        `${where}: a basis must have orthonormal columns, got ${basis.shape} off by ${off.toExponential(1)} (pass orth(…))`,
      );
    }
  }
}
