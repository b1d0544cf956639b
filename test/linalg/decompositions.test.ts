import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cholesky,
  choleskySolve,
  Matrix,
  matmul,
  matmulNT,
  matmulTN,
  orth,
  qr,
  spectralNorm,
  svd,
  symmetricEigen,
  transpose,
} from '../../src/linalg/index.ts';
import { expectClose, normals } from './close.ts';

const shapes = fc.record({ seed: fc.integer(), n: fc.integer({ min: 1, max: 9 }), extra: fc.integer({ min: 0, max: 12 }) });

/** A [m, n] of the given rank. */
const ofRank = (m: number, n: number, rank: number) => matmul(normals('left', m, rank), normals('right', rank, n));

const diagonal = (s: ArrayLike<number>) => {
  const result = new Matrix(s.length, s.length);
  for (let i = 0; i < s.length; i++) result.data[i * s.length + i] = s[i];
  return result;
};

describe('qr', () => {
  it('has orthonormal Q, upper triangular R ≥ 0 on the diagonal, and Q R = A', () => {
    fc.assert(
      fc.property(shapes, ({ seed, n, extra }) => {
        const a = normals(seed, n + extra, n);
        const { q, r } = qr(a);
        expectClose(matmulTN(q, q), Matrix.identity(n), 1e-14);
        expectClose(matmul(q, r), a, 1e-13);
        for (let i = 0; i < n; i++) {
          expect(r.at(i, i)).toBeGreaterThanOrEqual(0);
          for (let j = 0; j < i; j++) expect(r.at(i, j)).toBe(0);
        }
      }),
      { seed: 1 },
    );
  });

  it('has orthonormal Q also where A has deficient rank, is zero, or is tiny', () => {
    for (const a of [
      ofRank(8, 4, 2),
      new Matrix(5, 3),
      new Matrix(
        4,
        2,
        normals(1, 4, 2).data.map((x) => x * 1e-200),
      ),
    ]) {
      const { q, r } = qr(a);
      expectClose(matmulTN(q, q), Matrix.identity(a.cols), 1e-14);
      expectClose(matmul(q, r), a, 1e-13);
    }
  });

  it('rejects wide and not finite matrices', () => {
    expect(() => qr(new Matrix(2, 3))).toThrow('qr: A must have at least as many rows as columns, got [2, 3]');
    const a = normals(1, 4, 2);
    a.data[5] = Number.NaN;
    expect(() => qr(a)).toThrow('qr: A [4, 2] must be finite, got NaN at (2, 1)');
  });
});

describe('svd', () => {
  it('has orthonormal factors, descending values, and U diag(s) Vᵀ = A, tall or wide', () => {
    fc.assert(
      fc.property(shapes, fc.boolean(), ({ seed, n, extra }, wide) => {
        const tall = normals(seed, n + extra, n);
        const a = wide ? transpose(tall) : tall;
        const { u, s, v } = svd(a);
        expectClose(matmulTN(u, u), Matrix.identity(n), 1e-13);
        expectClose(matmulTN(v, v), Matrix.identity(n), 1e-13);
        expectClose(matmulNT(matmul(u, diagonal(s)), v), a, 1e-13);
        expect(Array.from(s)).toEqual(Array.from(s).sort((x, y) => y - x));
      }),
      { seed: 1 },
    );
  });

  it('finds known singular values, and the spectral norm is the first', () => {
    const [u, v] = [qr(normals(1, 9, 3)).q, qr(normals(2, 6, 3)).q];
    const a = matmulNT(matmul(u, diagonal([5, 2, 1e-9])), v);
    const { s } = svd(a);
    for (const [i, value] of [5, 2, 1e-9, 0, 0, 0].entries()) expect(Math.abs(s[i] - value)).toBeLessThan(1e-14);
    expect(spectralNorm(a)).toBeCloseTo(5, 13);
    expect(spectralNorm(new Matrix(0, 3))).toBe(0);
  });

  it('rejects empty and not finite matrices', () => {
    expect(() => svd(new Matrix(0, 3))).toThrow('svd: A must have at least one entry, got [0, 3]');
    expect(() => svd(new Matrix(1, 1, Float64Array.of(Number.POSITIVE_INFINITY)))).toThrow(
      'svd: A [1, 1] must be finite, got Infinity at (0, 0)',
    );
  });
});

describe('symmetricEigen', () => {
  it('has orthonormal vectors, descending values, and W diag(λ) Wᵀ = A', () => {
    const x = normals(4, 7, 7);
    const a = matmul(matmul(x, diagonal([3, -2, 1, 0, 0, -1, 5])), transpose(x));
    const { values, vectors } = symmetricEigen(a);
    expectClose(matmulTN(vectors, vectors), Matrix.identity(7), 1e-13);
    expectClose(matmulNT(matmul(vectors, diagonal(values)), vectors), a, 1e-12);
    expect(Array.from(values)).toEqual(Array.from(values).sort((p, q) => q - p));
    expect(values[0]).toBeGreaterThan(0);
    expect(values[6]).toBeLessThan(0);
  });

  it('rejects a matrix that is not square', () => {
    expect(() => symmetricEigen(new Matrix(2, 3))).toThrow('symmetricEigen: A must be square and not empty, got [2, 3]');
  });
});

describe('orth', () => {
  it('spans the columns with as many as the rank', () => {
    const a = ofRank(12, 5, 3);
    const q = orth(a);
    expect(q.shape).toBe('[12, 3]');
    expectClose(matmulTN(q, q), Matrix.identity(3), 1e-13);
    expectClose(matmul(q, matmulTN(q, a)), a, 1e-12);
    expect(orth(new Matrix(3, 2)).shape).toBe('[3, 0]');
  });
});

describe('cholesky', () => {
  it('factors L Lᵀ = A and solves, reading the lower triangle only', () => {
    fc.assert(
      fc.property(shapes, ({ seed, n }) => {
        const x = normals(seed, n + 10, n);
        const a = matmulTN(x, x);
        const expected = normals(seed, n, 2);
        const b = matmul(a, expected);
        const lower = new Matrix(
          n,
          n,
          a.data.map((value, p) => (p % n > Math.floor(p / n) ? Number.NaN : value)),
        );
        const factor = cholesky(lower);
        if (factor === undefined) throw new Error('no factor');
        expectClose(matmulNT(factor, factor), a, 1e-12);
        expectClose(choleskySolve(factor, b), expected, 1e-9);
      }),
      { seed: 1 },
    );
  });

  it('has no factor where A is singular, indefinite or NaN', () => {
    const singular = ofRank(6, 4, 3);
    expect(cholesky(matmulTN(singular, singular))).toBeUndefined();
    expect(cholesky(diagonal([1, -1]))).toBeUndefined();
    expect(cholesky(new Matrix(2, 2))).toBeUndefined();
    expect(cholesky(diagonal([1, Number.NaN]))).toBeUndefined();
  });

  it('names the shapes that do not match', () => {
    expect(() => cholesky(new Matrix(2, 3))).toThrow('cholesky: A must be square, got [2, 3]');
    expect(() => choleskySolve(Matrix.identity(3), new Matrix(2, 1))).toThrow(
      'choleskySolve: B must have 3 rows to match L [3, 3], got [2, 1]',
    );
  });
});
