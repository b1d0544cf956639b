import { conjugateGradients, Matrix, qr } from '../linalg/index.ts';
import { checkTasks } from './check-tasks.ts';
import { type CoAltMinOptions, coAltMin } from './coaltmin.ts';
import { coreStep } from './core-step.ts';
import { checkRange, checkWhole } from './numbers.ts';
import type { RegressionProblem } from './problem.ts';
import { imagesOf, project } from './projections.ts';
import { sharedStep } from './shared-step.ts';
import { spectralStart } from './start.ts';
import { factorsOfTask, type SharedModel, type TaskFactors } from './truth.ts';

// Each baseline returns one estimate per task, in factors; `taskErrors` compares them with the truth.

type Data = Pick<RegressionProblem, 'truth' | 'tasks'>;

/**
 * Each task alone: low-rank matrix sensing by alternating minimisation, which is CoAltMin with one task. Source: ours.
 *
 * @param options those of `coAltMin`
 */
export function aloneBaseline({ truth, tasks }: Data, options: CoAltMinOptions = {}): TaskFactors[] {
  check('aloneBaseline', { truth, tasks });
  return tasks.map((task, i) => {
    const own = factorsOfTask(truth, i);
    return factorsOfTask(coAltMin({ truth: { ...own, cores: [own.core] }, tasks: [task] }, options), 0);
  });
}

/**
 * One Θ of rank r for all tasks, from all their data: CoAltMin with one core. Source: ours.
 *
 * @param options those of `coAltMin`
 */
export function pooledBaseline({ truth, tasks }: Data, options: Omit<CoAltMinOptions, 'cores'> = {}): TaskFactors[] {
  check('pooledBaseline', { truth, tasks });
  const estimate = coAltMin({ truth, tasks }, { ...options, cores: 'common' });
  return tasks.map((_, i) => factorsOfTask(estimate, i));
}

/**
 * Only U is shared, Θᵢ = U Wᵢᵀ with a personal Wᵢ [d₂, r]: alternately every Wᵢ on its own data, and U on all data, then QR.
 * Source: ours, after FedRep (Collins, Hassani, Mokhtari, Shakkottai 2021), with exact steps.
 *
 * Where a task has fewer than d₂ r measurements its Wᵢ is the shortest that fits.
 */
export function sharedLeftBaseline({ truth, tasks }: Data, { iterations = 30 }: { iterations?: number } = {}): TaskFactors[] {
  check('sharedLeftBaseline', { truth, tasks });
  checkWhole('sharedLeftBaseline', 'iterations', iterations, 1);
  const identity = Matrix.identity(truth.u.cols);
  const step = { ridge: 0, innerTolerance: 1e-8 };
  const zero = new Matrix(truth.v.rows, truth.v.cols);
  let { u } = spectralStart(tasks, truth.u.cols);
  const personal = () =>
    project(tasks, 'v', u).map(
      (projection) =>
        sharedStep([projection], [identity], zero, imagesOf([projection], zero), { ...step, solver: 'cg' }, { up: 0, down: 0 }).basis,
    );
  for (let t = 0; t < iterations; t++) {
    const weights = personal();
    const projections = tasks.map((task, i) => project([task], 'u', weights[i])[0]);
    const cores = tasks.map(() => identity);
    u = qr(sharedStep(projections, cores, u, imagesOf(projections, u), { ...step, solver: 'auto' }, { up: 0, down: 0 }).basis).q;
  }
  return personal().map((v) => ({ u, core: identity, v }));
}

/** The shortest Θᵢ that fits task i's own data, by conjugate gradients from zero. Source: ours. */
export function minimumNormBaseline({ truth, tasks }: Data): TaskFactors[] {
  check('minimumNormBaseline', { truth, tasks });
  const identity = Matrix.identity(truth.v.rows);
  return tasks.map(({ measurements, responses }) => {
    const normal = (theta: Matrix) => measurements.adjoint(measurements.forward(theta));
    return { u: conjugateGradients(normal, measurements.adjoint(responses), { tolerance: 1e-10 }).x, core: identity, v: identity };
  });
}

/** What knows the task's own U* and V* and fits the core alone: no method that must find them does better on average. Source: ours. */
export function oracleBaseline({ truth, tasks }: Data): TaskFactors[] {
  check('oracleBaseline', { truth, tasks });
  return tasks.map((task, i) => {
    const { u, v } = factorsOfTask(truth, i);
    const [projection] = project([task], 'u', v);
    const { core } = coreStep(projection, imagesOf([projection], u)[0], u, { ridge: 0, diagonal: false });
    return { u, core, v };
  });
}

/** Degrees of freedom of k matrices of rank r: with shared subspaces, of one task alone, and of the cores only. */
export interface DegreesOfFreedom {
  /** (d₁ + d₂) r − 2r² + k r²: two bases without their gauge, and the cores. */
  shared: number;
  /** (d₁ + d₂) r − r², for one task. */
  alone: number;
  /** r², for one task. */
  core: number;
}

/**
 * How many numbers describe the truth, gauge removed. `paper.md`'s count 2dr + k r² leaves the gauge in. Source: ours.
 */
export function degreesOfFreedom({ u, v, cores }: SharedModel): DegreesOfFreedom {
  const r = u.cols;
  const bases = (u.rows + v.rows) * r;
  return { shared: bases - 2 * r ** 2 + cores.length * r ** 2, alone: bases - r ** 2, core: r ** 2 };
}

/**
 * The relative error that noise leaves to the best unbiased method, √(E Σ‖Θᵢ − Θᵢ*‖² / Σ‖Θᵢ*‖²): by Cramér–Rao with measurements
 * that are isotropic, m I, it is σ² dof/m. Measured errors lie above, as random measurements are isotropic on average only.
 * Source: ours.
 *
 * @param noise σ
 * @param measurementsPerTask m, the same for all tasks
 * @returns for shared subspaces, for each task alone, and for the oracle
 */
export function noiseFloor(
  truth: SharedModel,
  noise: number,
  measurementsPerTask: number,
): { shared: number; alone: number; oracle: number } {
  checkRange('noiseFloor', 'noise', noise, 0);
  checkWhole('noiseFloor', 'measurementsPerTask', measurementsPerTask, 1);
  const { shared, alone, core } = degreesOfFreedom(truth);
  const tasks = truth.cores.length;
  const size = truth.cores.reduce((sum, { data }) => sum + data.reduce((square, value) => square + value ** 2, 0), 0);
  const floor = (numbers: number) => noise * Math.sqrt(numbers / (measurementsPerTask * size));
  return { shared: floor(shared), alone: floor(tasks * alone), oracle: floor(tasks * core) };
}

function check(where: string, { truth, tasks }: Data): void {
  checkTasks(where, tasks, { rows: truth.u.rows, cols: truth.v.rows, rank: truth.u.cols, tasks: truth.cores.length });
}
