import { describe, expect, it } from 'vitest';
import { findTask, splitExamples, splitTask } from '../../src/tasks/index.ts';

const inputs = (examples: { input: string }[]) => examples.map(({ input }) => input);

describe('splitTask', () => {
  it.each(['097', '850', '376', 'rm.l5', 'second'])('%s: parts share no input, among themselves or with what the prompt shows', (id) => {
    const task = findTask(id);
    const { train, validation, test } = splitTask(task, { train: 300, validation: 50, test: 100, seed: 1 });
    expect([train.length, validation.length, test.length]).toEqual([300, 50, 100]);
    const all = inputs([...train, ...validation, ...test, ...task.positiveExamples]);
    expect(new Set(all).size).toBe(450 + task.positiveExamples.length);
  });

  it('a larger training set leaves the test set alone and begins with the smaller', () => {
    const [small, large] = [16, 64].map((train) => splitTask(findTask('rm.l5'), { train, validation: 5, test: 20, seed: 'a' }));
    expect(large.test).toEqual(small.test);
    expect(large.validation).toEqual(small.validation);
    expect(large.train.slice(0, 16)).toEqual(small.train);
    expect(splitTask(findTask('rm.l5'), { test: 20, seed: 'b' }).test).not.toEqual(small.test);
  });

  it('says when the inputs run out', () => {
    const few = { ...findTask('365'), generate: () => ({ input: 'aa', output: '' }) };
    expect(() => splitTask(few, { train: 2, test: 1, seed: 1 })).toThrow(
      'splitTask: task 365 must have 3 distinct inputs, got 1 before only repeats came (ask for less)',
    );
  });

  it('refuses what is no size and no option', () => {
    const task = findTask('205');
    expect(() => splitTask(task, { train: 1.5, seed: 1 })).toThrow('splitTask: train must be a whole number from 0 on, got 1.5');
    expect(() => splitTask(task, { train: 1, seed: 1, dev: 3 } as never)).toThrow(/splitTask: option must be one of .* got 'dev'/);
  });
});

describe('splitExamples', () => {
  const examples = Array.from({ length: 12 }, (_, i) => ({ input: String(i % 10), output: `${i}` }));

  it('distributes distinct inputs, keeping the first of equals', () => {
    const { train, validation, test } = splitExamples(examples, { train: 5, validation: 2, test: 3, seed: 4 });
    const all = [...train, ...validation, ...test];
    expect(inputs(all).toSorted()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(all.every(({ input, output }) => input === output)).toBe(true);
    expect(splitExamples(examples, { train: 2, validation: 2, test: 3, seed: 4 })).toEqual({ train: train.slice(0, 2), validation, test });
  });

  it('says when the inputs run out', () => {
    expect(() => splitExamples(examples, { train: 11, seed: 1 })).toThrow(
      'splitExamples: examples must have 11 distinct inputs, got 10 (ask for less)',
    );
  });
});
