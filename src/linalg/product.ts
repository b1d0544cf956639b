import { UserError } from '../core/index.ts';
import { Matrix, transpose } from './matrix.ts';

/**
 * A [m, n] · B [n, p] → [m, p].
 *
 * @throws UserError when the inner dimensions differ
 */
export function matmul(a: Matrix, b: Matrix): Matrix {
  if (a.cols !== b.rows) throw new UserError(`matmul: B must have ${a.cols} rows to match A ${a.shape}, got ${b.shape}`);
  return multiply(a, b);
}

/**
 * Aᵀ · B: A [n, m], B [n, p] → [m, p].
 *
 * @throws UserError when the numbers of rows differ
 */
export function matmulTN(a: Matrix, b: Matrix): Matrix {
  if (a.rows !== b.rows) throw new UserError(`matmulTN: B must have ${a.rows} rows to match A ${a.shape}, got ${b.shape}`);
  return multiply(transpose(a), b);
}

/**
 * A · Bᵀ: A [m, n], B [p, n] → [m, p].
 *
 * @throws UserError when the numbers of columns differ
 */
export function matmulNT(a: Matrix, b: Matrix): Matrix {
  if (a.cols !== b.cols) throw new UserError(`matmulNT: B must have ${a.cols} columns to match A ${a.shape}, got ${b.shape}`);
  return multiply(a, transpose(b));
}

/** The loop order i, l, j reads and writes whole rows. */
function multiply(a: Matrix, b: Matrix): Matrix {
  const n = a.cols;
  const p = b.cols;
  const result = new Matrix(a.rows, p);
  const out = result.data;
  const bData = b.data;
  for (let i = 0; i < a.rows; i++) {
    for (let l = 0; l < n; l++) {
      const factor = a.data[i * n + l];
      for (let j = 0; j < p; j++) out[i * p + j] += factor * bData[l * p + j];
    }
  }
  return result;
}
