import { describe, expect, it } from 'vitest';
import { addScaled, cholesky, choleskySolve, conjugateGradients, lstsq, Matrix, matmul, matmulTN } from '../../src/linalg/index.ts';
import { expectClose, normals } from './close.ts';

const design = normals('design', 30, 12);
const gram = matmulTN(design, design);
const b = normals('b', 12, 2);

describe('conjugateGradients', () => {
  it('solves as Cholesky does, from any start, in at most n products', () => {
    const expected = choleskySolve(cholesky(gram)!, b);
    const cold = conjugateGradients((x) => matmul(gram, x), b);
    expectClose(cold.x, expected, 1e-11);
    expect(cold.converged).toBe(true);
    const start = normals('start', 12, 2);
    const startResidual = addScaled(b, -1, matmul(gram, start));
    expectClose(conjugateGradients((x) => matmul(gram, x), b, { start }).x, expected, 1e-11);
    const warm = conjugateGradients((x) => matmul(gram, x), b, { start: expected });
    expectClose(warm.x, expected, 1e-11);
    let products = 0;
    const counted = (x: Matrix) => {
      products++;
      return matmul(gram, x);
    };
    const given = conjugateGradients(counted, b, { start, startResidual });
    expectClose(given.x, expected, 1e-11);
    expect(products).toBe(given.iterations);
  });

  it('needs one product when the preconditioner is the inverse', () => {
    const factor = cholesky(gram)!;
    const { iterations, x } = conjugateGradients((y) => matmul(gram, y), b, { precondition: (y) => choleskySolve(factor, y) });
    expect(iterations).toBe(1);
    expectClose(x, choleskySolve(factor, b), 1e-11);
  });

  it('gives the shortest solution of a singular system that has one', () => {
    const wide = normals('wide', 5, 9);
    const y = normals('y', 5, 1);
    const { x } = conjugateGradients((v) => matmulTN(wide, matmul(wide, v)), matmulTN(wide, y));
    expectClose(x, lstsq(wide, y).x, 1e-10);
  });

  it('stops at the limit and says so', () => {
    const { converged, iterations, reduction } = conjugateGradients((x) => matmul(gram, x), b, { iterations: 2 });
    expect([converged, iterations]).toEqual([false, 2]);
    expect(reduction).toBeGreaterThan(1e-12);
  });

  it('is done at once with nothing to solve', () => {
    expect(conjugateGradients((x) => x, new Matrix(3, 1))).toMatchObject({ iterations: 0, reduction: 0, converged: true });
  });

  it('refuses NaN and options that mean nothing', () => {
    expect(() => conjugateGradients((x) => x, Matrix.column([1, Number.NaN]))).toThrow('numbers must stay finite, got NaN at the start');
    expect(() => conjugateGradients((x) => x, b, { tolerance: -1 })).toThrow('tolerance must be a number from 0 on, got -1');
    expect(() => conjugateGradients((x) => x, b, { steps: 1 } as object)).toThrow("got 'steps'");
  });
});
