import { Matrix, matmulTN } from '../linalg/index.ts';
import type { NormalSystem } from './measurements.ts';

/** The normal equations DᵀD x = Dᵀy of a design D [m, n]. */
export function normalSystem(design: Matrix, responses: Float64Array): NormalSystem {
  return { gram: matmulTN(design, design), moment: matmulTN(design, new Matrix(responses.length, 1, responses)) };
}

/** A matrix as the column of its entries, row by row, without a copy. */
export function vec({ data }: Matrix): Matrix {
  return new Matrix(data.length, 1, data);
}
