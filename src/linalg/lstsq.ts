import { UserError } from '../core/index.ts';
import { cholesky, choleskySolve, PIVOT_TOLERANCE } from './cholesky.ts';
import { Matrix } from './matrix.ts';
import { matmul, matmulTN } from './product.ts';
import { numericalRank, svd, symmetricEigen } from './spectral.ts';

/** A solution and how far the data determine it. */
export interface LeastSquares {
  /** [n, p] */
  x: Matrix;
  /** The numerical rank of the system: below n, the solution is one of many, and x the shortest of them. */
  rank: number;
}

/**
 * argmin_X ‖A X − B‖_F, by the singular value decomposition; the shortest X where many do equally well. Source: ours.
 *
 * Accurate, and slow for large A: `solveGram` is the way for many rows and few unknowns.
 *
 * @param a [m, n], not empty
 * @param b [m, p]
 * @returns x [n, p] and the rank of A; compare rank with n to see an ill-posed system
 * @throws UserError when the rows differ, A is empty, or an entry of A is not finite
 */
export function lstsq(a: Matrix, b: Matrix): LeastSquares {
  if (b.rows !== a.rows) throw new UserError(`lstsq: b must have ${a.rows} rows to match A ${a.shape}, got ${b.shape}`);
  const { u, s, v } = svd(a);
  const rank = numericalRank(s, a);
  return { x: throughInverse(v, s, rank, matmulTN(u, b)), rank };
}

/**
 * Solves the normal equations G X = B of a least-squares problem with G = AᵀA and B = Aᵀy: by Cholesky, and where G is
 * singular to rounding by its eigendecomposition, which gives the shortest solution. Source: ours.
 *
 * Loses twice the digits of cond(A), and sees no more than cond(A) = 10⁶: meant for well-conditioned systems of many rows and
 * few unknowns.
 *
 * @param gram [n, n] symmetric positive semidefinite; only the lower triangle is read
 * @param b [n, p]
 * @returns x [n, p] and the rank of G; rank below n says that the data do not determine X
 * @throws UserError when the shapes do not match or G holds NaN
 */
export function solveGram(gram: Matrix, b: Matrix): LeastSquares {
  if (gram.rows !== gram.cols || gram.rows !== b.rows) {
    throw new UserError(`solveGram: G must be square with the ${b.rows} rows of b ${b.shape}, got ${gram.shape}`);
  }
  const factor = cholesky(gram);
  if (factor !== undefined) return { x: choleskySolve(factor, b), rank: gram.rows };
  const { values, vectors } = symmetricEigen(mirrored(gram));
  const rank = values.filter((value) => value > PIVOT_TOLERANCE * values[0]).length;
  return { x: throughInverse(vectors, values, rank, matmulTN(vectors, b)), rank };
}

/** W · diag(1/s) · C over the first `rank` values. */
function throughInverse(w: Matrix, s: Float64Array, rank: number, coefficients: Matrix): Matrix {
  const p = coefficients.cols;
  const scaled = new Matrix(coefficients.rows, p);
  for (let i = 0; i < rank; i++) {
    for (let j = 0; j < p; j++) scaled.data[i * p + j] = coefficients.data[i * p + j] / s[i];
  }
  return matmul(w, scaled);
}

/** The full symmetric matrix whose lower triangle is given. */
function mirrored(lower: Matrix): Matrix {
  const n = lower.rows;
  const result = new Matrix(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) result.data[i * n + j] = lower.data[Math.max(i, j) * n + Math.min(i, j)];
  }
  return result;
}
