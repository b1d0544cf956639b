import { describe, expect, it } from 'vitest';
import { addScaled, frobeniusNorm, leadingColumns, Matrix, matmul, matmulNT, matmulTN, scale, transpose } from '../../src/linalg/index.ts';
import { expectClose, normals } from './close.ts';

const a = Matrix.fromRows([
  [1, 2, 3],
  [4, 5, 6],
]);

describe('Matrix', () => {
  it('is row-major', () => {
    expect(Array.from(a.data)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(a.at(1, 0)).toBe(4);
    expect(a.shape).toBe('[2, 3]');
    expect(transpose(a).toRows()).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
  });

  it('adds, scales, cuts and measures', () => {
    expect(addScaled(a, -2, a).toRows()).toEqual(scale(-1, a).toRows());
    expect(leadingColumns(a, 2).toRows()).toEqual([
      [1, 2],
      [4, 5],
    ]);
    expect(frobeniusNorm(a)).toBeCloseTo(Math.sqrt(91), 14);
    expect(Matrix.column([1, 2]).toRows()).toEqual([[1], [2]]);
  });

  it('says what is wrong with its arguments', () => {
    expect(() => new Matrix(2, 2, new Float64Array(3))).toThrow('Matrix: data must have 4 entries for [2, 2], got 3');
    expect(() => new Matrix(2.5, 2)).toThrow('Matrix: rows and cols must be whole numbers from 0 on, got [2.5, 2]');
    expect(() => Matrix.fromRows([[1, 2], [3]])).toThrow('fromRows: row 1 must have 2 entries like row 0, got 1');
    expect(() => addScaled(a, 1, transpose(a))).toThrow('addScaled: B must be [2, 3] like A, got [3, 2]');
    expect(() => leadingColumns(a, 4)).toThrow('leadingColumns: count must be a whole number from 0 to 3 for A [2, 3], got 4');
  });
});

describe('products', () => {
  it('agree with the sum over the inner index', () => {
    const [x, y] = [normals(1, 5, 7), normals(2, 7, 3)];
    const expected = Matrix.fromRows(
      x.toRows().map((row) => [0, 1, 2].map((j) => row.reduce((sum, value, l) => sum + value * y.at(l, j), 0))),
    );
    expectClose(matmul(x, y), expected, 1e-14);
    expectClose(matmulTN(transpose(x), y), expected, 1e-14);
    expectClose(matmulNT(x, transpose(y)), expected, 1e-14);
  });

  it('name the shapes that do not match', () => {
    expect(() => matmul(a, a)).toThrow('matmul: B must have 3 rows to match A [2, 3], got [2, 3]');
    expect(() => matmulTN(a, transpose(a))).toThrow('matmulTN: B must have 2 rows to match A [2, 3], got [3, 2]');
    expect(() => matmulNT(a, transpose(a))).toThrow('matmulNT: B must have 3 columns to match A [2, 3], got [3, 2]');
  });
});
