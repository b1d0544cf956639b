import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/index.ts';
import { frobeniusNorm, Matrix, matmul, matmulNT, matmulTN, symmetricEigen } from '../../src/linalg/index.ts';
import { gripLowerBound, gripScaling, type Measurements, regressionProblem } from '../../src/regression/index.ts';
import { expectClose } from '../linalg/close.ts';

const family = (rows: number, cols: number, tasks: number, measurementsPerTask: number, seed = 1): Measurements[] =>
  regressionProblem({ rows, cols, rank: 1, tasks, measurementsPerTask, seed }).tasks.map(({ measurements }) => measurements);

describe('gripLowerBound', () => {
  it.each(['equal', 'free'] as const)('is the distortion of the family that it returns, weights %s', (weights) => {
    const measured = family(7, 6, 3, 30);
    const { delta, sign, p, q, cores } = gripLowerBound(measured, 2, { random: new Random(1), weights });
    expectClose(matmulTN(p, p), Matrix.identity(2), 1e-13);
    expectClose(matmulTN(q, q), Matrix.identity(2), 1e-13);
    let [energy, length] = [0, 0];
    cores.forEach((core, i) => {
      const x = matmulNT(matmul(p, core), q);
      energy += measured[i].forward(x).reduce((sum, value) => sum + value ** 2, 0) / measured[i].count;
      length += frobeniusNorm(x) ** 2;
    });
    expect(length).toBeCloseTo(1, 12);
    expect(sign === 'stretched' ? energy - 1 : 1 - energy).toBeCloseTo(delta, 12);
    const norms = cores.map(frobeniusNorm);
    if (weights === 'equal') for (const norm of norms) expect(norm).toBeCloseTo(Math.sqrt(1 / 3), 12);
    else expect(norms.filter((norm) => norm > 0)).toHaveLength(1);
  });

  it('finds the exact constant where that is known: full rank, one task', () => {
    const [measurements] = family(3, 3, 1, 20);
    const basis = Array.from({ length: 9 }, (_, p) => new Matrix(3, 3, new Float64Array(9).fill(1, p, p + 1)));
    const design = Matrix.fromRows(basis.map((x) => measurements.forward(x)));
    const { values } = symmetricEigen(matmulNT(design, design));
    const exact = Math.max(values[0] / 20 - 1, 1 - values[8] / 20);
    const { delta } = gripLowerBound([measurements], 3, { random: new Random(1), rounds: 1 });
    expect(delta).toBeCloseTo(exact, 10);
  });

  it('does not lose by more rounds, and exceeds what random families show', () => {
    const measured = family(8, 8, 4, 40);
    const bound = (rounds: number) => gripLowerBound(measured, 2, { random: new Random(2), rounds, restarts: 1 }).delta;
    expect(bound(20)).toBeGreaterThanOrEqual(bound(3) - 1e-12);
    expect(bound(3)).toBeGreaterThan(bound(1));
  });

  it('with free weights is at least that of every task alone', () => {
    const measured = family(6, 6, 4, 40);
    const random = new Random(3);
    const free = gripLowerBound(measured, 2, { random, weights: 'free', restarts: 6, rounds: 30 }).delta;
    const equal = gripLowerBound(measured, 2, { random, restarts: 6, rounds: 30 }).delta;
    expect(free).toBeGreaterThan(equal);
  });

  it('rejects what means nothing', () => {
    const random = new Random(1);
    expect(() => gripLowerBound([], 1, { random })).toThrow('gripLowerBound: family must hold at least one task, got 0');
    expect(() => gripLowerBound(family(3, 4, 1, 5), 4, { random })).toThrow('rank must be at most 3 for [3, 4], got 4');
    const mixed = [...family(3, 4, 1, 5), ...family(3, 5, 1, 5)];
    expect(() => gripLowerBound(mixed, 1, { random })).toThrow('all tasks must be of [3, 4], got [3, 5]');
  });
});

describe('gripScaling', () => {
  it('falls with m and, down to what the cores cost, with k', () => {
    expect(gripScaling(10, 6, 2, 4, 12)).toBeCloseTo(Math.sqrt((16 * 2 + 16) / 48), 14);
    expect(gripScaling(10, 6, 2, 1e9, 12)).toBeCloseTo(Math.sqrt(4 / 12), 6);
  });
});
