import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/index.ts';
import { addScaled, frobeniusNorm, Matrix, matmul, matmulTN } from '../../src/linalg/index.ts';
import {
  type CoAltMinEntry,
  type CoAltMinOptions,
  coAltMin,
  GaussianMeasurements,
  linearPhase,
  type ProblemOptions,
  type RegressionProblem,
  regressionProblem,
  type StartBases,
  type TaskData,
  taskMatrices,
} from '../../src/regression/index.ts';
import { expectClose, normals } from '../linalg/close.ts';

// A single task has 2·12·2 − 4 = 44 degrees of freedom, more than its 24 measurements; jointly there are 10 per task.
const sizes = { rows: 12, cols: 12, rank: 2, tasks: 8, measurementsPerTask: 24, seed: 1 };
const last = (history: CoAltMinEntry[]) => history[history.length - 1];

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
        const a = measurements.adjoint(responses.map((_value, p) => (p === j ? 1 : 0)));
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
    const two = problem.freshTasks('two', 2);
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
    expect(history[0].underdetermined).toBe(8);
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

describe('coAltMin', () => {
  it.each<[string, Partial<ProblemOptions>, CoAltMinOptions]>([
    ['streamed measurements', { streamed: true }, {}],
    ['rank-one measurements', { sensing: 'rank-one', measurementsPerTask: 40 }, {}],
    ['vector responses', { sensing: 'vector', measurementsPerTask: 8 }, {}],
    ['unequal sample sizes', { measurementsPerTask: [10, 20, 30, 40, 50, 12, 24, 36] }, {}],
    ['a random start', { measurementsPerTask: 40 }, { start: 'random', seed: 5 }],
    ['conjugate gradients', {}, { solver: 'cg' }],
    ['normal equations', {}, { solver: 'normal' }],
    ['diagonal cores', { cores: 'diagonal', taskSimilarity: 0 }, { cores: 'diagonal' }],
    ['duplicate tasks', { taskSimilarity: 1, measurementsPerTask: 30 }, {}],
    ['singular cores, κ = ∞', { conditionNumber: Number.POSITIVE_INFINITY, taskSimilarity: 0, measurementsPerTask: 40 }, {}],
    [
      'one singular core, vector responses',
      { tasks: 1, sensing: 'vector', conditionNumber: Number.POSITIVE_INFINITY, measurementsPerTask: 20 },
      {},
    ],
    [
      'singular cores, rank-one',
      { sensing: 'rank-one', conditionNumber: Number.POSITIVE_INFINITY, taskSimilarity: 0, measurementsPerTask: 60 },
      {},
    ],
    ['streamed vector responses', { sensing: 'vector', streamed: true, measurementsPerTask: 8 }, {}],
    ['one core for all tasks', { taskSimilarity: 1 }, { cores: 'common' }],
    ['rank 1', { rank: 1 }, {}],
    ['full rank', { rows: 4, cols: 3, rank: 3 }, {}],
  ])('recovers the truth: %s', (_, changes, options) => {
    const problem = regressionProblem({ ...sizes, ...changes });
    const { history, u, v, cores } = coAltMin(problem, { iterations: 400, tolerance: 1e-12, ...options });
    expect(last(history).relativeError).toBeLessThan(1e-8);
    // The result is what the history says it is: the dense matrices agree with the truth's.
    taskMatrices({ u, v, cores }).forEach((theta, i) => {
      expectClose(theta, taskMatrices(problem.truth)[i], 1e-8);
    });
  });

  it('takes a task that is there twice for two tasks', () => {
    const { truth, tasks } = regressionProblem({ ...sizes, measurementsPerTask: 40 });
    const twice = { truth: { ...truth, cores: [truth.cores[0], ...truth.cores] }, tasks: [tasks[0], ...tasks] };
    const { cores, history } = coAltMin(twice, { iterations: 200 });
    expect(last(history).relativeError).toBeLessThan(1e-9);
    expectClose(cores[0], cores[1], 0);
  });

  it('keeps diagonal cores diagonal', () => {
    const { cores, u } = coAltMin(regressionProblem({ ...sizes, cores: 'diagonal' }), { iterations: 3, cores: 'diagonal' });
    for (const core of cores) expect([core.data[1], core.data[2]]).toEqual([0, 0]);
    for (let c = 0; c < 2; c++) expect(Math.hypot(...u.toRows().map((row) => row[c]))).toBeCloseTo(1, 13);
  });

  it('takes the same path from bases that differ by the gauge (U P, V Q)', () => {
    const problem = regressionProblem({ ...sizes, noise: 0.1 });
    const start = { u: normals('U', 12, 2), v: normals('V', 12, 2) };
    const turned = { u: matmul(start.u, normals('P', 2, 2)), v: matmul(start.v, normals('Q', 2, 2)) };
    for (const solver of ['normal', 'cg'] as const) {
      const run = (from: StartBases) => taskMatrices(coAltMin(problem, { start: from, iterations: 5, solver }));
      const [plain, other] = [run(start), run(turned)];
      plain.forEach((theta, i) => {
        expectClose(other[i], theta, 1e-9);
      });
    }
  });

  it('goes on from an earlier result as if it had never stopped', () => {
    const problem = regressionProblem(sizes);
    const options = { tolerance: 0, solver: 'normal' } as const;
    const whole = coAltMin(problem, { ...options, iterations: 6 }).history;
    const half = coAltMin(problem, { ...options, iterations: 3 });
    const rest = coAltMin(problem, { ...options, iterations: 3, start: half }).history;
    rest.slice(1).forEach((entry, t) => {
      expect(Math.abs(entry.distU - whole[t + 4].distU)).toBeLessThan(1e-11);
    });
  });

  it('ends when the callback returns false, with what there is', () => {
    const stop = (at: number) => coAltMin(regressionProblem(sizes), { onIteration: ({ iteration }) => iteration < at });
    const { history, stopped, cores } = stop(2);
    expect([stopped, history.length, cores.length]).toEqual(['interrupted', 3, 8]);
    expect(stop(0).history).toHaveLength(1);
  });

  it('with ridge stays bounded where the data do not determine the steps', () => {
    const problem = regressionProblem({ ...sizes, measurementsPerTask: 3, noise: 0.1 });
    const { history, cores } = coAltMin(problem, { ridge: 0.1, iterations: 30 });
    expect(history.every(({ underdetermined }) => underdetermined === 0)).toBe(true);
    expect(cores.every((core) => frobeniusNorm(core) < 10)).toBe(true);
  });

  it('counts the bytes of bases and messages in every iteration', () => {
    const { history } = coAltMin(regressionProblem(sizes), { iterations: 2, solver: 'normal' });
    const unknowns = 24;
    const [bases, equations] = [8 * 8 * 2 * unknowns, 2 * 8 * 8 * ((unknowns * (unknowns + 3)) / 2)];
    expect(history.map(({ traffic }) => traffic)).toEqual([
      { up: 0, down: 0 },
      { up: equations, down: bases },
      { up: equations, down: bases },
    ]);
  });

  it('gives zero, not NaN, for responses that are all zero', () => {
    const problem = regressionProblem(sizes);
    const silent = problem.tasks.map((task) => ({ ...task, responses: new Float64Array(task.responses.length) }));
    for (const solver of ['normal', 'cg'] as const) {
      const { cores, history } = coAltMin({ ...problem, tasks: silent }, { iterations: 3, solver });
      expect(cores.flatMap((core) => Array.from(core.data)).every((value) => value === 0)).toBe(true);
      expect(last(history).residual).toBe(0);
      expect(last(history).relativeError).toBeCloseTo(1, 12);
    }
  });
});

describe('coAltMin rejects', () => {
  const problem = regressionProblem(sizes);
  const { truth, tasks } = problem;
  const changed = (index: number, task: (old: TaskData) => TaskData) => ({
    truth,
    tasks: tasks.map((old, i) => (i === index ? task(old) : old)),
  });
  it.each<[string, Pick<RegressionProblem, 'truth' | 'tasks'>, string]>([
    [
      'no measurements',
      changed(2, () => ({ measurements: new GaussianMeasurements(12, 12, 0, new Float64Array(0)), responses: new Float64Array(0) })),
      'coAltMin: task 2 must have at least one measurement, got 0',
    ],
    [
      'lengths that do not match',
      changed(1, (old) => ({ ...old, responses: old.responses.subarray(0, 20) })),
      'coAltMin: task 1 must have 24 responses, got 20',
    ],
    [
      'measurements of another size',
      changed(4, () => regressionProblem({ ...sizes, cols: 9 }).tasks[0]),
      'coAltMin: measurements of task 4 must be of matrices [12, 12], got [12, 9]',
    ],
    [
      'NaN responses',
      changed(0, (old) => ({ ...old, responses: old.responses.slice().fill(Number.NaN, 5, 6) })),
      'coAltMin: responses of task 0 must be finite, got NaN at 5',
    ],
    ['missing tasks', { truth, tasks: tasks.slice(1) }, 'coAltMin: there must be data for 8 tasks, got 7'],
    [
      'a rank above the size',
      { tasks, truth: { ...truth, u: new Matrix(12, 13), v: new Matrix(12, 13) } },
      'coAltMin: rank must be a whole number from 1 to 12 for [12, 12], got 13',
    ],
  ])('%s', (_, wrong, message) => {
    expect(() => coAltMin(wrong)).toThrow(new UserError(message));
  });

  it.each<[CoAltMinOptions, string]>([
    [{ iterations: 0 }, 'coAltMin: iterations must be a whole number from 1 on, got 0'],
    [{ tolerance: Number.NaN }, 'coAltMin: tolerance must be a finite number from 0 on, got NaN'],
    [{ ridge: -1 }, 'coAltMin: ridge must be a finite number from 0 on, got -1'],
    [{ innerTolerance: 2 }, 'coAltMin: innerTolerance must be a number from 0 to 1, got 2'],
    [{ solver: 'lu' as never }, "coAltMin: solver must be one of auto, normal, cg, got 'lu'"],
    [{ start: 'zero' as never }, "coAltMin: start must be 'spectral', 'random' or bases [12, 2] and [12, 2], got zero"],
    [{ maxIterations: 3 } as object, "got 'maxIterations'"],
  ])('%o', (options, message) => {
    expect(() => coAltMin(problem, options)).toThrow(message);
  });
});
