import { checkOptions, UserError } from '../core/index.ts';

/** The straight line log₁₀ y ≈ intercept + slope · t through a linearly converging sequence. */
export interface LinearPhase {
  /** First and last index t of the points fitted. */
  first: number;
  last: number;
  /** Decades per iteration; negative while converging. */
  slope: number;
  intercept: number;
  /** Share of the variance of log₁₀ y that the line explains, 0 to 1. */
  rSquared: number;
  /** 10^slope, the factor by which y changes in one iteration. */
  contraction: number;
}

/** The part of a sequence that counts as its linear phase. */
export interface LinearPhaseOptions {
  /** Starts at the first value at or below this: before, the iteration is still finding its basin. */
  upper?: number;
  /** Ends before the first value below this: there, rounding takes over. */
  lower?: number;
}

/**
 * Fits the linear phase of a sequence by least squares in log₁₀; linear convergence, T = Θ(log 1/ε), is a straight line.
 * Source: ours.
 *
 * @param values positive numbers, one per iteration
 * @returns the fit, or undefined when the phase has fewer than three points
 * @throws UserError unless 0 < lower < upper
 */
export function linearPhase(values: readonly number[], options: LinearPhaseOptions = {}): LinearPhase | undefined {
  checkOptions('linearPhase', options, ['upper', 'lower']);
  const { upper = 0.1, lower = 1e-12 } = options;
  if (!(lower > 0 && lower < upper)) throw new UserError(`linearPhase: lower must be between 0 and upper, got ${lower} and ${upper}`);
  const first = values.findIndex((value) => value <= upper);
  if (first < 0) return undefined;
  const end = values.findIndex((value) => value < lower);
  const phase = values.slice(first, end < 0 ? undefined : end);
  return phase.length < 3 ? undefined : { first, last: first + phase.length - 1, ...fitLine(phase.map(Math.log10), first) };
}

function fitLine(logs: number[], first: number): Omit<LinearPhase, 'first' | 'last'> {
  const n = logs.length;
  const middle = (n - 1) / 2;
  const mean = logs.reduce((sum, y) => sum + y, 0) / n;
  let covariance = 0;
  let variance = 0;
  let total = 0;
  logs.forEach((y, t) => {
    covariance += (t - middle) * (y - mean);
    variance += (t - middle) ** 2;
    total += (y - mean) ** 2;
  });
  const slope = covariance / variance;
  // A constant sequence is explained completely.
  const rSquared = total === 0 ? 1 : Math.min(1, covariance ** 2 / (variance * total));
  return { slope, intercept: mean - slope * (middle + first), rSquared, contraction: 10 ** slope };
}
