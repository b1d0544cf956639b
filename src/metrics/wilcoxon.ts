import { UserError } from '../core/index.ts';
import { normalUpperTail } from './normal.ts';
import type { TestResult } from './permutation.ts';
import { differences, midranks } from './samples.ts';

/** Up to so many differences the distribution is computed in full. */
const MOST_EXACT = 50;

/**
 * Wilcoxon's signed-rank test of paired values, two-sided; pairs without difference do not count. Exact up to 50 differences, also
 * where ranks are tied, else by the normal approximation with the correction for ties. Source: Wilcoxon 1945.
 *
 * @returns statistic: the smaller of the two rank sums
 * @throws UserError when no pair differs, the numbers of values differ or a value is not finite
 */
export function wilcoxonSignedRank(a: readonly number[], b: readonly number[]): TestResult {
  const d = differences('wilcoxonSignedRank', a, b, 1).filter((value) => value !== 0);
  if (d.length === 0) throw new UserError('wilcoxonSignedRank: a pair must differ, got none that does');
  const ranks = midranks(d.map(Math.abs));
  const positive = ranks.reduce((sum, rank, i) => sum + (d[i] > 0 ? rank : 0), 0);
  const total = (d.length * (d.length + 1)) / 2;
  const statistic = Math.min(positive, total - positive);
  return d.length <= MOST_EXACT
    ? { statistic, pValue: exactP(ranks, statistic), method: 'exact' }
    : { statistic, pValue: asymptoticP(ranks, statistic), method: 'asymptotic' };
}

/** Twice the probability that a random half of the ranks sums up to so little. */
function exactP(ranks: readonly number[], statistic: number): number {
  // midranks are halves, so that doubled they count places
  const doubled = ranks.map((rank) => 2 * rank);
  const probability = new Float64Array(doubled.reduce((sum, rank) => sum + rank, 0) + 1);
  probability[0] = 1;
  for (const rank of doubled) {
    for (let sum = probability.length - 1; sum >= 0; sum--) {
      probability[sum] = (probability[sum] + (sum >= rank ? probability[sum - rank] : 0)) / 2;
    }
  }
  const lower = probability.subarray(0, 2 * statistic + 1).reduce((sum, value) => sum + value, 0);
  return Math.min(1, 2 * lower);
}

function asymptoticP(ranks: readonly number[], statistic: number): number {
  const n = ranks.length;
  // Σ rank² is n(n+1)(2n+1)/6 less the correction for ties
  const variance = ranks.reduce((sum, rank) => sum + rank * rank, 0) / 4;
  return 2 * normalUpperTail(((n * (n + 1)) / 4 - statistic) / Math.sqrt(variance));
}
