import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/index.ts';
import { addScaled, frobeniusNorm, Matrix, matmul, matmulTN } from '../../src/linalg/index.ts';
import { type CoAltMinEntry, coAltMin, linearPhase, type RegressionProblem, regressionProblem } from '../../src/regression/index.ts';
import { expectClose } from '../linalg/close.ts';

// A single task has 2·12·2 − 4 = 44 degrees of freedom, more than its 24 measurements; jointly there are 10 per task.
const sizes = { rows: 12, cols: 12, rank: 2, tasks: 8, measurementsPerTask: 24, seed: 1 };
const last = (history: CoAltMinEntry[]) => history[history.length - 1];

/** The problem with the data of one task replaced. */
function withTask(problem: RegressionProblem, index: number, change: (m: Float64Array, y: Float64Array) => [Float64Array, Float64Array]) {
  const tasks = problem.tasks.map((task, i) => {
    if (i !== index) return task;
    const [measurements, responses] = change(task.measurements.slice(), task.responses.slice());
    return { measurements, responses };
  });
  return { ...problem, tasks };
}

describe('coAltMin', () => {
  it.each([
    ['square', sizes],
    ['tall, rank 3', { ...sizes, rows: 15, cols: 7, rank: 3, tasks: 6, measurementsPerTask: 40 }],
    ['one task with enough measurements', { ...sizes, tasks: 1, measurementsPerTask: 150 }],
    ['ill-conditioned and unequal tasks', { ...sizes, measurementsPerTask: 40, conditionNumber: 10, scaleSpread: 10, taskSimilarity: 0.2 }],
  ])('recovers the truth below 1e-10: %s', (_, options) => {
    const { history, stopped, u, v } = coAltMin(regressionProblem(options), { iterations: 200 });
    const { distU, distV, relativeError, residual } = last(history);
    expect(stopped).toBe('converged');
    expect(Math.max(distU, distV, residual)).toBeLessThan(1e-10);
    expect(relativeError).toBeLessThan(1e-9);
    expectClose(matmulTN(u, u), Matrix.identity(u.cols), 1e-14);
    expectClose(matmulTN(v, v), Matrix.identity(v.cols), 1e-14);
  });

  it('converges linearly', () => {
    const { history } = coAltMin(regressionProblem(sizes), { iterations: 100 });
    const fit = linearPhase(history.map(({ distU }) => distU));
    expect(fit?.contraction).toBeLessThan(0.9);
    expect(fit?.rSquared).toBeGreaterThan(0.98);
  });

  it('returns the minimiser of its last shared step, and reports its misfit', () => {
    const problem = regressionProblem({ ...sizes, noise: 0.5 });
    const { u, v, cores, history } = coAltMin(problem, { iterations: 1 });
    // At the minimum over V the misfit is orthogonal to every column of the design, the entries of A_ijᵀ U Λᵢ.
    const rows = problem.tasks.flatMap(({ measurements, responses }, i) =>
      Array.from(responses, (_, j) => {
        const a = new Matrix(12, 12, measurements.slice(j * 144, (j + 1) * 144));
        return matmul(matmulTN(a, u), cores[i]).data;
      }),
    );
    const design = Matrix.fromRows(rows);
    const responses = Matrix.column(problem.tasks.flatMap((task) => Array.from(task.responses)));
    const misfit = addScaled(responses, -1, matmul(design, Matrix.column(v.data)));
    const relative = frobeniusNorm(misfit) / frobeniusNorm(responses);
    expect(relative).toBeGreaterThan(0.1);
    expect(last(history).residual).toBeCloseTo(relative, 12);
    expectClose(matmulTN(design, misfit), new Matrix(24, 1), 1e-11);
  });

  it('never fits worse than the iteration before', () => {
    const { history } = coAltMin(regressionProblem({ ...sizes, noise: 0.5 }), { iterations: 20, tolerance: 0 });
    expect(history).toHaveLength(21);
    for (let t = 2; t < history.length; t++) expect(history[t].residual).toBeLessThanOrEqual(history[t - 1].residual * (1 + 1e-12));
  });

  it('is stopped by noise in proportion to it', () => {
    const distance = (noise: number) => last(coAltMin(regressionProblem({ ...sizes, noise }), { iterations: 100 }).history).distU;
    const [small, large] = [distance(1e-6), distance(1e-3)];
    expect(large / small).toBeGreaterThan(300);
    expect(large / small).toBeLessThan(3000);
  });

  it('gives the same history for the same seed', () => {
    const run = (seed: number) => coAltMin(regressionProblem({ ...sizes, seed }), { iterations: 4 }).history;
    expect(run(3)).toEqual(run(3));
    expect(run(3)).not.toEqual(run(4));
  });

  it('recovers with a fresh small and large batch in every iteration', () => {
    const problem = regressionProblem(sizes);
    const asked: string[] = [];
    const { history } = coAltMin(problem, {
      iterations: 60,
      tolerance: 1e-12,
      batches(iteration, size) {
        asked.push(`${iteration} ${size}`);
        return problem.freshTasks(`${iteration} ${size}`, size === 'small' ? 16 : 40);
      },
    });
    expect(asked.slice(0, 3)).toEqual(['0 large', '1 small', '1 large']);
    expect(last(history).distU).toBeLessThan(1e-10);
    expect(last(history).distV).toBeLessThan(1e-10);
  });

  it('takes the personal steps from the small batch and the shared steps from the large one', () => {
    const problem = regressionProblem(sizes);
    const [few, many] = [problem.freshTasks('few', 3), problem.freshTasks('many', 40)];
    const steps = (small: typeof few, large: typeof few) =>
      last(coAltMin(problem, { iterations: 1, batches: (_, size) => (size === 'small' ? small : large) }).history).underdetermined;
    // 3 measurements do not determine the 4 unknowns of a core: 8 tasks, twice.
    expect(steps(few, many)).toBe(16);
    // 16 measurements do not determine the 24 unknowns of a basis: U and V.
    const two = few.map(({ measurements, responses }) => ({ measurements: measurements.slice(0, 288), responses: responses.slice(0, 2) }));
    expect(steps(many, two)).toBe(2);
  });

  it('shows failure where there are fewer measurements than unknowns: fitted, not recovered', () => {
    const { history, stopped } = coAltMin(regressionProblem({ ...sizes, measurementsPerTask: 7 }), { iterations: 150 });
    const { distU, distV, relativeError, residual } = last(history);
    expect(residual).toBeLessThan(0.01);
    expect(Math.min(distU, distV)).toBeGreaterThan(0.3);
    expect(relativeError).toBeGreaterThan(0.3);
    expect(linearPhase(history.map((entry) => entry.distU))).toBeUndefined();
    expect(stopped).toBe('iterations');
  });

  it('counts the least-squares problems that the data do not determine', () => {
    // 3 measurements for the 4 unknowns of a core, twice per iteration for 8 tasks.
    const { history } = coAltMin(regressionProblem({ ...sizes, measurementsPerTask: 3 }), { iterations: 2, tolerance: 0 });
    expect(history.map(({ underdetermined }) => underdetermined >= 16)).toEqual([false, true, true]);
    const enough = coAltMin(regressionProblem(sizes), { iterations: 2 });
    expect(enough.history.map(({ underdetermined }) => underdetermined)).toEqual([0, 0, 0]);
  });

  it('calls back after the start and every iteration, and stops at the limit or the tolerance', () => {
    const seen: number[] = [];
    const limited = coAltMin(regressionProblem(sizes), { iterations: 3, onIteration: ({ iteration }) => seen.push(iteration) });
    expect(seen).toEqual([0, 1, 2, 3]);
    expect(limited.stopped).toBe('iterations');
    const { history, stopped } = coAltMin(regressionProblem(sizes), { iterations: 100, tolerance: 1e-3 });
    expect(stopped).toBe('converged');
    expect(last(history).change).toBeLessThanOrEqual(1e-3);
    expect(history[history.length - 2].change).toBeGreaterThan(1e-3);
  });
});

describe('coAltMin rejects', () => {
  const problem = regressionProblem(sizes);
  it.each<[string, RegressionProblem, string]>([
    [
      'no measurements',
      withTask(problem, 2, () => [new Float64Array(0), new Float64Array(0)]),
      'coAltMin: task 2 must have at least one measurement, got 0',
    ],
    [
      'lengths that do not match',
      withTask(problem, 1, (m, y) => [m, y.subarray(0, 20)]),
      'coAltMin: task 1 must have measurements [20, 12, 12] of 2880 values, got 3456',
    ],
    [
      'NaN responses',
      withTask(problem, 0, (m, y) => [m, y.fill(Number.NaN, 5, 6)]),
      'coAltMin: responses of task 0 must be finite, got NaN at 5',
    ],
    [
      'infinite measurements',
      withTask(problem, 7, (m, y) => [m.fill(Number.POSITIVE_INFINITY, 9, 10), y]),
      'coAltMin: measurements of task 7 must be finite, got Infinity at 9',
    ],
    ['missing tasks', { ...problem, tasks: problem.tasks.slice(1) }, 'coAltMin: there must be data for 8 tasks, got 7'],
    [
      'a rank above the size',
      { ...problem, truth: { ...problem.truth, u: new Matrix(12, 13), v: new Matrix(12, 13) } },
      'coAltMin: rank must be at most 12, got U [12, 13] and V [12, 13]',
    ],
  ])('%s', (_, wrong, message) => {
    expect(() => coAltMin(wrong)).toThrow(new UserError(message));
  });

  it('limits that mean nothing', () => {
    expect(() => coAltMin(problem, { iterations: 0 })).toThrow('coAltMin: iterations must be a whole number from 1 on, got 0');
    expect(() => coAltMin(problem, { tolerance: Number.NaN })).toThrow('coAltMin: tolerance must be a number from 0 on, got NaN');
    expect(() => coAltMin(problem, { maxIterations: 3 } as object)).toThrow("got 'maxIterations'");
  });
});
