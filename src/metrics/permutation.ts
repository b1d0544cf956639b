import { checkOptions, Random, type Seed } from '../core/index.ts';
import { differences, mean } from './samples.ts';

export interface PermutationOptions {
  /** For more pairs than are enumerated. */
  readonly seed?: Seed;
  /** How many sign changes to draw then. */
  readonly permutations?: number;
}

/** How a test came out. */
export interface TestResult {
  readonly statistic: number;
  /** Two-sided. */
  readonly pValue: number;
  readonly method: 'exact' | 'sampled' | 'asymptotic';
}

/** Up to 2²⁰ sign changes are gone through one by one. */
const MOST_ENUMERATED = 20;

/** Sums that differ by less than rounding are equal. */
const TOLERANCE = 1e-12;

/**
 * Paired permutation test of a mean difference of 0: how often the mean of a − b with random signs is as far from 0 as the observed.
 * Two-sided; exact up to 20 pairs, else sampled with (hits + 1) / (draws + 1). Source: Fisher 1935; Phipson and Smyth 2010.
 *
 * Known weakness: n pairs cannot give a p-value below 2¹⁻ⁿ, so that fewer than 6 never reach 0.05.
 *
 * @returns statistic: the mean of a − b
 * @throws UserError when there is no pair, the numbers of values differ or a value is not finite
 */
export function pairedPermutationTest(a: readonly number[], b: readonly number[], options: PermutationOptions = {}): TestResult {
  checkOptions('pairedPermutationTest', options, ['seed', 'permutations']);
  const { seed = 0, permutations = 20_000 } = options;
  const d = differences('pairedPermutationTest', a, b, 1);
  const bound = Math.abs(d.reduce((sum, value) => sum + value, 0)) - TOLERANCE * d.reduce((sum, value) => sum + Math.abs(value), 0);
  const statistic = mean(d);
  if (d.length <= MOST_ENUMERATED) return { statistic, pValue: enumerated(d, bound), method: 'exact' };
  const random = new Random(seed);
  let hits = 1;
  for (let i = 0; i < permutations; i++) {
    const sum = d.reduce((total, value) => total + (random.integer(0, 2) === 0 ? value : -value), 0);
    if (Math.abs(sum) >= bound) hits++;
  }
  return { statistic, pValue: hits / (permutations + 1), method: 'sampled' };
}

/** The share of all sign changes that reach the bound. */
function enumerated(d: readonly number[], bound: number): number {
  let sums = [0];
  for (const value of d) sums = sums.flatMap((sum) => [sum + value, sum - value]);
  return sums.filter((sum) => Math.abs(sum) >= bound).length / sums.length;
}
