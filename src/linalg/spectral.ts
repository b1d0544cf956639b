import { EigenvalueDecomposition, Matrix as MlMatrix, SingularValueDecomposition } from 'ml-matrix';
import { UserError } from '../core/index.ts';
import { checkFinite, leadingColumns, Matrix, scale } from './matrix.ts';
import { matmulNT, matmulTN } from './product.ts';

/**
 * Thin singular value decomposition A = U diag(s) Vᵀ. Source: ours, over ml-matrix (Golub–Kahan, as in JAMA).
 *
 * @param a [m, n], at least one entry; p = min(m, n)
 * @returns u [m, p], s with p values in descending order, v [n, p]
 * @throws UserError when A is empty or an entry is not finite
 */
export function svd(a: Matrix): { u: Matrix; s: Float64Array; v: Matrix } {
  if (a.data.length === 0) throw new UserError(`svd: A must have at least one entry, got ${a.shape}`);
  checkFinite('svd', 'A', a);
  const result = new SingularValueDecomposition(toMl(a), { autoTranspose: true });
  const p = Math.min(a.rows, a.cols);
  return {
    u: leadingColumns(fromMl(result.leftSingularVectors), p),
    s: Float64Array.from(result.diagonal.slice(0, p)),
    v: leadingColumns(fromMl(result.rightSingularVectors), p),
  };
}

/**
 * ‖A‖₂, the largest singular value; 0 for an empty matrix. From the smaller one of AᵀA and AAᵀ, which costs the largest value no
 * digits; A is scaled so that no square overflows or vanishes.
 */
export function spectralNorm(a: Matrix): number {
  const largest = a.data.reduce((size, value) => Math.max(size, Math.abs(value)), 0);
  if (largest === 0) return 0;
  const unit = scale(1 / largest, a);
  const gram = a.rows < a.cols ? matmulNT(unit, unit) : matmulTN(unit, unit);
  return largest * Math.sqrt(symmetricEigen(gram).values[0]);
}

/**
 * Eigendecomposition A = W diag(λ) Wᵀ of a symmetric matrix; only A's symmetric part is used. Source: ours, over ml-matrix.
 *
 * @param a [n, n], at least one entry
 * @returns values: n eigenvalues in descending order; vectors [n, n]: column j belongs to value j
 * @throws UserError when A is empty, not square, or an entry is not finite
 */
export function symmetricEigen(a: Matrix): { values: Float64Array; vectors: Matrix } {
  if (a.rows !== a.cols || a.rows === 0) throw new UserError(`symmetricEigen: A must be square and not empty, got ${a.shape}`);
  checkFinite('symmetricEigen', 'A', a);
  const n = a.rows;
  const symmetric = new Matrix(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) symmetric.data[i * n + j] = (a.at(i, j) + a.at(j, i)) / 2;
  }
  const result = new EigenvalueDecomposition(toMl(symmetric), { assumeSymmetric: true });
  const order = Array.from({ length: n }, (_, j) => j).sort((x, y) => result.realEigenvalues[y] - result.realEigenvalues[x]);
  const vectors = new Matrix(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) vectors.data[i * n + j] = result.eigenvectorMatrix.get(i, order[j]);
  }
  return { values: Float64Array.from(order, (j) => result.realEigenvalues[j]), vectors };
}

/**
 * An orthonormal basis of the column space of A. Source: ours.
 *
 * @param a [m, n]
 * @returns [m, rank], where rank counts the singular values above max(m, n) · 2⁻⁵² · σ₁
 * @throws UserError when A is empty or an entry is not finite
 */
export function orth(a: Matrix): Matrix {
  const { u, s } = svd(a);
  return leadingColumns(u, numericalRank(s, a));
}

/** How many singular values stand out of rounding. */
export function numericalRank(s: Float64Array, a: Matrix): number {
  const threshold = Math.max(a.rows, a.cols) * Number.EPSILON * s[0];
  return s.filter((value) => value > threshold).length;
}

function toMl(a: Matrix): MlMatrix {
  return MlMatrix.from1DArray(a.rows, a.cols, Array.from(a.data));
}

function fromMl(a: MlMatrix): Matrix {
  return new Matrix(a.rows, a.columns, Float64Array.from(a.to1DArray()));
}
