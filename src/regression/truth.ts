import type { Random, Seed } from '../core/index.ts';
import { Matrix, matmul, matmulNT, qr, scale, svd } from '../linalg/index.ts';

/** Shared bases and personal cores, of the truth or of an estimate: Θᵢ = U Λᵢ Vᵀ. */
export interface SharedModel {
  /** U [d₁, r] */
  readonly u: Matrix;
  /** V [d₂, r] */
  readonly v: Matrix;
  /** Λᵢ [r, r], one per task. */
  readonly cores: readonly Matrix[];
}

/** One task's matrix in factors: Θᵢ = U Λ Vᵀ. */
export interface TaskFactors {
  readonly u: Matrix;
  readonly core: Matrix;
  readonly v: Matrix;
}

/** What generated the data: shared bases, and each task's own where they drift from the shared ones. */
export interface Truth extends SharedModel {
  /** Uᵢ*, Vᵢ* where they differ from U*, V*. */
  readonly drifted?: readonly { u: Matrix; v: Matrix }[];
}

/** The knobs of a truth. */
export interface TruthOptions {
  /** d₁, rows of Θᵢ. */
  rows: number;
  /** d₂, columns of Θᵢ. */
  cols: number;
  /** r. */
  rank: number;
  /** k, the number of tasks. */
  tasks: number;
  /** κ = σ₁/σ_r of every Θᵢ*, from 1 to Infinity (then only σ₁ is not 0); without effect when r = 1. */
  conditionNumber?: number;
  /** γ = maxᵢ‖Θᵢ*‖_F / minᵢ‖Θᵢ*‖_F, from 1 on. */
  scaleSpread?: number;
  /** ξ of the cores, from 0 (unrelated) to 1 (one common core). */
  taskSimilarity?: number;
  /** ξ of the subspaces, from 0 (each task its own) to 1 (shared by all: no drift). */
  subspaceSharing?: number;
  /** Λᵢ* full, or diagonal as in "per-task scalars". */
  cores?: 'full' | 'diagonal';
}

/**
 * Θᵢ* = U* Λᵢ* V*ᵀ. The cores start as √ξ Λ̄ + √(1−ξ) Zᵢ with normal Λ̄, Zᵢ; then the singular values of each are replaced by
 * κ^(−j/(r−1)), so that κ holds for every task exactly, and scaled by γ^(i/(k−1)). Drifting subspaces are
 * Uᵢ* = orth(√ξ U* + √(1−ξ) Gᵢ), Gᵢ normal with columns of length 1 in expectation, and Vᵢ* likewise. Source: ours.
 *
 * Each task draws from its own generator: its truth does not depend on the number of tasks.
 */
export function drawTruth(random: Random, options: Required<TruthOptions>): Truth {
  const { rows, cols, rank, tasks, conditionNumber, scaleSpread, taskSimilarity, subspaceSharing } = options;
  const common = normalMatrix(random.split('common core'), rank, rank);
  const u = qr(normalMatrix(random.split('U'), rows, rank)).q;
  const v = qr(normalMatrix(random.split('V'), cols, rank)).q;
  const cores = Array.from({ length: tasks }, (_, i) => {
    const own = normalMatrix(random.split('core').split(i), rank, rank);
    const mixed = mix(common, own, taskSimilarity);
    const size = tasks > 1 ? scaleSpread ** (i / (tasks - 1)) : 1;
    const shaped = options.cores === 'diagonal' ? diagonalWith(mixed, conditionNumber) : withConditionNumber(mixed, conditionNumber);
    return scale(size, shaped);
  });
  if (subspaceSharing === 1) return { u, v, cores };
  const drift = (basis: Matrix, side: Seed, i: number) => {
    const own = normalMatrix(random.split('drift').split(side).split(i), basis.rows, rank);
    return qr(mix(basis, scale(1 / Math.sqrt(basis.rows), own), subspaceSharing)).q;
  };
  return { u, v, cores, drifted: cores.map((_, i) => ({ u: drift(u, 'U', i), v: drift(v, 'V', i) })) };
}

/** The factors of task i. */
export function factorsOfTask({ u, v, cores, drifted }: Truth, i: number): TaskFactors {
  return { u, v, ...drifted?.[i], core: cores[i] };
}

/**
 * Θᵢ = U Λᵢ Vᵀ of every task, dense.
 *
 * @returns k matrices [d₁, d₂]
 */
export function taskMatrices(model: Truth): Matrix[] {
  return model.cores.map((_, i) => {
    const { u, core, v } = factorsOfTask(model, i);
    return matmulNT(matmul(u, core), v);
  });
}

/** A matrix of standard normals. */
export function normalMatrix(random: Random, rows: number, cols: number): Matrix {
  return new Matrix(rows, cols, random.fillNormal(new Float64Array(rows * cols)));
}

/** √ξ A + √(1−ξ) B. */
function mix(a: Matrix, b: Matrix, similarity: number): Matrix {
  const data = a.data.map((value, p) => Math.sqrt(similarity) * value + Math.sqrt(1 - similarity) * b.data[p]);
  return new Matrix(a.rows, a.cols, data);
}

/** κ^(−j/(r−1)); for κ = ∞ its limit 1, 0, 0, … */
function singularValue(j: number, rank: number, conditionNumber: number): number {
  return j === 0 ? 1 : conditionNumber ** (-j / (rank - 1));
}

/** The singular vectors of A with other singular values. */
function withConditionNumber(a: Matrix, conditionNumber: number): Matrix {
  const { u, s, v } = svd(a);
  const scaled = u.data.map((value, p) => value * singularValue(p % s.length, s.length, conditionNumber));
  return matmulNT(new Matrix(u.rows, u.cols, scaled), v);
}

/** A's diagonal with other magnitudes, in the same order and with the same signs. */
function diagonalWith(a: Matrix, conditionNumber: number): Matrix {
  const r = a.rows;
  const order = Array.from({ length: r }, (_, j) => j).sort((x, y) => Math.abs(a.at(y, y)) - Math.abs(a.at(x, x)));
  const result = new Matrix(r, r);
  order.forEach((place, j) => {
    result.data[place * r + place] = Math.sign(a.at(place, place)) * singularValue(j, r, conditionNumber);
  });
  return result;
}
