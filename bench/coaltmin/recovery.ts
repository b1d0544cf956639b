import { addScaled, frobeniusNorm, type Matrix, matmul, matmulTN, qr, scale, subspaceDistance } from '../../src/linalg/index.ts';
import {
  coAltMin,
  degreesOfFreedom,
  randomStart,
  regressionProblem,
  type StartBases,
  spectralStart,
  type Truth,
} from '../../src/regression/index.ts';

const SIZE = { rows: 16, cols: 16, rank: 2, tasks: 8 };
const ITERATIONS = 200;
/** Sine of every principal angle between the near start and the truth. */
const NEAR = 0.7;

export const RECOVERY_SEEDS = 50;
const STARTS = ['spectral', 'random', 'near'] as const;

/** How often CoAltMin succeeds at a multiple of the degrees of freedom, and what the failures have in common. */
export interface RecoveryRow {
  multiple: number;
  measurementsPerTask: number;
  start: (typeof STARTS)[number];
  succeeded: number;
  /** Of the failures: those that explain the data (misfit below 1e-4), which are another solution or one that is not unique. */
  fitted: number;
  /** Median distance from the start to the truth of the successes and of the failures, the larger one of U and V; NaN for none. */
  distances: { succeeded: number; failed: number };
  /** Median of maxᵢ‖Θᵢ‖/‖Θᵢ*‖ at the end of the failures: far above 1 where the bases have lost the truth and the cores make up for it. */
  growth: number;
}

/** Success, a relative error below 1e-6 within 200 iterations, over 50 seeds at 1.5, 2 and 3 times the degrees of freedom. */
export function recoveryTable(): RecoveryRow[] {
  return [1.5, 2, 3].flatMap((multiple) => STARTS.map((start) => row(multiple, start)));
}

function row(multiple: number, start: RecoveryRow['start']): RecoveryRow {
  const { truth } = regressionProblem({ ...SIZE, measurementsPerTask: 1, seed: 0 });
  const measurementsPerTask = Math.round((multiple * degreesOfFreedom(truth).shared) / SIZE.tasks);
  const runs = Array.from({ length: RECOVERY_SEEDS }, (_, seed) => {
    const problem = regressionProblem({ ...SIZE, measurementsPerTask, seed });
    const bases = {
      spectral: () => spectralStart(problem.tasks, SIZE.rank),
      random: () => randomStart(SIZE.rows, SIZE.cols, SIZE.rank, seed),
      near: () => nearStart(problem.truth, seed),
    }[start]();
    const options = { start: bases, iterations: ITERATIONS, tolerance: 1e-9, solver: 'cg' } as const;
    const { history, cores } = coAltMin(problem, { ...options, onIteration: ({ relativeError }) => relativeError > 1e-6 });
    const { relativeError, residual } = history[history.length - 1];
    const { u, v } = problem.truth;
    return {
      succeeded: relativeError <= 1e-6,
      fitted: residual < 1e-4,
      distance: Math.max(subspaceDistance(bases.u, u), subspaceDistance(bases.v, v)),
      growth: Math.max(...cores.map((core, i) => frobeniusNorm(core) / frobeniusNorm(problem.truth.cores[i]))),
    };
  });
  const [succeeded, failed] = [runs.filter((run) => run.succeeded), runs.filter((run) => !run.succeeded)];
  return {
    multiple,
    measurementsPerTask,
    start,
    succeeded: succeeded.length,
    fitted: failed.filter(({ fitted }) => fitted).length,
    distances: { succeeded: median(succeeded.map(({ distance }) => distance)), failed: median(failed.map(({ distance }) => distance)) },
    growth: median(failed.map(({ growth }) => growth)),
  };
}

/** Bases at a given distance from the truth, all principal angles equal: √(1 − s²) U* + s N with N orthonormal and orthogonal to U*. */
function nearStart({ u, v }: Truth, seed: number): StartBases {
  const other = randomStart(u.rows, v.rows, u.cols, `near ${seed}`);
  const between = (truth: Matrix, away: Matrix) => {
    const normal = qr(addScaled(away, -1, matmul(truth, matmulTN(truth, away)))).q;
    return addScaled(scale(Math.sqrt(1 - NEAR ** 2), truth), NEAR, normal);
  };
  return { u: between(u, other.u), v: between(v, other.v) };
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? Number.NaN : sorted[Math.floor(sorted.length / 2)];
}
