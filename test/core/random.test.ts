import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/index.ts';

const draw = (random: Random, count = 5) => Array.from({ length: count }, () => random.uniform());

describe('Random', () => {
  it('gives the numbers of xoroshiro128+ from the hashed seed', () => {
    // The reference: 64-bit xoroshiro128+ with shifts 24, 16, 37 in BigInt; pure-rand returns the low 32 bits.
    const mask = (1n << 64n) - 1n;
    const rotate = (x: bigint, by: bigint) => ((x << by) | (x >> (64n - by))) & mask;
    const digest = createHash('sha256').update('number 42').digest();
    const word = (offset: number) => BigInt(digest.readUInt32LE(offset));
    // The state's order is high half, low half of the first word, then of the second.
    let [s0, s1] = [(word(0) << 32n) | word(4), (word(8) << 32n) | word(12)];
    const random = new Random(42);
    for (let i = 0; i < 100; i++) {
      const low = (s0 + s1) & 0xffffffffn;
      expect(random.integer(0, 2 ** 32)).toBe((Number(BigInt.asIntN(32, low)) + 2 ** 31) % 2 ** 32);
      const x = s0 ^ s1;
      s0 = rotate(s0, 24n) ^ x ^ ((x << 16n) & mask);
      s1 = rotate(x, 37n);
    }
  });

  it('repeats with the same seed and differs with another', () => {
    const streams = [1, 2, -1, '1', 'x', ''].map((seed) => draw(new Random(seed)).join());
    expect(new Set(streams).size).toBe(6);
    expect(draw(new Random('x')).join()).toBe(streams[4]);
  });

  it('gives a child that depends on the names only', () => {
    const parent = new Random(7);
    const before = draw(parent.split('task').split(3));
    parent.fillNormal(new Float64Array(101));
    draw(parent.split('task').split(2), 9);
    expect(draw(parent.split('task').split(3))).toEqual(before);
  });

  it('gives different children for different names and paths', () => {
    const root = new Random(7);
    const children = [
      root,
      root.split('a'),
      root.split('b'),
      root.split(1),
      root.split('1'),
      root.split('a').split('b'),
      root.split('ab'),
      root.split('b').split('a'),
    ];
    expect(new Set(children.map((child) => draw(child).join())).size).toBe(children.length);
  });

  it('gives siblings without correlation', () => {
    const count = 100_000;
    const [x, y] = [0, 1].map((i) => new Random(5).split(i).fillNormal(new Float64Array(count)));
    const correlation = x.reduce((sum, value, i) => sum + value * y[i], 0) / count;
    expect(Math.abs(correlation)).toBeLessThan(5 / Math.sqrt(count));
  });

  it('fills an array with the numbers that normal() gives', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 6 }), (seed, lengths) => {
        const filling = new Random(seed);
        const single = new Random(seed);
        for (const length of lengths) {
          const expected = Array.from({ length }, () => single.normal());
          expect(Array.from(filling.fillNormal(new Float64Array(length)))).toEqual(expected);
          expect(filling.normal()).toBe(single.normal());
        }
      }),
      { seed: 1 },
    );
  });

  it('draws standard normals', () => {
    const count = 1_000_000;
    const sample = new Random(2026).fillNormal(new Float64Array(count));
    // E[z^p] = 0, 1, 0, 3 with variances 1, 2, 15, 96.
    for (const [power, mean, variance] of [
      [1, 0, 1],
      [2, 1, 2],
      [3, 0, 15],
      [4, 3, 96],
    ]) {
      const moment = sample.reduce((sum, z) => sum + z ** power, 0) / count;
      expect(Math.abs(moment - mean), `moment ${power}: ${moment}`).toBeLessThan(5 * Math.sqrt(variance / count));
    }
    // Φ at a few points, from the tables of the normal distribution.
    for (const [z, phi] of [
      [-3, 0.0013499],
      [-1, 0.1586553],
      [-0.1, 0.4601722],
      [0.5, 0.6914625],
      [2, 0.9772499],
      [4, 0.9999683],
    ]) {
      const below = sample.reduce((sum, value) => sum + (value < z ? 1 : 0), 0) / count;
      expect(Math.abs(below - phi), `Φ(${z}): ${below}`).toBeLessThan(5 * Math.sqrt((phi * (1 - phi)) / count));
    }
    const lag = sample.reduce((sum, z, i) => sum + (i > 0 ? z * sample[i - 1] : 0), 0) / count;
    expect(Math.abs(lag)).toBeLessThan(5 / Math.sqrt(count));
  });

  it('draws uniform numbers and integers evenly within their bounds', () => {
    const random = new Random(3);
    const counts = new Array(6).fill(0);
    const halves = [0, 0];
    for (let i = 0; i < 60_000; i++) {
      counts[random.integer(-2, 4) + 2]++;
      const x = random.uniform(10, 12);
      if (!(x >= 10 && x < 12)) throw new Error(`${x} is not in [10, 12)`);
      halves[Math.floor(x) - 10]++;
    }
    // χ² with 5 and 1 degrees of freedom: 30 and 20 have p < 1e-5.
    expect(counts.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0)).toBeLessThan(30);
    expect(halves.reduce((sum, n) => sum + (n - 30_000) ** 2 / 30_000, 0)).toBeLessThan(20);
  });

  it('says what is wrong with its arguments', () => {
    expect(() => new Random(1.5)).toThrow('Random: seed must be a safe integer or a text, got 1.5');
    expect(() => new Random(1).split(Number.NaN)).toThrow('Random: seed must be a safe integer or a text, got NaN');
    expect(() => new Random(1).integer(3, 3)).toThrow('integer: low must be an integer below the integer high, got low 3 and high 3');
    expect(() => new Random(1).uniform(0, Number.POSITIVE_INFINITY)).toThrow('got low 0 and high Infinity');
  });
});
