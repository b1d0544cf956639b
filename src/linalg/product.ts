import { UserError } from '../core/index.ts';
import { Matrix } from './matrix.ts';
import { type MultiplyOptions, multiply } from './multiply.ts';

/**
 * A [m, n] · B [n, p] → [m, p].
 *
 * @throws UserError when the inner dimensions differ
 */
export function matmul(a: Matrix, b: Matrix): Matrix {
  if (a.cols !== b.rows) throw new UserError(`matmul: B must have ${a.cols} rows to match A ${a.shape}, got ${b.shape}`);
  return product(a, b, [a.rows, a.cols, b.cols], {});
}

/**
 * Aᵀ · B: A [n, m], B [n, p] → [m, p].
 *
 * @throws UserError when the numbers of rows differ
 */
export function matmulTN(a: Matrix, b: Matrix): Matrix {
  if (a.rows !== b.rows) throw new UserError(`matmulTN: B must have ${a.rows} rows to match A ${a.shape}, got ${b.shape}`);
  return product(a, b, [a.cols, a.rows, b.cols], { transposeA: true });
}

/**
 * A · Bᵀ: A [m, n], B [p, n] → [m, p].
 *
 * @throws UserError when the numbers of columns differ
 */
export function matmulNT(a: Matrix, b: Matrix): Matrix {
  if (a.cols !== b.cols) throw new UserError(`matmulNT: B must have ${a.cols} columns to match A ${a.shape}, got ${b.shape}`);
  return product(a, b, [a.rows, a.cols, b.rows], { transposeB: true });
}

function product(a: Matrix, b: Matrix, sizes: readonly [number, number, number], options: MultiplyOptions): Matrix {
  const result = new Matrix(sizes[0], sizes[2]);
  multiply(a.data, b.data, result.data, sizes, options);
  return result;
}

/**
 * A ⊗ B: A [m, n], B [p, q] → [m p, n q], whose entry (i p + a, j q + b) is A(i, j) · B(a, b).
 */
export function kronecker(a: Matrix, b: Matrix): Matrix {
  const result = new Matrix(a.rows * b.rows, a.cols * b.cols);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < a.cols; j++) {
      const factor = a.data[i * a.cols + j];
      for (let row = 0; row < b.rows; row++) {
        const start = (i * b.rows + row) * result.cols + j * b.cols;
        for (let col = 0; col < b.cols; col++) result.data[start + col] = factor * b.data[row * b.cols + col];
      }
    }
  }
  return result;
}
