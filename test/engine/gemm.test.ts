import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/index.ts';
import { gemm, gemmSync, gemv } from '../../src/engine/index.ts';

const numbers = (count: number, seed: number) => new Random(seed).fillNormal(new Float64Array(count));

/** The definition: entry (i, j) of each product is Σ a(i, l) b(l, j). */
function plain(
  a: Float64Array,
  b: Float64Array,
  [m, k, n]: number[],
  transposeA: boolean,
  transposeB: boolean,
  batch: number,
): Float64Array {
  const result = new Float64Array(batch * m * n);
  for (let s = 0; s < batch; s++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        for (let l = 0; l < k; l++) {
          const left = a[s * m * k + (transposeA ? l * m + i : i * k + l)];
          result[s * m * n + i * n + j] += left * b[s * k * n + (transposeB ? j * k + l : l * n + j)];
        }
      }
    }
  }
  return result;
}

function largestDifference(a: Float64Array, b: Float64Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i])), 0);
}

describe('gemm', () => {
  it('is the product by its definition, in float64, transposed and batched', async () => {
    const length = fc.integer({ min: 0, max: 9 });
    await fc.assert(
      fc.asyncProperty(
        length,
        length,
        length,
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 1, max: 3 }),
        async (m, k, n, transposeA, transposeB, batch) => {
          const a = numbers(batch * m * k, 1);
          const b = numbers(batch * k * n, 2);
          const result = await gemm(a, b, [m, k, n], { transposeA, transposeB, batch });
          expect(largestDifference(result, plain(a, b, [m, k, n], transposeA, transposeB, batch))).toBeLessThan(1e-13);
        },
      ),
      { numRuns: 60, seed: 3 },
    );
  });

  it('writes into an array that is given', async () => {
    const into = new Float64Array(4);
    expect(await gemm(Float64Array.of(1, 2, 3, 4), Float64Array.of(1, 0, 0, 1), [2, 2, 2], { into })).toBe(into);
    expect([...into]).toEqual([1, 2, 3, 4]);
  });

  it('gives the same without a promise, whatever the order of shapes, and from views into larger arrays', async () => {
    const length = fc.integer({ min: 0, max: 40 });
    const flag = fc.boolean();
    fc.assert(
      fc.property(length, length, length, flag, flag, fc.integer({ min: 1, max: 3 }), (m, k, n, transposeA, transposeB, batch) => {
        const a = numbers(batch * m * k + 3, 1).subarray(3);
        const b = numbers(batch * k * n + 5, 2).subarray(5);
        const into = new Float64Array(batch * m * n + 2).fill(7);
        const result = gemmSync(a, b, [m, k, n], { transposeA, transposeB, batch, into: into.subarray(1, -1) });
        expect(largestDifference(result, plain(a, b, [m, k, n], transposeA, transposeB, batch))).toBeLessThan(1e-12);
        expect([into[0], into.at(-1)]).toEqual([7, 7]);
      }),
      { numRuns: 60, seed: 4 },
    );
  });

  it('without a promise, takes no more memory after 10,000 calls than after 2,000', () => {
    const a = numbers(40 * 30, 1);
    const b = numbers(30 * 20, 2);
    const into = new Float64Array(40 * 20);
    const call = () => gemmSync(a, b, [40, 30, 20], { into });
    for (let i = 0; i < 2000; i++) call();
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 8000; i++) call();
    // The three views of each call would be more than 100 MB, were they kept.
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(40);
  });

  it('refuses an array of another length', async () => {
    expect(() => gemmSync(new Float64Array(4), new Float64Array(3), [2, 2, 2])).toThrow(
      'gemmSync: B must have 1 · 2 · 2 = 4 entries, got 3',
    );
    expect(() => gemmSync(new Float64Array(4), new Float64Array(4), [2, 2, 2], { transpose: true } as never)).toThrow("got 'transpose'");
    await expect(gemm(new Float64Array(3), new Float64Array(4), [2, 2, 2])).rejects.toThrow(
      'gemm: A must have 1 · 2 · 2 = 4 entries, got 3',
    );
  });
});

describe('gemv', () => {
  it('multiplies a matrix, or its transpose, with a vector', async () => {
    const a = Float64Array.of(1, 2, 3, 4, 5, 6);
    expect([...(await gemv(a, Float64Array.of(1, 0, -1), [2, 3]))]).toEqual([-2, -2]);
    expect([...(await gemv(a, Float64Array.of(1, -1), [3, 2], { transpose: true }))]).toEqual([-3, -3, -3]);
  });
});
