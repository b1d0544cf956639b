import { describe, expect, it } from 'vitest';
import { Matrix, matmul, matmulTN, qr, scale } from '../../src/linalg/index.ts';
import { recoveryError, regressionProblem } from '../../src/regression/index.ts';
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

  it('tells the sides apart', () => {
    const u = new Matrix(8, 3);
    for (let j = 0; j < 3; j++) u.data[j * 3 + j] = 1;
    const { distU, distV } = recoveryError({ ...truth, u }, truth);
    expect(distU).toBeGreaterThan(0.1);
    expect(distV).toBeLessThan(1e-14);
  });
});
