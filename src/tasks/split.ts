import { checkOptions, Random, type Seed, UserError } from '../core/index.ts';
import type { Example, Task } from './task.ts';

/** How many examples of each part; a missing part is empty. */
export interface SplitSizes {
  readonly train?: number;
  readonly validation?: number;
  readonly test?: number;
}

export interface SplitOptions extends SplitSizes {
  readonly seed: Seed;
}

/** Three parts that share no input. */
export interface Split<E> {
  readonly train: E[];
  readonly validation: E[];
  readonly test: E[];
}

/** In this order, so that a larger training set leaves the two others as they are. */
const PARTS = ['test', 'validation', 'train'] as const;

/** Repeats in a row after which no further input is hoped for. */
const MOST_REPEATS = 10_000;

/**
 * Draws a training, a validation and a test set that share no input with each other nor with the task's positive examples, and hold
 * none twice. The test set depends on seed and size only, and a smaller training set is the beginning of a larger one. Source: ours.
 *
 * @throws UserError when a size is no whole number from 0 on, or the task has too few distinct inputs
 */
export function splitTask(task: Task, options: SplitOptions): Split<Example> {
  checkOptions('splitTask', options, [...PARTS, 'seed']);
  const { seed, ...sizes } = options;
  checkSizes('splitTask', sizes);
  const random = new Random(seed).split(task.id);
  const seen = new Set(task.positiveExamples.map(({ input }) => input));
  const shown = seen.size;
  return fill((part) => {
    const stream = random.split(part);
    return Array.from({ length: sizes[part] ?? 0 }, () => {
      for (let repeats = 0; repeats < MOST_REPEATS; repeats++) {
        const example = task.generate(stream);
        if (seen.has(example.input)) continue;
        seen.add(example.input);
        return example;
      }
      throw new UserError(
        `splitTask: task ${task.id} must have ${total(sizes)} distinct inputs, got ${seen.size - shown} before only repeats came (ask for less)`,
      );
    });
  });
}

/**
 * Distributes given examples, such as published instances, over three parts that share no input; of equal inputs the first is kept.
 * The test set depends on seed and size only, and a smaller training set is the beginning of a larger one. Source: ours.
 *
 * @throws UserError when a size is no whole number from 0 on, or there are too few distinct inputs
 */
export function splitExamples<E extends { readonly input: string }>(examples: readonly E[], options: SplitOptions): Split<E> {
  checkOptions('splitExamples', options, [...PARTS, 'seed']);
  const { seed, ...sizes } = options;
  checkSizes('splitExamples', sizes);
  const distinct = [...new Map(examples.toReversed().map((example) => [example.input, example])).values()].reverse();
  if (distinct.length < total(sizes)) {
    throw new UserError(`splitExamples: examples must have ${total(sizes)} distinct inputs, got ${distinct.length} (ask for less)`);
  }
  const left = new Random(seed).shuffled(distinct);
  return fill((part) => left.splice(0, sizes[part] ?? 0));
}

function fill<E>(take: (part: keyof Split<E>) => E[]): Split<E> {
  const [test, validation, train] = PARTS.map(take);
  return { train, validation, test };
}

function total(sizes: SplitSizes): number {
  return PARTS.reduce((sum, part) => sum + (sizes[part] ?? 0), 0);
}

function checkSizes(where: string, sizes: SplitSizes): void {
  for (const part of PARTS) {
    const size = sizes[part] ?? 0;
    if (!Number.isSafeInteger(size) || size < 0) throw new UserError(`${where}: ${part} must be a whole number from 0 on, got ${size}`);
  }
}
