import type { Task } from './task.ts';

/** How alike two tasks are expected to be. */
export type SimilarityLevel = 'similar' | 'medium' | 'dissimilar';

/** What two tasks have in common, judged before anything is trained. */
export interface APrioriSimilarity {
  /** From 0 (nothing in common) to 1 (same input, output, operator and predicate, as of a task and its complement). */
  readonly value: number;
  readonly level: SimilarityLevel;
}

/** What each shared attribute counts; together 1. */
const WEIGHTS = { input: 0.15, output: 0.15, operator: 0.4, predicate: 0.3 } as const;

/** The least value of a level. */
const SIMILAR = 0.8;
const MEDIUM = 0.4;

/**
 * The a-priori judgement of how similar two tasks are: 0.15 for the same input type, 0.15 for the same output format, 0.4 for the
 * same operator, and 0.3 times the shared part of the predicate (parity and divisibility are both tests of a number: one half).
 *
 * From 0.8 on a pair counts as similar, from 0.4 on as medium, below as dissimilar. Source: ours; the weights are chosen so that the
 * levels of tasks next to 205 (remove even elements) are those that the workbench sets out from: similar 369, 370, 366; medium 206, 851,
 * 097; dissimilar 376, 850, 113. Known weakness: a judgement, not a measurement; Definition 1 of CoLoRA measures it after training.
 */
export function aPrioriSimilarity({ attributes: a }: Task, { attributes: b }: Task): APrioriSimilarity {
  const shared = (key: 'input' | 'output' | 'operator') => (a[key] === b[key] ? WEIGHTS[key] : 0);
  const sum = shared('input') + shared('output') + shared('operator') + WEIGHTS.predicate * sharedPath(a.predicate, b.predicate);
  // the weights are hundredths, their sum in floating point is not quite
  const value = Math.round(sum * 1e6) / 1e6;
  return { value, level: value >= SIMILAR ? 'similar' : value >= MEDIUM ? 'medium' : 'dissimilar' };
}

/** The share of the longer path that both begin with; 0 when one has no predicate, unless neither has. */
function sharedPath(a: string, b: string): number {
  const [first, second] = [a.split('/'), b.split('/')];
  let same = 0;
  while (same < first.length && first[same] === second[same]) same++;
  return same / Math.max(first.length, second.length);
}
