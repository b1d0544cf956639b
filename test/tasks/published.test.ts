import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/index.ts';
import { type Example, fileNameOf, NI_TASKS, readNaturalInstructions, type Task } from '../../src/tasks/index.ts';

/** A tenth of the published files; not part of the repository. */
const FOLDER = process.env.NATURAL_INSTRUCTIONS ?? fileURLToPath(new URL('../../../shared/data/natural-instructions', import.meta.url));
const isThere = existsSync(FOLDER);
const WHY = isThere ? '' : ` (skipped: no published files in ${FOLDER}; set NATURAL_INSTRUCTIONS to their folder)`;

/** Instances whose published label breaks the task's own rule: the input, the label. */
const SLIPS: Record<string, [input: string, label: string][]> = {
  // 5 became 10, although halves go to the even tens everywhere else
  '373': [
    ['[-508, 181, -303, 119, -757, 897, -94, 901, 5]', '[-510, 180, -300, 120, -760, 900, -90, 900, 10]'],
    ['[233, -658, -723, 814, 915, 676, 5]', '[230, -660, -720, 810, 920, 680, 10]'],
  ],
  // of two equal neighbours one was left standing
  '377': [
    [
      "Sentence: 'six zebras eating grass of of a dirt road'. Remove all words of length '2' in the given sentence.",
      'six zebras eating grass of a dirt road',
    ],
    [
      "Sentence: 'there is no picture or image sorry sorry'. Remove all words of length '5' in the given sentence.",
      'is no picture or sorry',
    ],
  ],
};

const published = isThere ? readNaturalInstructions(FOLDER) : [];
const covered = NI_TASKS.flatMap((task) => {
  const found = published.find(({ name }) => name === fileNameOf(task));
  const real = found?.instances.map(({ input, outputs: [output] }) => ({ input, output })) ?? [];
  return found === undefined ? [] : [{ id: task.id, task, real }];
});

/** What is compared between generated and published examples. */
const FEATURES: Record<string, (example: Example) => number[]> = {
  'elements of the input': ({ input }) => [input.split(/[ ,]+/).length],
  'numbers of the input': ({ input }) => (input.match(/-?\d+(\.\d+)?/g) ?? []).map(Number),
  'letters of the input': ({ input }) => (input.match(/\b[a-z]\b/gi) ?? []).map((letter) => letter.charCodeAt(0)),
  'length of the input': ({ input }) => [input.length],
  'elements of the output': ({ output }) => [output.split(/[ ,]+/).length],
  'length of the output': ({ output }) => [output.length],
  'nothing in the output': ({ output }) => [['', '[]', '-1', '0'].includes(output) ? 1 : 0],
};

/** The largest distance between two empirical distribution functions (Kolmogorov and Smirnov). */
function distance(first: number[], second: number[]): number {
  const [a, b] = [first.toSorted((x, y) => x - y), second.toSorted((x, y) => x - y)];
  let [i, j, largest] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i], b[j]);
    while (a[i] === value) i++;
    while (b[j] === value) j++;
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length));
  }
  return largest;
}

const GENERATED = 3000;

const generate = (task: Task): Example[] => {
  const random = new Random('published').split(task.id);
  return Array.from({ length: GENERATED }, () => task.generate(random));
};

/** Sentences are written by a grammar of ours, so that only their sizes are near those of the captions. */
const SENTENCE_TOLERANCE = 0.1;

/** The features whose distance is beyond what chance allows once in a thousand times. */
function unlike(task: Task, generated: Example[], real: Example[]): string[] {
  return Object.entries(FEATURES).flatMap(([name, feature]) => {
    const [a, b] = [generated.flatMap(feature), real.flatMap(feature)];
    if (a.length < GENERATED / 20 || b.length < 20) return [];
    const found = distance(a, b);
    const chance = 1.95 * Math.sqrt(1 / a.length + 1 / b.length);
    const bound = task.attributes.input === 'sentence' ? SENTENCE_TOLERANCE : chance;
    return found <= bound ? [] : [`${name}: distance ${found.toFixed(3)}, bound ${bound.toFixed(3)}`];
  });
}

const extremes = (values: number[]) => [Math.min(...values), Math.max(...values)];

describe.skipIf(!isThere)(`tasks against published instances${WHY}`, () => {
  it('covers every published file', () => {
    expect(covered.map(({ task }) => fileNameOf(task)).toSorted()).toEqual(published.map(({ name }) => name).toSorted());
    expect(covered).toHaveLength(36);
  });

  it.each(covered)('$id: the rule gives every label, bar the slips', ({ id, task, real }) => {
    const wrong = real.filter(({ input, output }) => task.rule(input) !== output);
    expect(wrong.map(({ input, output }) => [input, output])).toEqual(SLIPS[id] ?? []);
  });

  it.each(covered)('$id: generated examples are distributed like published ones', ({ task, real }) => {
    const generated = generate(task);
    expect(unlike(task, generated, real)).toEqual([]);
    if (task.attributes.input !== 'sentence') {
      const elements = FEATURES['elements of the input'];
      if (!task.attributes.input.startsWith('lists'))
        expect(extremes(generated.flatMap(elements))).toEqual(extremes(real.flatMap(elements)));
    }
  });

  it('tells a wrong range from the right one', () => {
    const real = (id: string) => covered.find((entry) => entry.id === id)!.real;
    const [evens, odds] = ['205', '369'].map((id) => NI_TASKS.find((task) => task.id === id)!);
    expect(unlike(evens, generate(odds), real('205'))).not.toEqual([]);
    const longer = generate(odds).filter(({ input }) => input.split(',').length !== 11);
    expect(unlike(odds, longer, real('369'))).not.toEqual([]);
  });
});
