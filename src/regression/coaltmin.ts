import { checkOptions, UserError } from '../core/index.ts';
import { type Matrix, matmulNT, qr, subspaceDistance } from '../linalg/index.ts';
import { padded } from './kernels.ts';
import type { RegressionProblem, SharedModel, TaskData } from './problem.ts';
import { type RecoveryError, recoveryError } from './recovery.ts';
import { spectralStart } from './start.ts';
import { basisStep, coreStep, type Projection, project, type Side } from './steps.ts';

/** The state after one iteration; iteration 0 is the spectral start. */
export interface CoAltMinEntry extends RecoveryError {
  iteration: number;
  /** ‖y − 𝒜(Θ)‖ / ‖y‖ over the measurements of the last shared step: small means fitted, not recovered. NaN at iteration 0. */
  residual: number;
  /** The larger of the distances by which the spans of U and V moved in this iteration. NaN at iteration 0. */
  change: number;
  /** Least-squares problems of this iteration with fewer independent measurements than unknowns; solved by the shortest solution. */
  underdetermined: number;
}

/** What `coAltMin` found. */
export interface CoAltMinResult extends SharedModel {
  /** One entry per iteration, the start first. */
  history: CoAltMinEntry[];
  /** `converged` when the subspaces stopped moving – to the truth only if the data determine it – or `iterations` when the limit was reached. */
  stopped: 'converged' | 'iterations';
}

/**
 * Gives the data of a step: the small batch for the personal steps, the large one for the shared steps and the start
 * (iteration 0). The theory asks for fresh batches; returning the same tasks every time reuses all samples.
 */
export type Batches = (iteration: number, size: 'small' | 'large') => readonly TaskData[];

/** How `coAltMin` runs. */
export interface CoAltMinOptions {
  /** The most iterations. */
  iterations?: number;
  /** Stops when both subspaces move by less than this in an iteration; 0 never stops early. */
  tolerance?: number;
  /** Reuse of `problem.tasks` when left out. */
  batches?: Batches;
  /** Called after the start and after every iteration. */
  onIteration?: (entry: CoAltMinEntry, estimate: SharedModel) => void;
}

/**
 * CoAltMin: alternating minimisation of Σᵢ ‖yᵢ − 𝒜ᵢ(U Λᵢ Vᵀ)‖² from a spectral start. One iteration: every Λᵢ on the small
 * batch; U on the large batch, then QR; every Λᵢ again; V, then QR. Each step is an exact least-squares solution by its normal
 * equations. Source: ours (reading of CoLoRA, Theorem 1, which states T = Θ(log 1/ε) iterations for recovery up to ε).
 *
 * Known weakness: the normal equations square the condition number, so a very ill-conditioned problem ends above rounding.
 *
 * @param problem k tasks of measurements [m, d₁, d₂]; the truth gives the shapes and the errors in the history, nothing else
 * @returns U [d₁, r], V [d₂, r] with orthonormal columns, Λᵢ [r, r], the history and why it stopped
 * @throws UserError when a task has no measurements, its lengths do not match, or a value is not finite
 */
export function coAltMin(problem: RegressionProblem, options: CoAltMinOptions = {}): CoAltMinResult {
  checkOptions('coAltMin', options, ['iterations', 'tolerance', 'batches', 'onIteration']);
  const { iterations = 50, tolerance = 1e-13, batches = () => problem.tasks, onIteration = () => {} } = options;
  checkLimits(iterations, tolerance);
  const { truth } = problem;
  const checked = checkedBatches(batches, truth);

  let estimate = spectralStart(checked(0, 'large'), truth.u.rows, truth.v.rows, truth.u.cols);
  const history: CoAltMinEntry[] = [];
  const record = (entry: Omit<CoAltMinEntry, keyof RecoveryError>) => {
    const full = { ...entry, ...recoveryError(estimate, truth) };
    history.push(full);
    onIteration(full, estimate);
  };
  record({ iteration: 0, residual: Number.NaN, change: Number.NaN, underdetermined: 0 });

  for (let iteration = 1; iteration <= iterations; iteration++) {
    const small = checked(iteration, 'small');
    const large = checked(iteration, 'large');
    const before = estimate;
    const left = halfIteration('u', before.u, before.v, small, large);
    const right = halfIteration('v', before.v, left.basis, small, large);
    estimate = { u: left.basis, v: right.basis, cores: right.cores };
    const change = Math.max(subspaceDistance(estimate.u, before.u), subspaceDistance(estimate.v, before.v));
    const residual = relativeResidual(right.projections, right.cores, right.basis);
    record({ iteration, residual, change, underdetermined: left.underdetermined + right.underdetermined });
    if (change < tolerance) return { ...estimate, history, stopped: 'converged' };
  }
  return { ...estimate, history, stopped: 'iterations' };
}

/** Personal step, then shared step and QR, with one basis moving and the other fixed; cores run from the fixed to the moving one. */
function halfIteration(side: Side, moving: Matrix, fixed: Matrix, small: readonly TaskData[], large: readonly TaskData[]) {
  const projections = project(large, side, fixed, moving.rows);
  const personal = coreStep(small === large ? projections : project(small, side, fixed, moving.rows), moving);
  const shared = basisStep(projections, personal.value, moving.rows);
  const { q, r } = qr(shared.value);
  return {
    basis: q,
    // The basis found is Q R: the cores take over R, so that basis and cores together stay the minimiser.
    cores: personal.value.map((core) => matmulNT(core, r)),
    projections,
    underdetermined: personal.underdetermined + shared.underdetermined,
  };
}

/** ‖y − 𝒜(Θ)‖ / ‖y‖ over all tasks. */
function relativeResidual(projections: readonly Projection[], cores: readonly Matrix[], moving: Matrix): number {
  const width = padded(moving.cols) * moving.rows;
  let missed = 0;
  let total = 0;
  projections.forEach(({ values, responses }, i) => {
    const weights = matmulNT(cores[i], moving).data;
    responses.forEach((response, j) => {
      let predicted = 0;
      for (let p = 0; p < weights.length; p++) predicted += values[j * width + p] * weights[p];
      missed += (response - predicted) ** 2;
      total += response ** 2;
    });
  });
  return Math.sqrt(missed / total);
}

function checkLimits(iterations: number, tolerance: number): void {
  if (!(Number.isInteger(iterations) && iterations >= 1)) {
    throw new UserError(`coAltMin: iterations must be a whole number from 1 on, got ${iterations}`);
  }
  if (!(tolerance >= 0)) throw new UserError(`coAltMin: tolerance must be a number from 0 on, got ${tolerance}`);
}

/** The same batches, each looked over once. */
function checkedBatches(batches: Batches, truth: SharedModel): Batches {
  const seen = new WeakSet<readonly TaskData[]>();
  return (iteration, size) => {
    const tasks = batches(iteration, size);
    if (!seen.has(tasks)) checkTasks(tasks, truth);
    seen.add(tasks);
    return tasks;
  };
}

function checkTasks(tasks: readonly TaskData[], { u, v, cores }: SharedModel): void {
  if (u.cols > Math.min(u.rows, v.rows)) {
    throw new UserError(`coAltMin: rank must be at most ${Math.min(u.rows, v.rows)}, got U ${u.shape} and V ${v.shape}`);
  }
  if (tasks.length !== cores.length) throw new UserError(`coAltMin: there must be data for ${cores.length} tasks, got ${tasks.length}`);
  tasks.forEach(({ measurements, responses }, i) => {
    if (responses.length === 0) throw new UserError(`coAltMin: task ${i} must have at least one measurement, got 0`);
    const expected = responses.length * u.rows * v.rows;
    if (measurements.length !== expected) {
      const shape = `[${responses.length}, ${u.rows}, ${v.rows}]`;
      throw new UserError(`coAltMin: task ${i} must have measurements ${shape} of ${expected} values, got ${measurements.length}`);
    }
    checkNumbers(`responses of task ${i}`, responses);
    checkNumbers(`measurements of task ${i}`, measurements);
  });
}

function checkNumbers(name: string, values: Float64Array): void {
  for (let p = 0; p < values.length; p++) {
    if (!Number.isFinite(values[p])) throw new UserError(`coAltMin: ${name} must be finite, got ${values[p]} at ${p}`);
  }
}
