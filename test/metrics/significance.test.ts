import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/index.ts';
import {
  bootstrapInterval,
  cohensDPaired,
  holm,
  meanInterval,
  pairedPermutationTest,
  pairedPower,
  pairsForPower,
  spearman,
  spearmanInterval,
  wilcoxonSignedRank,
} from '../../src/metrics/index.ts';
import { readGolden } from './golden.ts';

interface Row {
  a: number[];
  b: number[];
  permutation?: [statistic: number, pValue: number];
  wilcoxon: [statistic: number, pValue: number];
  spearman?: number;
  cohensD?: number;
  spearmanInterval?: [low: number, high: number];
  meanInterval?: [low: number, high: number];
}

interface Golden {
  tests: Row[];
  powers: [d: number, pairs: number, alpha: number, power: number][];
  sizes: [d: number, power: number, alpha: number, pairs: number][];
  holm: [pValues: number[], adjusted: number[]][];
}

const golden = readGolden<Golden>('significance');
const rows = golden.tests.map((row) => ({ n: row.a.length, ...row }));

describe('against SciPy and statsmodels', () => {
  it.each(rows.filter(({ permutation }) => permutation))('pairedPermutationTest of $n pairs', ({ a, b, permutation }) => {
    const { statistic, pValue, method } = pairedPermutationTest(a, b);
    expect(method).toBe('exact');
    expect(statistic).toBeCloseTo(permutation![0], 12);
    expect(pValue).toBeCloseTo(permutation![1], 12);
  });

  it.each(rows)('wilcoxonSignedRank of $n pairs', ({ a, b, n, wilcoxon }) => {
    const { statistic, pValue, method } = wilcoxonSignedRank(a, b);
    expect(method).toBe(n > 50 ? 'asymptotic' : 'exact');
    expect(statistic).toBeCloseTo(wilcoxon[0], 12);
    expect(pValue).toBeCloseTo(wilcoxon[1], 12);
  });

  it.each(rows.filter(({ spearman }) => spearman !== undefined))('spearman and cohensDPaired of $n pairs', (row) => {
    expect(spearman(row.a, row.b)).toBeCloseTo(row.spearman!, 12);
    expect(cohensDPaired(row.a, row.b)).toBeCloseTo(row.cohensD!, 12);
  });

  it.each(rows.filter(({ spearmanInterval }) => spearmanInterval))('bootstrap intervals of $n pairs, to sampling error', (row) => {
    const options = { seed: 1, resamples: 5000 };
    const rank = spearmanInterval(row.a, row.b, options);
    const centre = meanInterval(row.a, options);
    const found = [rank.low, rank.high, centre.low, centre.high];
    for (const [i, bound] of [...row.spearmanInterval!, ...row.meanInterval!].entries())
      expect(Math.abs(found[i] - bound)).toBeLessThan(0.02);
    expect(rank.estimate).toBe(spearman(row.a, row.b));
  });

  it.each(golden.powers)('pairedPower of d %f with %i pairs at %f', (d, pairs, alpha, power) => {
    expect(Math.abs(pairedPower(d, pairs, { alpha }) - power)).toBeLessThan(1e-8);
  });

  it.each(golden.sizes)('pairsForPower of d %f to %f at %f', (d, power, alpha, pairs) => {
    expect(pairsForPower(d, power, { alpha })).toBe(pairs);
  });

  it.each(golden.holm)('holm of %j', (pValues, adjusted) => {
    for (const [i, value] of holm(pValues).entries()) expect(value).toBeCloseTo(adjusted[i], 12);
  });
});

describe('pairedPermutationTest', () => {
  it('samples signs for many pairs, the same for the same seed', () => {
    const random = new Random(5);
    const a = Array.from({ length: 24 }, () => random.normal() + 0.4);
    const b = a.map(() => random.normal());
    const sampled = pairedPermutationTest(a, b, { seed: 1 });
    expect(sampled.method).toBe('sampled');
    expect(pairedPermutationTest(a, b, { seed: 1 })).toEqual(sampled);
    expect(Math.abs(sampled.pValue - wilcoxonSignedRank(a, b).pValue)).toBeLessThan(0.1);
    expect(pairedPermutationTest(b, a, { seed: 1 }).pValue).toBe(sampled.pValue);
    expect(
      pairedPermutationTest(
        a.map((value) => value + 10),
        b,
        { seed: 1, permutations: 99 },
      ).pValue,
    ).toBe(0.01);
  });

  it('is 1 where nothing differs', () => {
    expect(pairedPermutationTest([1, 2], [1, 2]).pValue).toBe(1);
  });
});

describe('bootstrapInterval', () => {
  it('covers the mean as often as it says', () => {
    const random = new Random(9);
    const covered = Array.from({ length: 200 }, (_, i) => {
      const values = Array.from({ length: 40 }, () => random.normal());
      const { low, high } = meanInterval(values, { seed: i, resamples: 400, level: 0.9 });
      return low <= 0 && high >= 0;
    }).filter(Boolean).length;
    expect(covered).toBeGreaterThan(165);
    expect(covered).toBeLessThan(195);
  });

  it('passes over resamples without the statistic', () => {
    const { low, high } = spearmanInterval([1, 2], [3, 4], { seed: 1, resamples: 50 });
    expect([low, high]).toEqual([1, 1]);
  });

  it('refuses what it cannot do', () => {
    expect(() => meanInterval([], { seed: 1 })).toThrow('bootstrapInterval: sample must have one value at least, got none');
    expect(() => meanInterval([1], { seed: 1, level: 95 })).toThrow('level must be above 0 and below 1, got 95');
    expect(() => meanInterval([1], { seed: 1, resamples: 0 })).toThrow('resamples must be a whole number from 1 on, got 0');
    expect(() => bootstrapInterval([1], () => Number.NaN, { seed: 1 })).toThrow('got NaN for all');
  });
});

describe('bad input', () => {
  it.each([
    [() => wilcoxonSignedRank([1, 2], [1, 2]), 'wilcoxonSignedRank: a pair must differ, got none that does'],
    [() => wilcoxonSignedRank([1, 2], [1]), 'wilcoxonSignedRank: b must have 2 values like a, got 1'],
    [() => pairedPermutationTest([], []), 'pairedPermutationTest: values must be 1 pairs at least, got 0'],
    [() => spearman([1, Number.NaN], [1, 2]), 'spearman: values must be finite, got NaN'],
    [() => holm([0.5, 2]), 'holm: p-values must be from 0 to 1, got 2'],
    [() => pairedPower(1, 1), 'pairedPower: pairs must be a whole number from 2 on, got 1'],
    [() => pairsForPower(0.5, 80), 'pairsForPower: power must be above alpha and below 1, got 80'],
    [() => pairsForPower(0), 'pairsForPower: d must not be 0, got 0'],
  ])('%s', (call, message) => {
    expect(call).toThrow(message);
  });
});
