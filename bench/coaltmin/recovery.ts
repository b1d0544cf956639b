import { coAltMin, degreesOfFreedom, regressionProblem } from '../../src/regression/index.ts';

const SIZE = { rows: 24, cols: 24, rank: 2, tasks: 12 };
const SEEDS = 50;

/** How often CoAltMin succeeds at a multiple of the degrees of freedom, and what the failures look like. */
export interface RecoveryRow {
  multiple: number;
  measurementsPerTask: number;
  start: 'spectral' | 'random';
  succeeded: number;
  /** Of the failures: those that explain the data (misfit below 1e-6), which are another solution or one that is not unique. */
  fitted: number;
  /** Of the failures: those still moving at the limit of iterations. */
  moving: number;
}

/** Success, a relative error below 1e-6, over 50 seeds at 1.5, 2 and 3 times the degrees of freedom, from either start. */
export function recoveryTable(): RecoveryRow[] {
  return [1.5, 2, 3].flatMap((multiple) => (['spectral', 'random'] as const).map((start) => row(multiple, start)));
}

function row(multiple: number, start: RecoveryRow['start']): RecoveryRow {
  const { truth } = regressionProblem({ ...SIZE, measurementsPerTask: 1, seed: 0 });
  const measurementsPerTask = Math.round((multiple * degreesOfFreedom(truth).shared) / SIZE.tasks);
  const counts = { succeeded: 0, fitted: 0, moving: 0 };
  for (let seed = 0; seed < SEEDS; seed++) {
    const problem = regressionProblem({ ...SIZE, measurementsPerTask, seed });
    const onIteration = ({ relativeError }: { relativeError: number }) => relativeError > 1e-6;
    const { history } = coAltMin(problem, { start, seed, iterations: 400, tolerance: 1e-9, onIteration });
    const { relativeError, residual, change } = history[history.length - 1];
    if (relativeError <= 1e-6) counts.succeeded++;
    else if (residual < 1e-6) counts.fitted++;
    else if (change > 1e-6) counts.moving++;
  }
  return { multiple, measurementsPerTask, start, ...counts };
}
