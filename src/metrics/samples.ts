import { UserError } from '../core/index.ts';

/** The mean; NaN of nothing. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Ranks from 1 on, equal values sharing the mean of theirs.
 *
 * @returns ranks in the order of the values
 */
export function midranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((i, j) => values[i] - values[j]);
  const ranks = new Array<number>(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let k = start; k < end; k++) ranks[order[k]] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

/**
 * The differences a − b of paired values.
 *
 * @throws UserError when the numbers of values differ, are below the least, or a value is not finite
 */
export function differences(where: string, a: readonly number[], b: readonly number[], least: number): number[] {
  checkPairs(where, a, b, least);
  return a.map((value, i) => value - b[i]);
}

/** @throws UserError when the numbers of values differ, are below the least, or a value is not finite */
export function checkPairs(where: string, a: readonly number[], b: readonly number[], least: number): void {
  if (a.length !== b.length) throw new UserError(`${where}: b must have ${a.length} values like a, got ${b.length}`);
  if (a.length < least) throw new UserError(`${where}: values must be ${least} pairs at least, got ${a.length}`);
  const bad = [...a, ...b].find((value) => !Number.isFinite(value));
  if (bad !== undefined) throw new UserError(`${where}: values must be finite, got ${bad}`);
}
