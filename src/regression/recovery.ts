import { addScaled, frobeniusNorm, subspaceDistance } from '../linalg/index.ts';
import { type SharedModel, taskMatrices } from './problem.ts';

/** How far an estimate is from the truth. */
export interface RecoveryError {
  /** dist(U, U*) = ‖(I − U* U*ᵀ) U‖₂. */
  distU: number;
  /** dist(V, V*). */
  distV: number;
  /** maxᵢ ‖Θᵢ − Θᵢ*‖_F / ‖Θᵢ*‖_F. */
  relativeError: number;
}

/**
 * Compares an estimate with the truth in ways that do not see the gauge (U R, R⁻¹ Λᵢ S, V S⁻ᵀ). Source: ours.
 *
 * @throws UserError when the shapes do not match
 */
export function recoveryError(estimate: SharedModel, truth: SharedModel): RecoveryError {
  const thetas = taskMatrices(estimate);
  const errors = taskMatrices(truth).map((theta, i) => frobeniusNorm(addScaled(thetas[i], -1, theta)) / frobeniusNorm(theta));
  return {
    distU: subspaceDistance(estimate.u, truth.u),
    distV: subspaceDistance(estimate.v, truth.v),
    relativeError: Math.max(...errors),
  };
}
