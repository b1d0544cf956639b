import { describe, expect, it } from 'vitest';
import { addScaled, leadingColumns, Matrix, matmulTN, scale, subspaceDistance, svd, transpose } from '../../src/linalg/index.ts';
import { randomStart, regressionProblem, spectralStart } from '../../src/regression/index.ts';
import { expectClose } from '../linalg/close.ts';

describe('spectralStart', () => {
  it('spans the leading singular vectors of the back-projections side by side, and of their stack', () => {
    const [rows, cols, rank] = [6, 4, 2];
    const { tasks } = regressionProblem({ rows, cols, rank, tasks: 3, measurementsPerTask: 9, seed: 2 });
    const estimates = tasks.map(({ measurements, responses }) => scale(1 / responses.length, measurements.adjoint(responses)));
    const side = Matrix.fromRows(Array.from({ length: rows }, (_, a) => estimates.flatMap((b) => b.toRows()[a])));
    const stack = Matrix.fromRows(estimates.flatMap((b) => b.toRows()));
    const start = spectralStart(tasks, rank);
    expect(subspaceDistance(start.u, leadingColumns(svd(side).u, rank))).toBeLessThan(1e-12);
    expect(subspaceDistance(start.v, leadingColumns(svd(transpose(stack)).u, rank))).toBeLessThan(1e-12);
  });

  it.each(['gaussian', 'vector'] as const)('comes closer to the truth with more measurements: %s', (sensing) => {
    const distances = (measurementsPerTask: number) => {
      const { truth, tasks } = regressionProblem({ rows: 10, cols: 8, rank: 2, tasks: 4, measurementsPerTask, sensing, seed: 2 });
      const { u, v } = spectralStart(tasks, 2);
      // Noiseless vector responses give U* away at once.
      return [subspaceDistance(v, truth.v), ...(sensing === 'vector' ? [] : [subspaceDistance(u, truth.u)])];
    };
    const [few, many] = [distances(40), distances(4000)];
    many.forEach((distance, i) => {
      expect(distance).toBeLessThan(few[i] / 4);
    });
  });

  it('finds wide problems’ bases by power iterations', () => {
    const { truth, tasks } = regressionProblem({
      ...{ rows: 520, cols: 12, rank: 2, tasks: 10, measurementsPerTask: 200, sensing: 'vector', seed: 2 },
    } as const);
    const { u, v } = spectralStart(tasks, 2);
    expect(subspaceDistance(u, truth.u)).toBeLessThan(1e-10);
    expect(subspaceDistance(v, truth.v)).toBeLessThan(0.3);
  });
});

describe('spectralStart, pooled', () => {
  it.each([
    ['from the matrix itself', 6],
    ['by power iterations', 300],
  ])('spans the leading singular vectors of the sum: %s', (_, rows) => {
    const { tasks, truth } = regressionProblem({
      ...{ rows, cols: 5, rank: 2, tasks: 3, measurementsPerTask: 30, sensing: 'vector', taskSimilarity: 1, seed: 2 },
    } as const);
    const sum = tasks.map(({ measurements, responses }) => measurements.adjoint(responses)).reduce((a, b) => addScaled(a, 1, b));
    const { u, v } = spectralStart(tasks, 2, { pooled: true });
    const exact = svd(sum);
    // Noiseless vector responses leave two directions, so that a power iteration is exact.
    expect(subspaceDistance(u, leadingColumns(exact.u, 2))).toBeLessThan(1e-9);
    expect(subspaceDistance(u, truth.u)).toBeLessThan(1e-9);
    expect(subspaceDistance(v, leadingColumns(exact.v, 2))).toBeLessThan(1e-9);
  });
});

describe('randomStart', () => {
  it('is orthonormal and belongs to its seed', () => {
    const { u, v } = randomStart(9, 6, 3, 'a');
    expectClose(matmulTN(u, u), Matrix.identity(3), 1e-14);
    expectClose(matmulTN(v, v), Matrix.identity(3), 1e-14);
    expect(randomStart(9, 6, 3, 'a')).toEqual({ u, v });
    expect(randomStart(9, 6, 3, 'b').u).not.toEqual(u);
  });
});
