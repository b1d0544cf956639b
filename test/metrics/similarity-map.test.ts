import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/index.ts';
import { columnSubspaceSimilarity, Matrix } from '../../src/linalg/index.ts';
import { similarityFloor, similarityMap, taskSimilarities } from '../../src/metrics/index.ts';
import { readGolden } from './golden.ts';

const { similarities } = readGolden<{ similarities: { a: number[][]; b: number[][]; rank: number; map: number[][] }[] }>('significance');

const gaussian = (random: Random, rows: number, cols: number) => new Matrix(rows, cols, random.fillNormal(new Float64Array(rows * cols)));

describe('similarityMap', () => {
  it.each(similarities)('is the mean squared cosine of SciPy’s principal angles, rank $rank', ({ a, b, rank, map }) => {
    const found = similarityMap(Matrix.fromRows(a), Matrix.fromRows(b), rank);
    expect(found).toHaveLength(rank);
    for (const [i, row] of found.entries()) for (const [j, value] of row.entries()) expect(value).toBeCloseTo(map[i][j], 12);
  });

  it('ends in φ(r, r), and is 1 on the diagonal of an update with itself', () => {
    const random = new Random(1);
    const [a, b] = [gaussian(random, 10, 6), gaussian(random, 10, 4)];
    expect(similarityMap(a, b, 3)[2][2]).toBeCloseTo(columnSubspaceSimilarity(a, b, 3), 12);
    for (const row of similarityMap(a, a, 4)) for (const value of row) expect(value).toBeCloseTo(1, 12);
  });

  it('refuses other numbers of rows and ranks that are not there', () => {
    const random = new Random(1);
    expect(() => similarityMap(gaussian(random, 5, 2), gaussian(random, 4, 2), 1)).toThrow('got [5, 2] and [4, 2]');
    expect(() => similarityMap(gaussian(random, 5, 2), gaussian(random, 5, 3), 3)).toThrow(
      'similarityMap: rank must be a whole number from 1 to 2, the rank of ΔW [5, 2], got 3',
    );
  });
});

describe('similarityFloor', () => {
  it('is what random updates give on average', () => {
    const random = new Random(2);
    const sums = [0, 0];
    const draws = 150;
    for (let i = 0; i < draws; i++) {
      const map = similarityMap(gaussian(random, 12, 4), gaussian(random, 12, 4), 4);
      sums[0] += map[3][3] / draws;
      sums[1] += map[0][2] / draws;
    }
    expect(Math.abs(sums[0] - similarityFloor(12, 4))).toBeLessThan(0.02);
    expect(Math.abs(sums[1] - similarityFloor(12, 1, 3))).toBeLessThan(0.05);
    expect(similarityFloor(128, 8)).toBe(0.0625);
    expect(() => similarityFloor(4, 5)).toThrow('similarityFloor: rank must be a whole number from 1 to the dimension 4, got 5');
  });
});

describe('taskSimilarities', () => {
  it('is a symmetric table of the pairs', () => {
    const random = new Random(3);
    const updates = [0, 1, 2].map(() => gaussian(random, 9, 5));
    const table = taskSimilarities(updates, 2);
    for (const [i, row] of table.entries()) {
      for (const [j, value] of row.entries()) {
        expect(value).toBe(table[j][i]);
        expect(value).toBeCloseTo(columnSubspaceSimilarity(updates[i], updates[j], 2), 12);
      }
    }
  });
});
