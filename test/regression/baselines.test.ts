import { describe, expect, it } from 'vitest';
import { lstsq, Matrix, matmul, matmulNT, matmulTN } from '../../src/linalg/index.ts';
import {
  aloneBaseline,
  degreesOfFreedom,
  type GaussianMeasurements,
  gaussianTask,
  minimumNormBaseline,
  noiseFloor,
  oracleBaseline,
  pooledBaseline,
  regressionProblem,
  sharedLeftBaseline,
  type TaskData,
  taskErrors,
} from '../../src/regression/index.ts';
import { expectClose } from '../linalg/close.ts';

const sizes = { rows: 10, cols: 8, rank: 2, tasks: 4, seed: 3 };
const dense = ({ u, core, v }: { u: Matrix; core: Matrix; v: Matrix }) => matmulNT(matmul(u, core), v);
const rowsOf = ({ measurements, responses }: TaskData) =>
  Array.from(responses, (_, j) => measurements.adjoint(responses.map((_value, p) => (p === j ? 1 : 0))));

describe('baselines', () => {
  it('recover without noise where each has enough data, and only there', () => {
    const enough = regressionProblem({ ...sizes, measurementsPerTask: 120 });
    const error = (estimates: Parameters<typeof taskErrors>[0], problem = enough) => taskErrors(estimates, problem.truth).relativeError;
    expect(error(aloneBaseline(enough, { iterations: 200 }))).toBeLessThan(1e-9);
    expect(error(sharedLeftBaseline(enough, { iterations: 60 }))).toBeLessThan(1e-7);
    expect(error(minimumNormBaseline(enough))).toBeLessThan(1e-8);
    expect(error(oracleBaseline(enough))).toBeLessThan(1e-12);
    expect(error(pooledBaseline(enough))).toBeGreaterThan(0.1);
    const few = regressionProblem({ ...sizes, measurementsPerTask: 20 });
    expect(error(oracleBaseline(few), few)).toBeLessThan(1e-12);
    for (const baseline of [aloneBaseline, sharedLeftBaseline, minimumNormBaseline]) expect(error(baseline(few), few)).toBeGreaterThan(0.1);
  });

  it.each(['gaussian', 'rank-one', 'vector'] as const)('pools the tasks into one that all share, when they do: %s', (sensing) => {
    const problem = regressionProblem({ ...sizes, taskSimilarity: 1, measurementsPerTask: sensing === 'vector' ? 8 : 40, sensing });
    expect(taskErrors(pooledBaseline(problem, { iterations: 200, tolerance: 1e-12 }), problem.truth).relativeError).toBeLessThan(1e-8);
  });

  it('pooled is one task with all the data', () => {
    const problem = regressionProblem({ ...sizes, measurementsPerTask: 60, noise: 0.1 });
    const numbers = problem.tasks.flatMap(({ measurements }) =>
      [...(measurements as GaussianMeasurements).chunks()].flatMap(({ values }) => Array.from(values)),
    );
    const responses = problem.tasks.flatMap((task) => Array.from(task.responses));
    const { u, v, cores } = problem.truth;
    const one = {
      truth: { u, v, cores: [cores[0]] },
      tasks: [gaussianTask(10, 8, Float64Array.from(numbers), Float64Array.from(responses))],
    };
    const options = { iterations: 100, tolerance: 1e-11 };
    const expected = dense(aloneBaseline(one, options)[0]);
    for (const estimate of pooledBaseline(problem, options)) expectClose(dense(estimate), expected, 1e-8);
  });

  it('minimum norm is the shortest dense least-squares solution', () => {
    const { truth, tasks } = regressionProblem({ ...sizes, measurementsPerTask: 30, noise: 0.1 });
    minimumNormBaseline({ truth, tasks }).forEach((estimate, i) => {
      const design = Matrix.fromRows(rowsOf(tasks[i]).map(({ data }) => data));
      expectClose(dense(estimate), new Matrix(10, 8, lstsq(design, Matrix.column(tasks[i].responses)).x.data), 1e-8);
    });
  });

  it('the oracle is dense least squares over U*ᵀ A V*, in a task’s own drifted subspaces', () => {
    const { truth, tasks } = regressionProblem({ ...sizes, measurementsPerTask: 30, noise: 0.1, subspaceSharing: 0.5 });
    oracleBaseline({ truth, tasks }).forEach(({ core }, i) => {
      const { u, v } = truth.drifted![i];
      const design = Matrix.fromRows(rowsOf(tasks[i]).map((a) => matmul(matmulTN(u, a), v).data));
      expectClose(core, new Matrix(2, 2, lstsq(design, Matrix.column(tasks[i].responses)).x.data), 1e-10);
    });
  });

  it('need data for every task', () => {
    const { truth, tasks } = regressionProblem({ ...sizes, measurementsPerTask: 5 });
    for (const baseline of [aloneBaseline, pooledBaseline, sharedLeftBaseline, minimumNormBaseline, oracleBaseline]) {
      expect(() => baseline({ truth, tasks: tasks.slice(1) })).toThrow(`${baseline.name}: there must be data for 4 tasks, got 3`);
    }
  });
});

describe('noiseFloor', () => {
  it('counts the numbers that describe the truth', () => {
    const { truth } = regressionProblem({ ...sizes, measurementsPerTask: 1 });
    expect(degreesOfFreedom(truth)).toEqual({ shared: 18 * 2 - 8 + 16, alone: 18 * 2 - 4, core: 4 });
    // One task: shared and alone are the same manifold.
    const one = regressionProblem({ ...sizes, tasks: 1, measurementsPerTask: 1 }).truth;
    expect(degreesOfFreedom(one).shared).toBe(degreesOfFreedom(one).alone);
  });

  it('is what the oracle reaches, averaged over seeds', () => {
    const [noise, measurementsPerTask, seeds] = [0.1, 400, 30];
    let ratio = 0;
    for (let seed = 0; seed < seeds; seed++) {
      const problem = regressionProblem({ ...sizes, measurementsPerTask, noise, seed });
      const { meanError } = taskErrors(oracleBaseline(problem), problem.truth);
      ratio += (meanError / noiseFloor(problem.truth, noise, measurementsPerTask).oracle) ** 2 / seeds;
    }
    // 30 seeds of 16 squared normals each: the mean is known to √(2/480), 6.5 percent; 1 percent of bias from m = 400.
    expect(Math.abs(ratio - 1)).toBeLessThan(0.27);
  });

  it('grows with σ and falls with √m', () => {
    const { truth } = regressionProblem({ ...sizes, measurementsPerTask: 1 });
    const [a, b] = [noiseFloor(truth, 0.1, 100), noiseFloor(truth, 0.2, 400)];
    for (const name of ['shared', 'alone', 'oracle'] as const) expect(a[name]).toBeCloseTo(b[name], 14);
    expect(a.oracle).toBeLessThan(a.shared);
    expect(a.shared).toBeLessThan(a.alone);
    expect(() => noiseFloor(truth, -1, 5)).toThrow('noiseFloor: noise must be a finite number from 0 on, got -1');
  });
});
