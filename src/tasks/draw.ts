import type { Random } from '../core/index.ts';

/** A range of whole numbers, both ends included. */
export type Range = readonly [low: number, high: number];

/** A whole number of a range. */
export function drawInteger(random: Random, [low, high]: Range): number {
  return random.integer(low, high + 1);
}

/** One of the choices. */
export function pick<T>(random: Random, choices: readonly T[]): T {
  return choices[random.integer(0, choices.length)];
}

/** As many draws as a range allows, each number of draws alike likely. */
export function drawMany<T>(random: Random, count: Range, draw: (random: Random) => T): T[] {
  return Array.from({ length: drawInteger(random, count) }, () => draw(random));
}

/** Lists of whole numbers: how many, and which. */
export function integers(count: Range, values: Range): (random: Random) => number[] {
  return (random) => drawMany(random, count, () => drawInteger(random, values));
}

/** Lists of lists of whole numbers. */
export function integerLists(outer: Range, inner: Range, values: Range): (random: Random) => number[][] {
  return (random) => drawMany(random, outer, integers(inner, values));
}

export const LOWER = 'abcdefghijklmnopqrstuvwxyz';
export const LETTERS_OF_BOTH_CASES = `${LOWER}${LOWER.toUpperCase()}`;

/** A letter or, as often, an odd number below 10,000. */
export function drawItem(random: Random, letters: string = LETTERS_OF_BOTH_CASES): string {
  return random.integer(0, 2) === 0 ? pick(random, [...letters]) : String(2 * random.integer(0, 5000) + 1);
}
