import { describe, expect, it } from 'vitest';
import { linearPhase } from '../../src/regression/index.ts';

/** Regression of log₁₀ by hand, over the points 3·10⁻², 5·10⁻³, 10⁻³: deviations from the mean are t = −1, 0, 1. */
const [y0, y1, y2] = [3e-2, 5e-3, 1e-3].map(Math.log10);

describe('linearPhase', () => {
  it('finds the rate of a geometric sequence between its start-up and its floor', () => {
    const values = [1, 0.9, 0.8, ...Array.from({ length: 40 }, (_, t) => 0.09 * 0.5 ** t), 1e-13, 2e-13];
    const fit = linearPhase(values, { upper: 0.1, lower: 1e-10 });
    expect(fit?.first).toBe(3);
    expect(fit?.last).toBe(3 + Math.floor(Math.log(0.09 / 1e-10) / Math.log(2)));
    expect(fit?.contraction).toBeCloseTo(0.5, 12);
    expect(fit?.slope).toBeCloseTo(-Math.log10(2), 12);
    expect(fit?.rSquared).toBeCloseTo(1, 12);
    expect(10 ** ((fit?.intercept ?? 0) + (fit?.slope ?? 0) * 3)).toBeCloseTo(0.09, 12);
  });

  it('fits by least squares and says how well', () => {
    const fit = linearPhase([0.5, 3e-2, 5e-3, 1e-3, 1e-20]);
    const slope = (y2 - y0) / 2;
    const mean = (y0 + y1 + y2) / 3;
    const explained = 2 * slope ** 2;
    const total = (y0 - mean) ** 2 + (y1 - mean) ** 2 + (y2 - mean) ** 2;
    expect(fit).toMatchObject({ first: 1, last: 3 });
    expect(fit?.slope).toBeCloseTo(slope, 13);
    expect(fit?.rSquared).toBeCloseTo(explained / total, 13);
    expect(fit?.intercept).toBeCloseTo(mean - 2 * slope, 13);
  });

  it('finds none where the sequence stays up or falls too fast', () => {
    expect(linearPhase([1, 0.9, 0.99, 1])).toBeUndefined();
    expect(linearPhase([1, 0.05, 1e-9, 1e-16])).toBeUndefined();
  });

  it('rejects impossible bounds', () => {
    expect(() => linearPhase([1], { lower: 0.5 })).toThrow('linearPhase: lower must be between 0 and upper, got 0.5 and 0.1');
  });
});
