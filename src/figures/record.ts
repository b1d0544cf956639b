import { UserError } from '../core/index.ts';
import type { FigureSpec } from './spec.ts';
import { inWords } from './spec.ts';

const VERDICTS = ['reproduced', 'not reproduced', 'inconclusive'] as const;

/** What our data say about a claim. */
export type Verdict = (typeof VERDICTS)[number];

/** One claim of a paper and what became of it. */
export type Claim = {
  /** The claim, in a sentence. */
  claim: string;
  /** What was computed to test it, such as `Wilcoxon signed-rank, one-sided p`. */
  statistic: string;
  /** What came out: a number is shown with four significant digits, text as it is. */
  value?: number | string;
  /** A confidence interval, from low to high. */
  interval?: [low: number, high: number];
  verdict: Verdict;
};

/** Where and when a figure first came out as it is. */
export type Provenance = {
  /** ISO 8601, in UTC. */
  date: string;
  /** Version of Node.js, such as `v20.11.0`. */
  node: string;
  /** Name and version of this package. */
  package: string;
};

/** What is kept of a figure beside its pictures. */
export type FigureRecord = {
  name: string;
  title: string;
  caption: string;
  /** File name, without `.ipynb`, of the notebook that draws it; null for none. */
  notebook: string | null;
  claims: Claim[];
  provenance: Provenance;
  figure: FigureSpec;
};

/** Whether a text can name a figure: it becomes file names, and a place in the report. */
export function isFigureName(name: unknown): boolean {
  return typeof name === 'string' && /^[a-z0-9-]+$/.test(name);
}

/**
 * Checks the claims given with a figure.
 *
 * @throws UserError naming the claim and the part that is wrong
 */
export function checkClaims(where: string, claims: readonly Claim[]): void {
  if (!Array.isArray(claims)) throw new UserError(`${where}: claims must be an array, got ${inWords(claims)}`);
  claims.forEach((claim, i) => {
    for (const part of ['claim', 'statistic'] as const) {
      if (typeof claim?.[part] !== 'string')
        throw new UserError(`${where}: claims[${i}].${part} must be text, got ${inWords(claim?.[part])}`);
    }
    if (!VERDICTS.includes(claim.verdict)) {
      throw new UserError(`${where}: claims[${i}].verdict must be one of ${VERDICTS.join(', ')}, got ${inWords(claim.verdict)}`);
    }
    const { interval } = claim;
    if (interval !== undefined && !(Array.isArray(interval) && interval.length === 2 && interval.every((end) => typeof end === 'number'))) {
      throw new UserError(`${where}: claims[${i}].interval must be two numbers [low, high], got ${inWords(interval)}`);
    }
  });
}

/** A record as JSON text with a line for each part and for each trace, so that a change shows where it is. */
export function recordText({ figure, ...parts }: FigureRecord): string {
  const list = (values: unknown[]) =>
    values.length > 0 ? `[\n${values.map((value) => `  ${JSON.stringify(value)}`).join(',\n')}\n ]` : '[]';
  const lines = Object.entries(parts).map(
    ([key, value]) => ` "${key}": ${key === 'claims' ? list(value as Claim[]) : JSON.stringify(value)}`,
  );
  const { data, layout, config } = figure;
  const spec = ` "figure": {"layout": ${JSON.stringify(layout)},\n "config": ${JSON.stringify(config)},\n "data": ${list(data)}}`;
  return `{\n${[...lines, spec].join(',\n')}\n}\n`;
}
