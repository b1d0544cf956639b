import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/index.ts';
import { findTask, readNaturalInstructions, splitTask, toNaturalInstructions } from '../../src/tasks/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'colora-ni-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, content: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

const valid = {
  Definition: ['Say it.', 'Another wording.'],
  'Positive Examples': [{ input: 'a', output: 'b', explanation: 'c' }],
  Instances: [
    { id: 'x', input: 'p', output: ['q', 'r'] },
    { input: '', output: '' },
  ],
  'Unheard Of': 3,
};

describe('readNaturalInstructions', () => {
  it('reads definition, examples and every reference', () => {
    expect(readNaturalInstructions(write('task1_x.json', valid))).toEqual([
      {
        name: 'task1_x',
        definition: 'Say it.',
        positiveExamples: [{ input: 'a', output: 'b' }],
        instances: [
          { input: 'p', outputs: ['q', 'r'] },
          { input: '', outputs: [''] },
        ],
      },
    ]);
  });

  it('reads back what was written from a task, a folder in the order of its names', () => {
    const task = findTask('488');
    const { test } = splitTask(task, { test: 20, seed: 1 });
    const path = mkdtempSync(join(folder, 'folder-'));
    writeFileSync(join(path, 'b.json'), JSON.stringify(toNaturalInstructions(task, test)));
    writeFileSync(join(path, 'a.json'), JSON.stringify(valid));
    writeFileSync(join(path, 'notes.txt'), 'no task');
    const [a, b] = readNaturalInstructions(path);
    expect(a.name).toBe('a');
    expect(b.definition).toBe(task.definition);
    expect(b.positiveExamples).toEqual(task.positiveExamples);
    expect(b.instances).toEqual(test.map(({ input, output }) => ({ input, outputs: [output] })));
  });

  it.each([
    ['truncated', JSON.stringify(valid).slice(0, 40), /a task file must be JSON, got .* \(in .*truncated\.json\)/],
    ['array', [valid], /a task file must be an object, got a list with an object/],
    ['undefined', { ...valid, Definition: undefined }, /'Definition' must be a text or a list of texts, got nothing/],
    ['dull', { ...valid, Definition: [] }, /'Definition' must be a text or a list of texts, got an empty list/],
    ['empty', { ...valid, Instances: [] }, /'Instances' must be a list of one at least, got an empty list/],
    ['examples', { ...valid, 'Positive Examples': 'a' }, /'Positive Examples' must be a list, got "a"/],
    ['input', { ...valid, Instances: [valid.Instances[1], { input: 3, output: 'x' }] }, /'Instances'\[1\]\.input must be a text, got 3/],
    [
      'output',
      { ...valid, Instances: [{ input: 'a', output: [] }] },
      /'Instances'\[0\]\.output must be a text or a list of texts, got an empty/,
    ],
    ['numbers', { ...valid, Instances: [{ input: 'a', output: [3] }] }, /'Instances'\[0\]\.output must be .*, got a list with 3/],
    ['text', { ...valid, Instances: ['a'] }, /'Instances'\[0\] must be an object, got "a"/],
  ])('says what is wrong in one sentence: %s', (name, content, message) => {
    const path = write(`${name}.json`, content);
    expect(() => readNaturalInstructions(path)).toThrow(message);
    try {
      readNaturalInstructions(path);
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      expect((error as Error).message).not.toContain('\n');
    }
  });

  it('says when there is nothing to read', () => {
    expect(() => readNaturalInstructions(join(folder, 'nowhere'))).toThrow(/path must be a file or a folder, got '.*nowhere'/);
    expect(() => readNaturalInstructions(mkdtempSync(join(folder, 'empty-')))).toThrow(/folder must hold \*\.json files, got none/);
  });
});
