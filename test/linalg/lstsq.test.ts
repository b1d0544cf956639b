import { multiply, pinv } from 'mathjs';
import { describe, expect, it } from 'vitest';
import { addScaled, frobeniusNorm, lstsq, Matrix, matmul, matmulTN, orth, solveGram, transpose } from '../../src/linalg/index.ts';
import { expectClose, normals } from './close.ts';

/** The independent reference: mathjs's pseudo-inverse (by rank factorisation, not by singular values) times b. */
const reference = (a: Matrix, b: Matrix) => Matrix.fromRows(multiply(pinv(a.toRows()), b.toRows()));

describe('lstsq', () => {
  it('agrees with an independent pseudo-inverse, for tall, square and wide A and several right-hand sides', () => {
    for (const [m, n] of [
      [40, 8],
      [6, 6],
      [5, 9],
    ]) {
      const [a, b] = [normals(`A ${m}`, m, n), normals(`b ${m}`, m, 3)];
      const { x, rank } = lstsq(a, b);
      expect(rank).toBe(Math.min(m, n));
      expectClose(x, reference(a, b), 1e-12 * frobeniusNorm(x));
    }
  });

  it('leaves a residual orthogonal to the columns', () => {
    const [a, b] = [normals(1, 40, 8), normals(2, 40, 1)];
    const residual = addScaled(b, -1, matmul(a, lstsq(a, b).x));
    expect(frobeniusNorm(residual)).toBeGreaterThan(1);
    expectClose(matmulTN(a, residual), new Matrix(8, 1), 1e-13);
  });

  it('reports deficient rank and gives the shortest solution', () => {
    const a = matmul(normals(1, 12, 3), normals(2, 3, 5));
    const b = normals(3, 12, 1);
    const { x, rank } = lstsq(a, b);
    expect(rank).toBe(3);
    expectClose(x, reference(a, b), 1e-12);
    // Shortest means: no part of x in the null space, so x is a combination of A's rows.
    const rows = orth(transpose(a));
    expect(rows.cols).toBe(3);
    expectClose(matmul(rows, matmulTN(rows, x)), x, 1e-14);
  });

  it('gives zero for a zero matrix', () => {
    const { x, rank } = lstsq(new Matrix(4, 2), normals(1, 4, 1));
    expect(rank).toBe(0);
    expectClose(x, new Matrix(2, 1), 0);
  });

  it('names both shapes where they do not match', () => {
    expect(() => lstsq(new Matrix(40, 8), new Matrix(39, 1))).toThrow('lstsq: b must have 40 rows to match A [40, 8], got [39, 1]');
  });
});

describe('solveGram', () => {
  it('solves the least-squares problem of the design, reading the lower triangle only', () => {
    const [a, b] = [normals(1, 50, 8), normals(2, 50, 2)];
    const gram = matmulTN(a, a);
    gram.data[3] = Number.NaN;
    const { x, rank } = solveGram(gram, matmulTN(a, b));
    expect(rank).toBe(8);
    expectClose(x, reference(a, b), 1e-12);
  });

  it('gives the shortest solution and the rank where there are fewer rows than unknowns', () => {
    const [a, b] = [normals(1, 5, 8), normals(2, 5, 1)];
    const { x, rank } = solveGram(matmulTN(a, a), matmulTN(a, b));
    expect(rank).toBe(5);
    expectClose(x, reference(a, b), 1e-10);
  });

  it('names both shapes where they do not match', () => {
    expect(() => solveGram(new Matrix(3, 3), new Matrix(2, 1))).toThrow(
      'solveGram: G must be square with the 2 rows of b [2, 1], got [3, 3]',
    );
  });
});
