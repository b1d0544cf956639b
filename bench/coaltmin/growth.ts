import { coAltMin, regressionProblem } from '../../src/regression/index.ts';

const SIZE = { rows: 32, cols: 32, rank: 3, measurementsPerTask: 48, seed: 1 };
const ITERATIONS = 8;

/** The time of one iteration for a number of tasks. */
export interface GrowthRow {
  tasks: number;
  secondsPerIteration: number;
}

/** How the time of an iteration grows with the number of tasks; the smallest of three runs each. */
export function growthTable(): GrowthRow[] {
  return [32, 64, 128, 256].map((tasks) => {
    const problem = regressionProblem({ ...SIZE, tasks });
    const seconds = Array.from({ length: 3 }, () => {
      const start = performance.now();
      coAltMin(problem, { iterations: ITERATIONS, tolerance: 0 });
      return (performance.now() - start) / 1000 / ITERATIONS;
    });
    return { tasks, secondsPerIteration: Math.min(...seconds) };
  });
}
