import { addScaled, leadingColumns, Matrix, matmul, matmulNT, matmulTN, symmetricEigen } from '../linalg/index.ts';
import type { SharedModel, TaskData } from './problem.ts';

/**
 * Spectral start: Bᵢ = (1/m) Σ_j y_ij A_ij estimates Θᵢ*; U₀ holds the r leading left singular vectors of [B₁ … B_k], V₀ the
 * r leading right ones of the stack of the Bᵢ, and Λᵢ = U₀ᵀ Bᵢ V₀. Source: ours (reading of CoLoRA).
 *
 * The singular vectors come from Σ BᵢBᵢᵀ and Σ BᵢᵀBᵢ, which costs digits that a start does not need.
 *
 * @param rows d₁
 * @param cols d₂
 */
export function spectralStart(tasks: readonly TaskData[], rows: number, cols: number, rank: number): SharedModel {
  const estimates = tasks.map((task) => backProjection(task, rows, cols));
  let left = new Matrix(rows, rows);
  let right = new Matrix(cols, cols);
  for (const estimate of estimates) {
    left = addScaled(left, 1, matmulNT(estimate, estimate));
    right = addScaled(right, 1, matmulTN(estimate, estimate));
  }
  const u = leadingColumns(symmetricEigen(left).vectors, rank);
  const v = leadingColumns(symmetricEigen(right).vectors, rank);
  return { u, v, cores: estimates.map((estimate) => matmul(matmulTN(u, estimate), v)) };
}

function backProjection({ measurements, responses }: TaskData, rows: number, cols: number): Matrix {
  const result = new Matrix(rows, cols);
  const size = rows * cols;
  for (let j = 0; j < responses.length; j++) {
    const factor = responses[j] / responses.length;
    for (let p = 0; p < size; p++) result.data[p] += factor * measurements[j * size + p];
  }
  return result;
}
