import { existsSync, readFileSync } from 'node:fs';
import { messageOf, UserError, writeFileSafely } from '../core/index.ts';
import type { Claim, FigureRecord } from '../figures/index.ts';

/** What came of the claims of each figure. */
type KeptClaims = Record<string, Pick<Claim, 'claim' | 'value' | 'interval' | 'verdict'>[]>;

/** A value without an interval may move by this share. */
const TOLERANCE = 0.02;

/** Adds what came of the claims of figures to a file of them, in place of what it says of the same figures. */
export function keepClaims(file: string, figures: readonly FigureRecord[]): void {
  const all = { ...(existsSync(file) ? readClaims(file) : {}), ...claimsOf(figures) };
  const sorted = Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = sorted.map(([name, claims]) => `"${name}": [\n${claims.map((claim) => `  ${JSON.stringify(claim)}`).join(',\n')}\n ]`);
  writeFileSafely(file, `{\n ${lines.join(',\n ')}\n}\n`);
}

/**
 * Compares what came of the claims of figures with a file of them: a line for each that says otherwise. A verdict must be the same, and
 * a value lie as near as half its interval, or within 2 % where it has none. Source: ours.
 *
 * @throws UserError when the file cannot be read, or lacks a figure
 */
export function driftOf(file: string, figures: readonly FigureRecord[]): string[] {
  const kept = readClaims(file);
  return Object.entries(claimsOf(figures)).flatMap(([figure, claims]) => {
    const before = kept[figure];
    if (before === undefined)
      throw new UserError(
        `drift: ${file} must have the claims of ${figure}, got none (run the quick profile without --check and commit it)`,
      );
    const gone = before
      .filter(({ claim }) => !claims.some((now) => now.claim === claim))
      .map(({ claim }) => `${figure}: no longer there: ${claim}`);
    const changed = claims.flatMap((now) => {
      const then = before.find(({ claim }) => claim === now.claim);
      if (then === undefined) return [`${figure}: new: ${now.claim}`];
      const differs = now.verdict !== then.verdict || !isNear(now.value, then);
      return differs ? [`${figure}: ${now.claim}: ${inWords(then)} became ${inWords(now)}`] : [];
    });
    return [...gone, ...changed];
  });
}

const claimsOf = (figures: readonly FigureRecord[]): KeptClaims =>
  Object.fromEntries(
    figures
      .filter(({ claims }) => claims.length > 0)
      // As it will be read: NaN is null.
      .map(({ name, claims }) => [
        name,
        JSON.parse(JSON.stringify(claims.map(({ claim, value, interval, verdict }) => ({ claim, value, interval, verdict })))),
      ]),
  );

function readClaims(file: string): KeptClaims {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (thrown) {
    throw new UserError(`drift: ${file} must be claims as JSON that colora reproduce wrote, but ${messageOf(thrown)} (check it out again)`);
  }
}

function isNear(value: Claim['value'], { value: before, interval }: Pick<Claim, 'value' | 'interval'>): boolean {
  if (typeof value !== 'number' || typeof before !== 'number') return value === before;
  const allowed = Math.max(interval === undefined ? 0 : (interval[1] - interval[0]) / 2, TOLERANCE * Math.abs(before));
  return Math.abs(value - before) <= allowed;
}

const inWords = ({ value, verdict }: Pick<Claim, 'value' | 'verdict'>): string =>
  `${verdict}${value === undefined ? '' : ` (${typeof value === 'number' ? value.toPrecision(4) : value})`}`;
