import { UserError } from '../core/index.ts';
import { checkFinite, Matrix, transpose } from './matrix.ts';

/**
 * Thin QR decomposition A = Q R by Householder reflections, with the diagonal of R ≥ 0, which makes it unique for a full-rank A.
 * Q has orthonormal columns to rounding whatever the rank of A. Source: Golub and Van Loan, Matrix Computations, section 5.2.
 *
 * @param a [m, n] with m ≥ n
 * @returns q [m, n] and the upper triangular r [n, n]
 * @throws UserError when m < n or an entry is not finite
 */
export function qr(a: Matrix): { q: Matrix; r: Matrix } {
  if (a.rows < a.cols) throw new UserError(`qr: A must have at least as many rows as columns, got ${a.shape}`);
  checkFinite('qr', 'A', a);
  const m = a.rows;
  const n = a.cols;
  // The columns of A as contiguous rows; column l becomes the reflector v_l below the diagonal.
  const work = transpose(a).data;
  const r = new Matrix(n, n);
  const betas = new Float64Array(n);

  for (let l = 0; l < n; l++) {
    const column = work.subarray(l * m, (l + 1) * m);
    const norm = norm2(column, l);
    const alpha = column[l] > 0 ? -norm : norm;
    for (let i = 0; i < l; i++) r.data[i * n + l] = column[i];
    r.data[l * n + l] = alpha;
    column[l] -= alpha;
    const length = norm2(column, l);
    if (length === 0) continue;
    for (let i = l; i < m; i++) column[i] /= length;
    betas[l] = 2;
    for (let j = l + 1; j < n; j++) reflect(column, betas[l], work.subarray(j * m, (j + 1) * m), l);
  }

  const qT = new Matrix(n, m);
  for (let j = 0; j < n; j++) {
    const column = qT.data.subarray(j * m, (j + 1) * m);
    column[j] = 1;
    for (let l = n - 1; l >= 0; l--) reflect(work.subarray(l * m, (l + 1) * m), betas[l], column, l);
    if (r.data[j * n + j] < 0) {
      for (let i = 0; i < m; i++) column[i] = -column[i];
      for (let i = j; i < n; i++) r.data[j * n + i] = -r.data[j * n + i];
    }
  }
  return { q: transpose(qT), r };
}

/** x ← (I − β v vᵀ) x on the entries from `start` on. */
function reflect(v: Float64Array, beta: number, x: Float64Array, start: number): void {
  // Four sums, because one would wait for each addition before the next.
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let i = start;
  for (; i + 3 < x.length; i += 4) {
    s0 += v[i] * x[i];
    s1 += v[i + 1] * x[i + 1];
    s2 += v[i + 2] * x[i + 2];
    s3 += v[i + 3] * x[i + 3];
  }
  for (; i < x.length; i++) s0 += v[i] * x[i];
  const factor = beta * (s0 + s1 + (s2 + s3));
  for (let j = start; j < x.length; j++) x[j] -= factor * v[j];
}

/** Euclidean length from `start` on, scaled so that squares neither overflow nor vanish. */
function norm2(x: Float64Array, start: number): number {
  let largest = 0;
  for (let i = start; i < x.length; i++) largest = Math.max(largest, Math.abs(x[i]));
  if (largest === 0) return 0;
  let sum = 0;
  for (let i = start; i < x.length; i++) sum += (x[i] / largest) ** 2;
  return largest * Math.sqrt(sum);
}
