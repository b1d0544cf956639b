import { describe, expect, it } from 'vitest';
import { frobeniusNorm, Matrix, matmulTN, subspaceSimilarity, svd } from '../../src/linalg/index.ts';
import {
  factorsOfTask,
  type GaussianMeasurements,
  type ProblemOptions,
  regressionProblem,
  type TaskData,
  taskMatrices,
} from '../../src/regression/index.ts';
import { expectClose } from '../linalg/close.ts';

/** The A_ij of Gaussian sensing, [m, d₁, d₂]. */
const dense = ({ measurements }: TaskData): Float64Array =>
  Float64Array.from([...(measurements as GaussianMeasurements).chunks()].flatMap(({ values }) => Array.from(values)));

const base: ProblemOptions = { rows: 7, cols: 5, rank: 3, tasks: 4, measurementsPerTask: 6, seed: 11 };

describe('regressionProblem', () => {
  it('has shared orthonormal bases and responses ⟨A_ij, U* Λᵢ* V*ᵀ⟩', () => {
    const { truth, tasks } = regressionProblem(base);
    expect([truth.u.shape, truth.v.shape, truth.cores.length, tasks.length]).toEqual(['[7, 3]', '[5, 3]', 4, 4]);
    expectClose(matmulTN(truth.u, truth.u), Matrix.identity(3), 1e-14);
    expectClose(matmulTN(truth.v, truth.v), Matrix.identity(3), 1e-14);
    tasks.forEach((task, i) => {
      const [measurements, { responses }] = [dense(task), task];
      const { u, v, cores } = truth;
      responses.forEach((response, j) => {
        let expected = 0;
        for (let a = 0; a < 7; a++) {
          for (let b = 0; b < 5; b++) {
            for (let p = 0; p < 3; p++) {
              for (let q = 0; q < 3; q++) expected += measurements[(j * 7 + a) * 5 + b] * u.at(a, p) * cores[i].at(p, q) * v.at(b, q);
            }
          }
        }
        expect(Math.abs(response - expected)).toBeLessThan(1e-13);
      });
    });
  });

  it('repeats with the same seed and differs with another', () => {
    const numbers = () => regressionProblem(base).tasks.map((task) => [dense(task), task.responses]);
    expect(numbers()).toEqual(numbers());
    const other = regressionProblem({ ...base, seed: 12 });
    expect(other.truth.u.data).not.toEqual(regressionProblem(base).truth.u.data);
    expect(dense(other.tasks[0])).not.toEqual(dense(regressionProblem(base).tasks[0]));
  });

  it('gives a task the same data whatever the other tasks, and extends fewer measurements to more', () => {
    const { tasks } = regressionProblem(base);
    const grown = regressionProblem({ ...base, tasks: 9, measurementsPerTask: 10 }).tasks;
    tasks.forEach((task, i) => {
      expect(dense(grown[i]).subarray(0, 6 * 35)).toEqual(dense(task));
      expect(Math.max(...task.responses.map((value, j) => Math.abs(value - grown[i].responses[j])))).toBeLessThan(1e-14);
    });
    expect(dense(tasks[0])).not.toEqual(dense(tasks[1]));
  });

  it('keeps κ and γ exactly, at any similarity', () => {
    for (const taskSimilarity of [0, 0.5, 1]) {
      const { truth } = regressionProblem({ ...base, conditionNumber: 8, scaleSpread: 5, taskSimilarity });
      const thetas = taskMatrices(truth);
      for (const theta of thetas) {
        const { s } = svd(theta);
        expect(s[0] / s[2]).toBeCloseTo(8, 10);
        expect(s[0] / s[1]).toBeCloseTo(Math.sqrt(8), 10);
        expect(s[3] / s[0]).toBeLessThan(1e-14);
      }
      const norms = thetas.map(frobeniusNorm);
      expect(Math.max(...norms) / Math.min(...norms)).toBeCloseTo(5, 10);
    }
  });

  it('runs from unrelated to equal cores with ξ', () => {
    const meanCosine = (taskSimilarity: number) => {
      const { cores } = regressionProblem({ ...base, tasks: 60, measurementsPerTask: 1, taskSimilarity }).truth;
      let sum = 0;
      for (let i = 1; i < cores.length; i++) {
        const product = cores[i].data.reduce((total, value, p) => total + value * cores[i - 1].data[p], 0);
        sum += product / (frobeniusNorm(cores[i]) * frobeniusNorm(cores[i - 1]));
      }
      return sum / (cores.length - 1);
    };
    expect(meanCosine(1)).toBeCloseTo(1, 12);
    expect(Math.abs(meanCosine(0))).toBeLessThan(0.2);
    expect(meanCosine(0.9)).toBeGreaterThan(meanCosine(0.5));
    expect(meanCosine(0.5)).toBeGreaterThan(meanCosine(0) + 0.1);
  });

  it('mixes common and own core by √ξ and √(1−ξ)', () => {
    // With r = 1 a core is a sign; two normals of correlation ξ agree in sign with probability 1/2 + asin(ξ)/π.
    const [problems, taskSimilarity] = [2000, 0.5];
    let agreeing = 0;
    for (let seed = 0; seed < problems; seed++) {
      const { cores } = regressionProblem({ rows: 1, cols: 1, rank: 1, tasks: 2, measurementsPerTask: 1, taskSimilarity, seed }).truth;
      if (cores[0].data[0] * cores[1].data[0] > 0) agreeing++;
    }
    const expected = 1 / 2 + Math.asin(taskSimilarity) / Math.PI;
    expect(Math.abs(agreeing / problems - expected)).toBeLessThan(5 * Math.sqrt((expected * (1 - expected)) / problems));
  });

  it('adds noise of the given deviation and leaves the rest as it is', () => {
    const quiet = regressionProblem({ ...base, measurementsPerTask: 2000 });
    const noisy = regressionProblem({ ...base, measurementsPerTask: 2000, noise: 0.3 });
    expect(dense(noisy.tasks[1])).toEqual(dense(quiet.tasks[1]));
    let square = 0;
    noisy.tasks.forEach(({ responses }, i) => {
      responses.forEach((response, j) => {
        square += (response - quiet.tasks[i].responses[j]) ** 2;
      });
    });
    // 8000 draws: the variance is known to √(2/8000), 1.6 percent.
    expect(Math.abs(square / 8000 / 0.09 - 1)).toBeLessThan(5 * 0.016);
  });

  it('draws fresh data of the same tasks by label', () => {
    const problem = regressionProblem(base);
    const [first, again, second] = [1, 1, 2].map((label) => problem.freshTasks(label, 3));
    expect(first.map(dense)).toEqual(again.map(dense));
    expect(first.map(({ responses }) => responses)).toEqual(again.map(({ responses }) => responses));
    expect(dense(first[0])).not.toEqual(dense(second[0]));
    expect(dense(first[0])).not.toEqual(dense(problem.tasks[0]).subarray(0, 3 * 35));
    const theta = taskMatrices(problem.truth)[2];
    const product = theta.data.reduce((sum, value, p) => sum + value * dense(second[2])[35 + p], 0);
    expect(second[2].responses[1]).toBeCloseTo(product, 12);
  });

  it('streams the numbers that it would otherwise hold', () => {
    const held = regressionProblem({ ...base, rows: 40, cols: 30, measurementsPerTask: 600 });
    const streamed = regressionProblem({ ...base, rows: 40, cols: 30, measurementsPerTask: 600, streamed: true });
    held.tasks.forEach((task, i) => {
      const other = streamed.tasks[i];
      expect([task.measurements.bytes, other.measurements.bytes]).toEqual([600 * 1200 * 8, 0]);
      expectClose(Matrix.column(other.responses), Matrix.column(task.responses), 1e-14);
      expectClose(other.measurements.adjoint(other.responses), task.measurements.adjoint(task.responses), 1e-11);
    });
    const chunks = [...(streamed.tasks[0].measurements as GaussianMeasurements).chunks()];
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.reduce((sum, { count }) => sum + count, 0)).toBe(600);
  });

  it.each(['rank-one', 'vector'] as const)('streams a task at a time: %s', (sensing) => {
    const held = regressionProblem({ ...base, sensing });
    const streamed = regressionProblem({ ...base, sensing, streamed: true });
    const perMeasurement = sensing === 'vector' ? 5 : 7 + 5;
    held.tasks.forEach((task, i) => {
      const other = streamed.tasks[i];
      expect([task.measurements.bytes, other.measurements.bytes]).toEqual([8 * 6 * perMeasurement, 0]);
      expect(other.responses).toEqual(task.responses);
      expect(other.measurements.adjoint(other.responses)).toEqual(task.measurements.adjoint(task.responses));
    });
  });

  it('gives tasks as many measurements as asked', () => {
    const { tasks, freshTasks } = regressionProblem({ ...base, measurementsPerTask: [3, 1, 8, 5] });
    expect(tasks.map(({ responses }) => responses.length)).toEqual([3, 1, 8, 5]);
    expect(freshTasks('batch', [1, 2, 3, 4]).map(({ measurements }) => measurements.count)).toEqual([1, 2, 3, 4]);
  });

  it('lets the tasks’ own subspaces drift from the shared ones with ξ', () => {
    const drift = (subspaceSharing: number) => {
      const { truth } = regressionProblem({ ...base, rows: 60, cols: 60, tasks: 20, measurementsPerTask: 1, subspaceSharing });
      const similar = truth.cores.map((_, i) => subspaceSimilarity(factorsOfTask(truth, i).u, truth.u));
      return similar.reduce((sum, value) => sum + value, 0) / similar.length;
    };
    expect(drift(1)).toBeCloseTo(1, 12);
    // √ξ U* + √(1−ξ) G with G of length 1 and nearly orthogonal to U*: the squared cosine is ξ.
    expect(Math.abs(drift(0.7) - 0.7)).toBeLessThan(0.06);
    // Unrelated subspaces: r/d.
    expect(Math.abs(drift(0) - 3 / 60)).toBeLessThan(0.03);
  });

  it('makes diagonal cores of the same singular values, and singular ones at κ = ∞', () => {
    const { cores } = regressionProblem({ ...base, cores: 'diagonal', conditionNumber: 4 }).truth;
    for (const core of cores) {
      expect(core.data.filter((_, p) => p % 4 !== 0).every((value) => value === 0)).toBe(true);
      expectClose(Matrix.column(svd(core).s), Matrix.column([1, 0.5, 0.25]), 1e-14);
    }
    const singular = regressionProblem({ ...base, conditionNumber: Number.POSITIVE_INFINITY }).truth.cores;
    for (const core of singular) expectClose(Matrix.column(svd(core).s), Matrix.column([1, 0, 0]), 1e-14);
  });

  it.each<[object, string]>([
    [{ rank: 6 }, 'regressionProblem: rank must be at most 5 for matrices [7, 5], got 6'],
    [{ measurementsPerTask: 0 }, 'regressionProblem: measurementsPerTask must be a whole number from 1 on, got 0'],
    [{ tasks: 2.5 }, 'regressionProblem: tasks must be a whole number from 1 on, got 2.5'],
    [{ noise: Number.NaN }, 'regressionProblem: noise must be a finite number from 0 on, got NaN'],
    [{ conditionNumber: 0.5 }, 'regressionProblem: conditionNumber must be a number from 1 to Infinity, got 0.5'],
    [{ scaleSpread: 0 }, 'regressionProblem: scaleSpread must be a finite number from 1 on, got 0'],
    [{ taskSimilarity: 1.1 }, 'regressionProblem: taskSimilarity must be a number from 0 to 1, got 1.1'],
    [{ measurementsPerTask: [3, 4] }, 'regressionProblem: measurementsPerTask must be one number or 4 of them, got 2'],
    [{ measurementsPerTask: [3, 4, 0, 1] }, 'regressionProblem: measurementsPerTask must be a whole number from 1 on, got 0'],
    [{ subspaceSharing: -0.1 }, 'regressionProblem: subspaceSharing must be a number from 0 to 1, got -0.1'],
    [{ sensing: 'fourier' as never }, "regressionProblem: sensing must be one of gaussian, rank-one, vector, got 'fourier'"],
    [{ kappa: 3 }, "got 'kappa' (remove or rename it)"],
  ])('rejects %o', (wrong, message) => {
    expect(() => regressionProblem({ ...base, ...wrong })).toThrow(message);
  });
});
