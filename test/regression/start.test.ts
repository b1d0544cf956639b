import { describe, expect, it } from 'vitest';
import { leadingColumns, Matrix, subspaceDistance, svd, transpose } from '../../src/linalg/index.ts';
import { recoveryError, regressionProblem } from '../../src/regression/index.ts';
import { spectralStart } from '../../src/regression/start.ts';

describe('spectralStart', () => {
  it('spans the leading singular vectors of the back-projections side by side, and of their stack', () => {
    const [rows, cols, rank] = [6, 4, 2];
    const { tasks } = regressionProblem({ rows, cols, rank, tasks: 3, measurementsPerTask: 9, seed: 2 });
    const estimates = tasks.map(({ measurements, responses }) => {
      const b = new Matrix(rows, cols);
      responses.forEach((y, j) => {
        for (let p = 0; p < rows * cols; p++) b.data[p] += (y * measurements[j * rows * cols + p]) / responses.length;
      });
      return b;
    });
    const side = Matrix.fromRows(Array.from({ length: rows }, (_, a) => estimates.flatMap((b) => b.toRows()[a])));
    const stack = Matrix.fromRows(estimates.flatMap((b) => b.toRows()));
    const start = spectralStart(tasks, rows, cols, rank);
    expect(subspaceDistance(start.u, leadingColumns(svd(side).u, rank))).toBeLessThan(1e-12);
    expect(subspaceDistance(start.v, leadingColumns(svd(transpose(stack)).u, rank))).toBeLessThan(1e-12);
  });

  it('comes closer to the truth with more measurements', () => {
    const distance = (measurementsPerTask: number) => {
      const { truth, tasks } = regressionProblem({ rows: 10, cols: 8, rank: 2, tasks: 4, measurementsPerTask, seed: 2 });
      return recoveryError(spectralStart(tasks, 10, 8, 2), truth);
    };
    const [few, many] = [distance(40), distance(4000)];
    expect(many.distU).toBeLessThan(few.distU / 4);
    expect(many.distV).toBeLessThan(few.distV / 4);
    expect(many.relativeError).toBeLessThan(0.2);
  });
});
