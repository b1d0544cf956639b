import { describe, expect, it } from 'vitest';
import { findTask, shortPrompt, tkPrompt } from '../../src/tasks/index.ts';

const task = {
  definition: ' Remove the even numbers ',
  positiveExamples: [
    { input: '[1, 2]', output: '[1]' },
    { input: 'a b', output: 'c ' },
    { input: 'unused', output: 'unused' },
  ],
};

describe('tkPrompt', () => {
  it('is the prompt of Tk-Instruct, to the blank', () => {
    expect(tkPrompt(task, ' why? ')).toBe(
      'Definition: Remove the even numbers.\n\n' +
        ' Positive Example 1 -\nInput: [1, 2]\n Output: [1]\n\n' +
        ' Positive Example 2 -\nInput: a b.\n Output: c.\n\n' +
        'Now complete the following example -\nInput: why?\nOutput: ',
    );
  });

  it('adds the full stop behind letters, digits and nothing only', () => {
    const last = (input: string) => tkPrompt(task, input, { examples: 0 }).split('\n').at(-2);
    expect(last('')).toBe('Input: .');
    expect(last('é')).toBe('Input: é.');
    expect(last('7')).toBe('Input: 7.');
    for (const sign of '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~') expect(last(`7${sign}`)).toBe(`Input: 7${sign}`);
  });

  it('needs as many examples as it shows', () => {
    expect(() => tkPrompt({ ...task, positiveExamples: [] }, 'x')).toThrow(
      "tkPrompt: examples must be a whole number from 0 to the task's 0, got 2",
    );
    expect(() => tkPrompt(task, 'x', { shots: 1 } as never)).toThrow("tkPrompt: option must be one of examples, got 'shots'");
  });
});

describe('shortPrompt', () => {
  it('is the instruction and the input', () => {
    expect(shortPrompt(findTask('rm.x2').instruction, '3 14 15')).toBe('remove even numbers : 3 14 15 =');
  });
});
