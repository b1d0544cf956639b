import { describe, expect, it } from 'vitest';
import { gridValues, parameterGrid } from '../../src/experiments/index.ts';

describe('gridValues', () => {
  it.each([
    ['8', [8]],
    ['[4, 8, 16]', [4, 8, 16]],
    ['2^(1:4)', [2, 4, 8, 16]],
    ['0:0.25:1', [0, 0.25, 0.5, 0.75, 1]],
    ['1e-3 * [1, 3, 10]', [0.001, 0.003, 0.01]],
    ['[1, 2] * [3, 4]', [3, 8]],
    ['12 / (1:3)', [12, 6, 4]],
    ['-(1:2)^2', [-1, -4]],
    ['8 * 4^(0:1) / [1, 2]', [8, 16]],
  ])('%s', (formula, values) => {
    const got = gridValues(formula);
    expect(got).toHaveLength(values.length);
    got.forEach((x, i) => {
      expect(x).toBeCloseTo(values[i], 12);
    });
  });

  it.each(['', '2^(', 'x + 1', '"text"', '1/0', '[]', 'sqrt(-1)'])("refuses '%s'", (formula) => {
    expect(() => gridValues(formula)).toThrow(/^gridValues: formula must /);
  });
});

describe('parameterGrid', () => {
  it('has every combination, the last changing fastest', () => {
    expect(parameterGrid({ rank: '2^(1:2)', examples: '[8, 16]' })).toEqual([
      { rank: 2, examples: 8 },
      { rank: 2, examples: 16 },
      { rank: 4, examples: 8 },
      { rank: 4, examples: 16 },
    ]);
  });
});
