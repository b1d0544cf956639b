import { Random, type Seed } from '../core/index.ts';
import { addGram, leadingColumns, Matrix, qr, symmetricEigen, transpose } from '../linalg/index.ts';
import type { Side, TaskData } from './measurements.ts';
import { normalMatrix } from './truth.ts';

/** Two bases to start from. */
export interface StartBases {
  /** U₀ [d₁, r] */
  readonly u: Matrix;
  /** V₀ [d₂, r] */
  readonly v: Matrix;
}

/** Above this size of a Gram matrix its eigenvectors are found by power iterations, which never form it. */
const DENSE = 512;
const POWER_ITERATIONS = 3;

/**
 * Spectral start: Bᵢ = (1/m) Σ_j y_ij A_ij estimates Θᵢ*; U₀ holds the r leading left singular vectors of [B₁ … B_k], V₀ the r
 * leading right ones of the stack of the Bᵢ. Source: ours (reading of CoLoRA).
 *
 * The singular vectors come from Σ BᵢBᵢᵀ and Σ BᵢᵀBᵢ, which costs digits that a start does not need; for d above 512 by three
 * block power iterations from a fixed random basis.
 */
export function spectralStart(tasks: readonly TaskData[], rank: number): StartBases {
  const { rows, cols } = tasks[0].measurements;
  return Math.max(rows, cols) > DENSE ? powerStart(tasks, rows, cols, rank) : denseStart(tasks, rows, cols, rank);
}

/** Bases without any knowledge of the data, for comparison. Source: ours. */
export function randomStart(rows: number, cols: number, rank: number, seed: Seed): StartBases {
  const random = new Random(seed).split('random start');
  return { u: qr(normalMatrix(random.split('U'), rows, rank)).q, v: qr(normalMatrix(random.split('V'), cols, rank)).q };
}

function denseStart(tasks: readonly TaskData[], rows: number, cols: number, rank: number): StartBases {
  const left = new Matrix(rows, rows);
  const right = new Matrix(cols, cols);
  for (const { measurements, responses } of tasks) {
    const estimate = measurements.adjoint(responses.map((value) => value / responses.length));
    addGram(transpose(estimate).data, cols, rows, left.data);
    addGram(estimate.data, rows, cols, right.data);
  }
  return { u: leadingVectors(left, rank), v: leadingVectors(right, rank) };
}

function powerStart(tasks: readonly TaskData[], rows: number, cols: number, rank: number): StartBases {
  let { u, v } = randomStart(rows, cols, rank, 'power iterations');
  for (let t = 0; t < POWER_ITERATIONS; t++) {
    u = powerStep(tasks, 'u', u);
    v = powerStep(tasks, 'v', v);
  }
  return { u, v };
}

/** orth(Σ Bᵢ Bᵢᵀ U) when U moves, orth(Σ Bᵢᵀ Bᵢ V) when V moves, up to the tasks' weights 1/m². */
function powerStep(tasks: readonly TaskData[], moving: Side, basis: Matrix): Matrix {
  const sum = new Matrix(basis.rows, basis.cols);
  const identity = Matrix.identity(basis.cols);
  for (const { measurements, responses } of tasks) {
    const there = measurements.project(moving === 'u' ? 'v' : 'u', basis, responses);
    const image = there.adjoint(there.responses, identity);
    const back = measurements.project(moving, image, responses);
    const product = back.adjoint(back.responses, identity);
    for (let p = 0; p < sum.data.length; p++) sum.data[p] += product.data[p] / responses.length ** 2;
  }
  return qr(sum).q;
}

/** @param lower a symmetric matrix of which the lower triangle is meant */
function leadingVectors(lower: Matrix, rank: number): Matrix {
  for (let i = 0; i < lower.rows; i++) {
    for (let j = i + 1; j < lower.rows; j++) lower.data[i * lower.rows + j] = lower.data[j * lower.rows + i];
  }
  return leadingColumns(symmetricEigen(lower).vectors, rank);
}
