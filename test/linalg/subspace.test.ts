import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addScaled,
  columnSubspaceSimilarity,
  leadingColumns,
  Matrix,
  matmul,
  matmulNT,
  principalAngles,
  qr,
  scale,
  subspaceDistance,
  subspaceSimilarity,
} from '../../src/linalg/index.ts';
import { normals } from './close.ts';

const basis = (seed: number | string, d: number, r: number) => qr(normals(seed, d, r)).q;

/** Two bases of R^d whose principal angles are the given ones: pairs of axes cos θ e + sin θ f, in random coordinates. */
function withAngles(angles: number[], d = 12) {
  const r = angles.length;
  const axes = basis('axes', d, 2 * r);
  const [e, f] = [new Matrix(d, r), new Matrix(d, r)];
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < r; j++) {
      e.data[i * r + j] = axes.at(i, j);
      f.data[i * r + j] = Math.cos(angles[j]) * axes.at(i, j) + Math.sin(angles[j]) * axes.at(i, r + j);
    }
  }
  // Rotated within, so that no vector of one basis belongs to one angle.
  return [matmul(e, basis('gauge 1', r, r)), matmul(f, basis('gauge 2', r, r))];
}

describe('subspaceDistance', () => {
  it('is the sine of the largest angle, down to rounding', () => {
    for (const angle of [1e-15, 1e-13, 1e-10, 1e-8, 1e-4, 0.3, 1.5]) {
      const [u, v] = withAngles([angle / 3, angle, 0]);
      expect(Math.abs(subspaceDistance(u, v) - Math.sin(angle)), `angle ${angle}`).toBeLessThan(1e-15);
    }
  });

  it('does not see the gauge, is symmetric, and runs from 0 to 1', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 4 }), (seed, r) => {
        const [u, v] = [basis(`${seed} u`, 9, r), basis(`${seed} v`, 9, r)];
        const distance = subspaceDistance(u, v);
        const turned = matmul(u, basis(`${seed} turn`, r, r));
        expect(distance).toBeGreaterThanOrEqual(0);
        expect(distance).toBeLessThanOrEqual(1);
        expect(Math.abs(subspaceDistance(turned, v) - distance)).toBeLessThan(1e-14);
        expect(Math.abs(subspaceDistance(v, u) - distance)).toBeLessThan(1e-14);
        expect(subspaceDistance(turned, u)).toBeLessThan(2e-15);
      }),
      { seed: 1 },
    );
  });

  it('is 1 where a direction is missing and 0 inside a larger subspace', () => {
    const u = basis(1, 9, 4);
    expect(subspaceDistance(u, leadingColumns(u, 3))).toBeCloseTo(1, 14);
    expect(subspaceDistance(leadingColumns(u, 3), u)).toBeLessThan(1e-15);
  });

  it('says what is wrong with its arguments', () => {
    expect(() => subspaceDistance(basis(1, 9, 2), basis(1, 8, 2))).toThrow(
      'subspaceDistance: the bases must have the same number of rows, got [9, 2] and [8, 2]',
    );
    expect(() => subspaceDistance(basis(1, 9, 2), scale(2, basis(1, 9, 2)))).toThrow(
      'subspaceDistance: a basis must have orthonormal columns, got [9, 2] off by 3.0e+0 (pass orth(…))',
    );
  });
});

describe('principalAngles', () => {
  it('finds small, middle and right angles alike', () => {
    const expected = [1e-14, 1e-9, 0.2, 1.2, Math.PI / 2];
    const [u, v] = withAngles(expected);
    const found = principalAngles(u, v);
    expect(found).toHaveLength(5);
    expected.forEach((angle, i) => {
      expect(Math.abs(found[i] - angle), `angle ${angle}: ${found[i]}`).toBeLessThan(2e-15);
    });
  });

  it('compares subspaces of different dimensions either way', () => {
    const [u, v] = withAngles([0.1, 0.4, 0.9]);
    const fewer = leadingColumns(u, 2);
    const there = principalAngles(fewer, v);
    expect(there).toHaveLength(2);
    principalAngles(v, fewer).forEach((angle, i) => {
      expect(angle).toBeCloseTo(there[i], 14);
    });
  });
});

describe('subspaceSimilarity', () => {
  it('is the mean squared cosine of the principal angles', () => {
    const angles = [0.1, 0.7, 1.3];
    const [u, v] = withAngles(angles);
    const expected = angles.reduce((sum, angle) => sum + Math.cos(angle) ** 2, 0) / 3;
    expect(subspaceSimilarity(u, v)).toBeCloseTo(expected, 14);
    expect(subspaceSimilarity(u, leadingColumns(u, 2))).toBeCloseTo(1, 14);
  });

  it('has expectation r/d for random subspaces', () => {
    const [d, r, pairs] = [16, 4, 400];
    let sum = 0;
    for (let i = 0; i < pairs; i++) sum += subspaceSimilarity(basis(`a ${i}`, d, r), basis(`b ${i}`, d, r));
    // One pair has a standard deviation of about 0.07.
    expect(Math.abs(sum / pairs - r / d)).toBeLessThan(5 * (0.07 / Math.sqrt(pairs)));
  });
});

describe('columnSubspaceSimilarity', () => {
  it('compares the leading left singular vectors of two updates', () => {
    const [q, other] = withAngles([0.2, 0.8]);
    const strong = matmulNT(q, normals(1, 10, 2));
    const weak = scale(1e-3, matmulNT(basis(7, 12, 3), normals(2, 10, 3)));
    const update = matmulNT(other, normals(3, 7, 2));
    const expected = (Math.cos(0.2) ** 2 + Math.cos(0.8) ** 2) / 2;
    expect(columnSubspaceSimilarity(strong, update, 2)).toBeCloseTo(expected, 13);
    // A part a thousand times weaker than the leading directions moves them by as little.
    expect(Math.abs(columnSubspaceSimilarity(addScaled(strong, 1, weak), update, 2) - expected)).toBeLessThan(5e-3);
  });

  it('rejects a rank that an update does not have', () => {
    const update = matmulNT(basis(1, 6, 2), normals(1, 5, 2));
    expect(() => columnSubspaceSimilarity(update, update, 3)).toThrow(
      'columnSubspaceSimilarity: rank must be a whole number from 1 to 2, the rank of ΔW [6, 5], got 3',
    );
  });
});
