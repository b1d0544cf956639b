import { UserError } from '../core/index.ts';
import { gemm, type Strided } from './gemm.ts';
import { Matrix } from './matrix.ts';

/**
 * A [m, n] · B [n, p] → [m, p].
 *
 * @throws UserError when the inner dimensions differ
 */
export function matmul(a: Matrix, b: Matrix): Matrix {
  if (a.cols !== b.rows) throw new UserError(`matmul: B must have ${a.cols} rows to match A ${a.shape}, got ${b.shape}`);
  return product(rowMajor(a), rowMajor(b), a.rows, a.cols, b.cols);
}

/**
 * Aᵀ · B: A [n, m], B [n, p] → [m, p].
 *
 * @throws UserError when the numbers of rows differ
 */
export function matmulTN(a: Matrix, b: Matrix): Matrix {
  if (a.rows !== b.rows) throw new UserError(`matmulTN: B must have ${a.rows} rows to match A ${a.shape}, got ${b.shape}`);
  return product(transposed(a), rowMajor(b), a.cols, a.rows, b.cols);
}

/**
 * A · Bᵀ: A [m, n], B [p, n] → [m, p].
 *
 * @throws UserError when the numbers of columns differ
 */
export function matmulNT(a: Matrix, b: Matrix): Matrix {
  if (a.cols !== b.cols) throw new UserError(`matmulNT: B must have ${a.cols} columns to match A ${a.shape}, got ${b.shape}`);
  return product(rowMajor(a), transposed(b), a.rows, a.cols, b.rows);
}

function product(a: Strided, b: Strided, m: number, n: number, p: number): Matrix {
  const result = new Matrix(m, p);
  gemm(a, b, rowMajor(result), m, n, p);
  return result;
}

function rowMajor({ data, cols }: Matrix): Strided {
  return { data, rowStride: cols, columnStride: 1 };
}

function transposed({ data, cols }: Matrix): Strided {
  return { data, rowStride: 1, columnStride: cols };
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
