import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Seed } from '../../src/core/index.ts';
import { type Experiment, readRecords, recorded } from '../../src/experiments/index.ts';

interface Config {
  a: number;
  b: { c: string; d?: number[] };
}

let folder: string;
let runs: [Config, Seed][];
let experiment: Experiment<Config, { sum: number; runs: number }>;
const file = () => join(folder, 'sums.jsonl');
const lines = () => readFileSync(file(), 'utf8').split('\n').slice(0, -1);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'records-'));
  runs = [];
  experiment = {
    name: 'sums',
    version: 1,
    async run(config, seed) {
      runs.push([config, seed]);
      return { sum: config.a + Number(seed), runs: runs.length };
    },
  };
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const cell = (a: number, seed: Seed = 1) => ({ config: { a, b: { c: 'x' } }, seed });

describe('recorded', () => {
  it('computes each cell once, in the order of the cells, and reads it from then on', async () => {
    const cells = [cell(2), cell(1), cell(2), cell(2, 5)];
    const first = await recorded(experiment, cells, { folder });
    expect(first.map(({ sum }) => sum)).toEqual([3, 2, 3, 7]);
    expect(runs).toHaveLength(3);
    expect(await recorded(experiment, [...cells].reverse(), { folder })).toEqual([...first].reverse());
    expect(runs).toHaveLength(3);
    expect(lines()).toHaveLength(3);
  });

  it('keeps with each result what it was made from and on', async () => {
    await recorded(experiment, [cell(2, 'text')], { folder });
    const [record] = readRecords(file());
    expect(record).toMatchObject({ version: 1, config: cell(2).config, seed: 'text', node: process.versions.node });
    expect(record.hash).toMatch(/^[0-9a-f]{16}$/);
    expect(record.seconds).toBeGreaterThanOrEqual(0);
    expect(new Date(record.at).toISOString()).toBe(record.at);
    expect(record.cpu).not.toBe('');
  });

  it('takes configurations for the same whatever the order of their keys, but not of their lists', async () => {
    const wide = (d: number[]) => ({ config: { a: 1, b: { c: 'x', d } }, seed: 1 });
    await recorded(experiment, [wide([1, 2]), { config: { b: { d: [1, 2], c: 'x' }, a: 1 }, seed: 1 }], { folder });
    expect(runs).toHaveLength(1);
    await recorded(experiment, [wide([2, 1])], { folder });
    expect(runs).toHaveLength(2);
  });

  it.each([
    ['another seed', (base: typeof experiment) => [base, cell(1, 2)] as const],
    ['a seed that is text', (base: typeof experiment) => [base, cell(1, '1')] as const],
    ['another version', (base: typeof experiment) => [{ ...base, version: 2 }, cell(1)] as const],
  ])('is no answer to %s', async (_, other) => {
    await recorded(experiment, [cell(1)], { folder });
    const [changed, wanted] = other(experiment);
    await recorded(changed, [wanted], { folder });
    expect(runs).toHaveLength(2);
    expect(new Set(readRecords(file()).map(({ hash }) => hash)).size).toBe(2);
  });

  it('gives a fresh result as it will be read', async () => {
    const wide: Experiment<object, { values: ArrayLike<number>; none?: number }> = {
      name: 'wide',
      version: 1,
      run: async () => ({ values: Float64Array.of(1, 2), none: undefined }),
    };
    const fresh = await recorded(wide, [{ config: {}, seed: 1 }], { folder });
    expect(fresh).toStrictEqual(await recorded(wide, [{ config: {}, seed: 1 }], { folder }));
  });

  it.each([1, 20, 60])('goes on after a kill that left all but %i characters of the last line', async (missing) => {
    await recorded(experiment, [cell(1), cell(2), cell(3)], { folder });
    const text = readFileSync(file(), 'utf8');
    writeFileSync(file(), text.slice(0, -1 - missing));
    runs = [];
    const results = await recorded(experiment, [cell(1), cell(2), cell(3), cell(4)], { folder });
    expect(results.map(({ sum }) => sum)).toEqual([2, 3, 4, 5]);
    expect(runs.map(([{ a }]) => a)).toEqual([3, 4]);
    expect(lines().map((line) => JSON.parse(line).config.a)).toEqual([1, 2, 3, 4]);
  });

  it('goes on after a kill that left a whole line without its end', async () => {
    await recorded(experiment, [cell(1), cell(2)], { folder });
    writeFileSync(file(), readFileSync(file(), 'utf8').slice(0, -1));
    await recorded(experiment, [cell(1), cell(2), cell(3)], { folder });
    expect(runs).toHaveLength(3);
    expect(lines()).toHaveLength(3);
  });

  it('keeps what was computed before an experiment fails', async () => {
    const failing = {
      ...experiment,
      run: async (config: Config, seed: Seed) => {
        if (config.a === 3) throw new Error('diverged');
        return experiment.run(config, seed);
      },
    };
    await expect(recorded(failing, [cell(1), cell(2), cell(3)], { folder })).rejects.toThrow('diverged');
    expect(lines()).toHaveLength(2);
  });

  it('computes anew and replaces, once for each cell, when told by the environment', async () => {
    await recorded(experiment, [cell(1), cell(2), cell(3)], { folder });
    vi.stubEnv('COLORA_RECOMPUTE', '1');
    const again = await recorded(experiment, [cell(2), cell(3), cell(2)], { folder });
    expect(again.map((result) => result.runs)).toEqual([4, 5, 4]);
    expect(readRecords<Config, { runs: number }>(file()).map(({ config, result }) => [config.a, result.runs])).toEqual([
      [1, 1],
      [2, 4],
      [3, 5],
    ]);
  });

  it('refuses an option it does not know', async () => {
    await expect(recorded(experiment, [], { directory: folder } as object)).rejects.toThrow('directory');
  });
});

describe('readRecords', () => {
  it('has none where there is no file', () => expect(readRecords(file())).toEqual([]));

  it.each(['{"hash": "0', '42', 'null', '{}', '["hash"]'])('names the line that is no record: %s', async (line) => {
    await recorded(experiment, [cell(1)], { folder });
    appendFileSync(file(), `${line}\n`);
    expect(() => readRecords(file())).toThrow(`records: line 2 of ${file()} must be a record as JSON (remove the line)`);
  });
});
