import { frobeniusNorm, Matrix, matmul, matmulNT, qr, scale, subspaceDistance } from '../linalg/index.ts';
import { factorsOfTask, type SharedModel, type TaskFactors, type Truth } from './truth.ts';

/** How far an estimate is from the truth. */
export interface RecoveryError {
  /** dist(U, U*) = ‖(I − U* U*ᵀ) U‖₂ of the spans. */
  distU: number;
  /** dist(V, V*). */
  distV: number;
  /** maxᵢ ‖Θᵢ − Θᵢ*‖_F / ‖Θᵢ*‖_F. */
  relativeError: number;
  /** √(Σᵢ‖Θᵢ − Θᵢ*‖_F² / Σᵢ‖Θᵢ*‖_F²). */
  meanError: number;
}

/**
 * Compares an estimate with the truth in ways that do not see the gauge (U P, P⁻¹ Λᵢ Q⁻ᵀ, V Q). Source: ours.
 *
 * @throws UserError when the shapes do not match
 */
export function recoveryError(estimate: SharedModel, truth: Truth): RecoveryError {
  return {
    distU: subspaceDistance(qr(estimate.u).q, truth.u),
    distV: subspaceDistance(qr(estimate.v).q, truth.v),
    ...taskErrors(
      estimate.cores.map((_, i) => factorsOfTask(estimate, i)),
      truth,
    ),
  };
}

/**
 * How far the tasks' matrices are from the truth, without forming them. Source: ours.
 *
 * @param estimates one per task, of any rank
 */
export function taskErrors(estimates: readonly TaskFactors[], truth: Truth): Pick<RecoveryError, 'relativeError' | 'meanError'> {
  let [worst, missed, total] = [0, 0, 0];
  const memo = new Map<Matrix, [Matrix, Matrix]>();
  estimates.forEach((estimate, i) => {
    const exact = factorsOfTask(truth, i);
    const difference = frobeniusNorm(differenceOf(estimate, exact, memo));
    const size = frobeniusNorm(exact.core);
    worst = Math.max(worst, difference / size);
    missed += difference ** 2;
    total += size ** 2;
  });
  return { relativeError: worst, meanError: Math.sqrt(missed / total) };
}

/** A matrix of the length of U Λ Vᵀ − U* Λ* V*ᵀ, from the triangular factors of [U U*] and [V V*]: exact even where they agree. */
function differenceOf(a: TaskFactors, b: TaskFactors, memo: Map<Matrix, [Matrix, Matrix]>): Matrix {
  const left = triangle(a.u, b.u, memo);
  const right = triangle(a.v, b.v, memo);
  return matmulNT(matmul(left, blockDiagonal(a.core, scale(-1, b.core))), right);
}

/** R of the QR decomposition of [A B], kept while A and B stay the same. */
function triangle(a: Matrix, b: Matrix, memo: Map<Matrix, [Matrix, Matrix]>): Matrix {
  const known = memo.get(a);
  if (known?.[0] === b) return known[1];
  const cols = a.cols + b.cols;
  // Rows of zeros change no length.
  const both = new Matrix(Math.max(a.rows, cols), cols);
  for (let i = 0; i < a.rows; i++) {
    both.data.set(a.data.subarray(i * a.cols, (i + 1) * a.cols), i * cols);
    both.data.set(b.data.subarray(i * b.cols, (i + 1) * b.cols), i * cols + a.cols);
  }
  const { r } = qr(both);
  memo.set(a, [b, r]);
  return r;
}

function blockDiagonal(a: Matrix, b: Matrix): Matrix {
  const result = new Matrix(a.rows + b.rows, a.cols + b.cols);
  for (let i = 0; i < a.rows; i++) result.data.set(a.data.subarray(i * a.cols, (i + 1) * a.cols), i * result.cols);
  for (let i = 0; i < b.rows; i++) {
    result.data.set(b.data.subarray(i * b.cols, (i + 1) * b.cols), (a.rows + i) * result.cols + a.cols);
  }
  return result;
}
