import { describe, expect, it } from 'vitest';
import { addScaled, frobeniusNorm, Matrix, matmul, matmulTN, qr, scale } from '../../src/linalg/index.ts';
import { recoveryError, regressionProblem, taskMatrices } from '../../src/regression/index.ts';
import { normals } from '../linalg/close.ts';

const { truth } = regressionProblem({ rows: 8, cols: 6, rank: 3, tasks: 4, measurementsPerTask: 1, scaleSpread: 10, seed: 5 });

describe('recoveryError', () => {
  it('does not see the gauge', () => {
    const [left, right] = [qr(normals('left', 3, 3)).q, qr(normals('right', 3, 3)).q];
    const turned = {
      u: matmul(truth.u, left),
      v: matmul(truth.v, right),
      cores: truth.cores.map((core) => matmul(matmulTN(left, core), right)),
    };
    const { distU, distV, relativeError } = recoveryError(turned, truth);
    expect(Math.max(distU, distV, relativeError)).toBeLessThan(1e-14);
  });

  it('is the worst task, relative to its own size', () => {
    const cores = truth.cores.map((core, i) => scale(i === 0 ? 1.25 : 1.01, core));
    expect(recoveryError({ ...truth, cores }, truth).relativeError).toBeCloseTo(0.25, 13);
  });

  it('is ‖Θ − Θ*‖ as the dense matrices give it, drifting or not, even for more columns than rows', () => {
    for (const options of [
      { rows: 8, cols: 6 },
      { rows: 4, cols: 5, subspaceSharing: 0.5 },
    ]) {
      const size = { rank: 3, tasks: 3, measurementsPerTask: 1, scaleSpread: 4 };
      const exact = regressionProblem({ ...size, ...options, seed: 6 }).truth;
      const estimate = regressionProblem({ ...size, ...options, subspaceSharing: 1, seed: 7 }).truth;
      const [found, wanted] = [taskMatrices(estimate), taskMatrices(exact)];
      const errors = found.map((theta, i) => frobeniusNorm(addScaled(theta, -1, wanted[i])));
      const sizes = wanted.map(frobeniusNorm);
      const { relativeError, meanError } = recoveryError(estimate, exact);
      expect(relativeError).toBeCloseTo(Math.max(...errors.map((error, i) => error / sizes[i])), 12);
      expect(meanError).toBeCloseTo(Math.hypot(...errors) / Math.hypot(...sizes), 12);
    }
  });

  it('tells the sides apart', () => {
    const u = new Matrix(8, 3);
    for (let j = 0; j < 3; j++) u.data[j * 3 + j] = 1;
    const { distU, distV } = recoveryError({ ...truth, u }, truth);
    expect(distU).toBeGreaterThan(0.1);
    expect(distV).toBeLessThan(1e-14);
  });
});
