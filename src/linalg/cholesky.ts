import { UserError } from '../core/index.ts';
import { Matrix } from './matrix.ts';

/**
 * A pivot this small beside its diagonal entry counts as rounding: the rounding of a singular matrix leaves pivots of 2⁻⁵²
 * times the condition of the pivots before, so the line is drawn well above 2⁻⁵².
 */
export const PIVOT_TOLERANCE = 1e-12;

/**
 * Cholesky factor A = L Lᵀ of a symmetric positive definite matrix; reads only the lower triangle. Source: ours.
 *
 * @param a [n, n]
 * @returns the lower triangular L [n, n], or undefined when a pivot is not above 1e-12 of its diagonal entry (A is
 *   singular or indefinite to rounding, or holds NaN)
 * @throws UserError when A is not square
 */
export function cholesky(a: Matrix): Matrix | undefined {
  if (a.rows !== a.cols) throw new UserError(`cholesky: A must be square, got ${a.shape}`);
  const n = a.rows;
  const factor = new Matrix(n, n);
  const l = factor.data;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a.data[i * n + j];
      for (let p = 0; p < j; p++) sum -= l[i * n + p] * l[j * n + p];
      if (i > j) {
        l[i * n + j] = sum / l[j * n + j];
      } else {
        if (!(sum > PIVOT_TOLERANCE * a.data[i * n + i])) return undefined;
        l[i * n + i] = Math.sqrt(sum);
      }
    }
  }
  return factor;
}

/**
 * Solves L Lᵀ X = B by two substitutions.
 *
 * @param factor the lower triangular L [n, n] of `cholesky`
 * @param b [n, p]
 * @returns X [n, p]
 * @throws UserError when B has another number of rows than L
 */
export function choleskySolve(factor: Matrix, b: Matrix): Matrix {
  const n = factor.rows;
  if (b.rows !== n) throw new UserError(`choleskySolve: B must have ${n} rows to match L ${factor.shape}, got ${b.shape}`);
  const p = b.cols;
  const l = factor.data;
  const x = b.data.slice();
  for (let i = 0; i < n; i++) {
    for (let q = 0; q < i; q++) subtractRow(x, p, i, l[i * n + q], q);
    divideRow(x, p, i, l[i * n + i]);
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let q = i + 1; q < n; q++) subtractRow(x, p, i, l[q * n + i], q);
    divideRow(x, p, i, l[i * n + i]);
  }
  return new Matrix(n, p, x);
}

function subtractRow(x: Float64Array, p: number, i: number, factor: number, q: number): void {
  for (let j = 0; j < p; j++) x[i * p + j] -= factor * x[q * p + j];
}

function divideRow(x: Float64Array, p: number, i: number, divisor: number): void {
  for (let j = 0; j < p; j++) x[i * p + j] /= divisor;
}
