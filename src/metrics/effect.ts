import { checkOptions, UserError } from '../core/index.ts';
import { normalUpperTail } from './normal.ts';
import { differences, mean } from './samples.ts';

/**
 * Cohen's d of paired values: the mean of a − b in units of its standard deviation (d_z). Source: Cohen 1988.
 *
 * @returns ±Infinity when all differences are equal and not 0, NaN when all are 0
 * @throws UserError when there are fewer than 2 pairs, the numbers of values differ or a value is not finite
 */
export function cohensDPaired(a: readonly number[], b: readonly number[]): number {
  const d = differences('cohensDPaired', a, b, 2);
  const centre = mean(d);
  return centre / Math.sqrt(d.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (d.length - 1));
}

export interface PowerOptions {
  /** Two-sided significance level. */
  readonly alpha?: number;
}

/**
 * The probability that a two-sided paired t-test of n pairs finds an effect of size d. Source: Cohen 1988, with the noncentral t
 * distribution, accurate to about 1e-8.
 *
 * @param d effect size, Cohen's d of the differences
 * @param pairs 2 at least
 * @throws UserError when an argument is out of range
 */
export function pairedPower(d: number, pairs: number, options: PowerOptions = {}): number {
  checkOptions('pairedPower', options, ['alpha']);
  const { alpha = 0.05 } = options;
  if (!Number.isFinite(d)) throw new UserError(`pairedPower: d must be finite, got ${d}`);
  if (!(Number.isSafeInteger(pairs) && pairs >= 2))
    throw new UserError(`pairedPower: pairs must be a whole number from 2 on, got ${pairs}`);
  if (!(alpha > 0 && alpha < 1)) throw new UserError(`pairedPower: alpha must be above 0 and below 1, got ${alpha}`);
  const degrees = pairs - 1;
  const critical = criticalT(alpha / 2, degrees);
  const shift = Math.abs(d) * Math.sqrt(pairs);
  return studentUpperTail(critical, degrees, shift) + studentUpperTail(critical, degrees, -shift);
}

const MOST_PAIRS = 2 ** 24;

/**
 * The least number of pairs with which a two-sided paired t-test finds an effect of size d with a given probability.
 *
 * @param d effect size, not 0
 * @param power above alpha and below 1
 * @throws UserError when an argument is out of range or more than 2²⁴ pairs would be needed
 */
export function pairsForPower(d: number, power = 0.8, options: PowerOptions = {}): number {
  checkOptions('pairsForPower', options, ['alpha']);
  if (!(power > (options.alpha ?? 0.05) && power < 1)) {
    throw new UserError(`pairsForPower: power must be above alpha and below 1, got ${power}`);
  }
  if (d === 0) throw new UserError('pairsForPower: d must not be 0, got 0 (no number of pairs finds no effect)');
  const suffices = (pairs: number) => pairedPower(d, pairs, options) >= power;
  let high = 2;
  while (!suffices(high)) {
    if (high >= MOST_PAIRS) throw new UserError(`pairsForPower: d must be findable with ${MOST_PAIRS} pairs, got ${d}`);
    high *= 2;
  }
  let low = Math.floor(high / 2);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (suffices(middle)) high = middle;
    else low = middle;
  }
  return high;
}

const NEWTON_STEPS = 200;

/** The t that is exceeded with the given probability below 1/2: Newton's steps from 0, all upwards since the tail is convex there. */
function criticalT(tail: number, degrees: number): number {
  let t = 0;
  for (let i = 0; i < NEWTON_STEPS; i++) {
    const density = meanOverScale(degrees, (s) => (s * Math.exp((-t * t * s * s) / 2)) / Math.sqrt(2 * Math.PI));
    const step = (studentUpperTail(t, degrees, 0) - tail) / density;
    t += step;
    if (Math.abs(step) <= 1e-13 * t) break;
  }
  return t;
}

/** P(T ≥ t) of Student's t, noncentral with the given shift: the mean of P(Z ≥ t·s − shift). */
function studentUpperTail(t: number, degrees: number, shift: number): number {
  return meanOverScale(degrees, (s) => normalUpperTail(t * s - shift));
}

/** Simpson's rule has so many steps over so many multiples of 1/√degrees on either side of 1. */
const STEPS = 2000;
const REACH = 6.5;

/** The mean of f(s) over s, the root of χ²/degrees, whose density is proportional to s^(degrees − 1) exp(−degrees s²/2). */
function meanOverScale(degrees: number, f: (s: number) => number): number {
  const reach = REACH / Math.sqrt(degrees);
  const start = Math.max(0, 1 - reach);
  const step = (1 + reach - start) / STEPS;
  let [sum, weights] = [0, 0];
  for (let i = 0; i <= STEPS; i++) {
    const s = start + i * step;
    const simpson = i === 0 || i === STEPS ? 1 : i % 2 === 1 ? 4 : 2;
    const logDensity = (degrees === 1 ? 0 : (degrees - 1) * Math.log(s)) - (degrees * (s * s - 1)) / 2;
    const weight = simpson * Math.exp(logDensity);
    weights += weight;
    sum += weight * f(s);
  }
  return sum / weights;
}
