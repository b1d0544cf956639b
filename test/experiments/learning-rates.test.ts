import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chosenRates, keptRates, type RateResult, rateCells, rateRun, recorded } from '../../src/experiments/index.ts';

const search = { strategies: ['local', 'colora'], rates: [1e-3, 1e-2], groups: [['rm.l3'], ['rotate', 'swap']], seeds: [3, 4] };

describe('rateCells', () => {
  const cells = rateCells(search);

  it('gives every strategy the same runs', () => {
    const runsOf = (name: string) =>
      cells.filter(({ config }) => config.strategy === name).map(({ config: { strategy: _, ...rest }, seed }) => ({ ...rest, seed }));
    expect(runsOf('local')).toHaveLength(8);
    expect(runsOf('colora')).toEqual(runsOf('local'));
  });

  it('scores validation examples only', () => {
    expect(cells.every(({ config }) => config.part === 'validation' && config.validation > 0 && config.test === 0)).toBe(true);
  });
});

describe('rateRun', () => {
  const [{ config }] = rateCells({ ...search, strategies: ['colora'] });
  const tiny = { ...config, examples: 4, validation: 2, rounds: 2, localSteps: 1 };

  it('scores a federation', async () => {
    const { rougeL } = await rateRun.run(tiny, 3);
    expect(rougeL).toBeGreaterThanOrEqual(0);
    expect(rougeL).toBeLessThanOrEqual(100);
  });

  it('has no score where the training diverges', async () => {
    expect(await rateRun.run({ ...tiny, learningRate: 1e30 }, 3)).toEqual({ rougeL: null });
  });
});

describe('chosenRates', () => {
  const of = (...scores: (number | null)[]): RateResult[] => scores.map((rougeL) => ({ rougeL }));

  it('takes the rate of the best mean', () => {
    const results = of(50, 60, 70, 80, 90, 60, 60, 60, /* colora */ 90, 90, 90, 90, 91, 91, 91, 91);
    expect(chosenRates(search, results)).toEqual([
      { strategy: 'local', rate: 1e-2, scores: [65, 67.5] },
      { strategy: 'colora', rate: 1e-2, scores: [90, 91] },
    ]);
  });

  it('counts a run that diverged as 0, and takes the lower of equal rates', () => {
    const results = of(40, 40, 40, 40, 90, 90, null, null, /* colora */ 50, 50, 50, 50, 50, 50, 50, 50);
    expect(chosenRates(search, results)).toEqual([
      { strategy: 'local', rate: 1e-2, scores: [40, 45] },
      { strategy: 'colora', rate: 1e-3, scores: [50, 50] },
    ]);
  });
});

describe('keptRates', () => {
  it('reads a whole search from its records and nothing from a part of it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rates-'));
    const file = join(folder, 'rate-search.jsonl');
    const byRate = { ...rateRun, run: async ({ learningRate }: { learningRate: number }) => ({ rougeL: 1000 * learningRate }) };
    const cells = rateCells(search);
    expect(keptRates(search, file)).toBeUndefined();
    await recorded(byRate, cells.slice(0, -1), { folder });
    expect(keptRates(search, file)).toBeUndefined();
    await recorded(byRate, cells, { folder });
    expect(keptRates(search, file)?.map(({ strategy, rate }) => [strategy, rate])).toEqual([
      ['local', 1e-2],
      ['colora', 1e-2],
    ]);
  });

  it('passes over the records of another version', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rates-'));
    const older = { ...rateRun, version: rateRun.version - 1, run: async () => ({ rougeL: 50 }) };
    await recorded(older, rateCells(search), { folder });
    expect(keptRates(search, join(folder, 'rate-search.jsonl'))).toBeUndefined();
  });
});
