import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findTask, NI_TASKS, readNaturalInstructions, TASKS, tkPrompt } from '../../src/tasks/index.ts';
import { colora } from './in-process.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-tasks-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const tasks = (...args: string[]) => colora('tasks', ...args);

describe('colora tasks list', () => {
  it('names every task under its family', async () => {
    const { code, stdout } = await tasks('list');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^F1 filter a list by a predicate\n {2}205 +remove even numbers\n/);
    for (const { id, instruction } of TASKS) expect(stdout).toMatch(new RegExp(`^ {2}${id} +${instruction}$`, 'm'));
  });

  it('prints JSON', async () => {
    const list = JSON.parse((await tasks('list', '--json')).stdout);
    expect(list.map(({ id }: { id: string }) => id)).toEqual(TASKS.map(({ id }) => id));
    expect(list[0].attributes).toEqual({ input: 'numbers', output: 'numbers', operator: 'filter', predicate: 'number/parity' });
  });
});

describe('colora tasks sample', () => {
  it('draws examples, the same for the same seed', async () => {
    const first = await tasks('sample', 'remove_even_elements', '-n', '3', '--seed', '7');
    expect(first.stdout).toMatch(/^(\[[\d, ]*\] → \[[\d, ]*\]\n){3}$/);
    expect(await tasks('sample', '205', '-n', '3', '--seed', '7')).toEqual(first);
    expect((await tasks('sample', '205', '-n', '3')).stdout).not.toBe(first.stdout);
  });

  it('gives each prompt as JSON', async () => {
    const sample = async (prompt: string) => JSON.parse((await tasks('sample', 'rm.l5', '-n', '1', '--json', '--prompt', prompt)).stdout);
    const { input, output } = await sample('none');
    expect(findTask('rm.l5').rule(input)).toBe(output);
    expect(await sample('short')).toEqual({ input: `remove numbers whose ones digit is below 5 : ${input} =`, output });
    expect(await sample('tk')).toEqual({ input: tkPrompt(findTask('rm.l5'), input), output });
  });
});

describe('colora tasks export', () => {
  it('writes what the reader reads back', async () => {
    const { code, stdout } = await tasks('export', '205', 'rm.l5', '--out', folder, '-n', '30', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(
      ['task205_remove_even_elements', 'rm.l5_remove_numbers_whose_ones_digit_is_below_5'].map((name) => join(folder, `${name}.json`)),
    );
    for (const { definition, positiveExamples, instances } of readNaturalInstructions(folder)) {
      const task = TASKS.find((candidate) => candidate.definition === definition)!;
      expect(positiveExamples).toEqual(task.positiveExamples);
      expect(new Set(instances.map(({ input }) => input)).size).toBe(30);
      for (const { input, outputs } of instances) expect(outputs).toEqual([task.rule(input)]);
    }
  });

  it('writes every task of Natural Instructions', async () => {
    await tasks('export', '--out', folder, '-n', '2');
    expect(readdirSync(folder)).toHaveLength(NI_TASKS.length);
  });
});

describe('colora tasks, wrongly called', () => {
  it.each([
    [1, ['sample', 'remove_evn_elements'], /^findTask: task must be an id or a name, got 'remove_evn_elements' \(nearest: 205 /],
    [1, ['sample', '', '-n', '1'], /^findTask: task must be an id or a name, got ''/],
    [2, [], /action must be one of list, sample, export, got ''/],
    [2, ['sample'], /TASK must be one task, got 0/],
    [2, ['sample', '205', '--prompt', 'long'], /--prompt must be one of none, short, tk, got 'long'/],
    [2, ['sample', '205', '-n', '0'], /-n must be a whole number from 1 on, got '0'/],
    [2, ['export', '205'], /--out must name a folder, got none/],
    [2, ['export', '205', '--out', 'x', '--format', 'csv'], /--format must be one of ni, got 'csv'/],
    [2, ['sample', '205', '--count', '3'], /option must be one of --number, .* got '--count'/],
  ])('exits with %i: %j', async (code, args, message) => {
    const result = await tasks(...args);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr.trim().split('\n')).toHaveLength(1);
    expect(result.stderr.trim()).toMatch(message);
  });
});
