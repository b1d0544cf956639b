import { checkOptions, type Seed, UserError } from '../core/index.ts';
import { Matrix, matmul, qr, Scratch, subspaceDistance, transpose } from '../linalg/index.ts';
import { checkTasks } from './check-tasks.ts';
import { type CoreStepOptions, commonCoreStep, coreStep } from './core-step.ts';
import type { Projection, Side, TaskData } from './measurements.ts';
import { checkRange, checkWhole, sumOfSquares } from './numbers.ts';
import type { RegressionProblem } from './problem.ts';
import { imagesOf, project } from './projections.ts';
import { type RecoveryError, recoveryError } from './recovery.ts';
import { type SharedStepOptions, sharedStep, type Traffic } from './shared-step.ts';
import { randomStart, type StartBases, spectralStart } from './start.ts';
import type { SharedModel } from './truth.ts';

/** The state after one iteration; iteration 0 is the start with cores fitted to it. */
export interface CoAltMinEntry extends RecoveryError {
  iteration: number;
  /** ‖y − 𝒜(Θ)‖ / ‖y‖ over the measurements of the last shared step: small means fitted, not recovered. Vector responses: not below 1e-8. */
  residual: number;
  /** The larger of the distances by which the spans of U and V moved in this iteration; Infinity for the start. */
  change: number;
  /** Least-squares problems of this iteration that the data did not determine. */
  underdetermined: number;
  /** Products with the normal equations of the shared steps; 0 where these were formed. */
  innerIterations: number;
  /** Bytes that a federated run of this iteration moves. */
  traffic: Traffic;
}

/** What `coAltMin` found. U and V have orthonormal columns, or with diagonal cores columns of length 1. */
export interface CoAltMinResult extends SharedModel {
  /** One entry per iteration, the start first. */
  history: CoAltMinEntry[];
  /** `converged`: the subspaces stopped moving – at the truth only if the data determine it; `iterations`: the limit; `interrupted`: by `onIteration`. */
  stopped: 'converged' | 'iterations' | 'interrupted';
}

/**
 * Gives the data of a step: the small batch for the personal steps, the large one for the shared steps and the start
 * (iteration 0). The theory asks for fresh batches; returning the same tasks every time reuses all samples.
 */
export type Batches = (iteration: number, size: 'small' | 'large') => readonly TaskData[];

/** How `coAltMin` runs. */
export interface CoAltMinOptions extends Partial<SharedStepOptions> {
  /** The most iterations. */
  iterations?: number;
  /** Stops when both subspaces move by less than this in an iteration; 0 never stops early. */
  tolerance?: number;
  /** Reuse of `problem.tasks` when left out. */
  batches?: Batches;
  /** Where to start: from the data, from random bases, or from given ones (a warm start: any earlier result will do). */
  start?: 'spectral' | 'random' | StartBases;
  /** Of the random start. */
  seed?: Seed;
  /** Λᵢ full, or diagonal, or one full Λ for all tasks. */
  cores?: 'full' | 'diagonal' | 'common';
  /** Called after the start and after every iteration; returning false ends the run with what there is. */
  onIteration?: (entry: CoAltMinEntry, estimate: SharedModel) => unknown;
}

const DEFAULTS = {
  iterations: 50,
  tolerance: 1e-13,
  start: 'spectral',
  seed: 0,
  cores: 'full',
  solver: 'auto',
  ridge: 0,
  innerTolerance: 0.1,
} as const;

/**
 * CoAltMin: alternating minimisation of Σᵢ ‖yᵢ − 𝒜ᵢ(U Λᵢ Vᵀ)‖². One iteration: every Λᵢ on the small batch; U on the large batch,
 * then QR; every Λᵢ again; V, then QR. Source: ours (reading of CoLoRA, Theorem 1, which states T = Θ(log 1/ε) iterations for
 * recovery up to ε).
 *
 * The personal steps are solved by their normal equations, the shared ones by theirs or by conjugate gradients started from the
 * last basis, which need not be exact: they end when they have reduced the gradient by `innerTolerance`. The shared steps use
 * the tasks through messages only (see `sharedStep`), which `traffic` counts (not that of a common core). With ridge ρ every step adds ρ‖its unknowns‖_F².
 *
 * Known weakness: normal equations square the condition number, so a very ill-conditioned problem ends above rounding.
 *
 * @param problem k tasks; the truth gives the shapes and the errors in the history, nothing else
 * @throws UserError when the data are empty, of the wrong shape or not finite, or an option means nothing
 */
export function coAltMin(problem: Pick<RegressionProblem, 'truth' | 'tasks'>, options: CoAltMinOptions = {}): CoAltMinResult {
  checkOptions('coAltMin', options, [...Object.keys(DEFAULTS), 'batches', 'onIteration']);
  const settings = { ...DEFAULTS, ...options };
  checkSettings(settings);
  const { truth } = problem;
  const { iterations, tolerance, batches = () => problem.tasks, onIteration = () => {} } = settings;
  const checked = checkedBatches(batches, truth);
  const diagonal = settings.cores === 'diagonal';
  const personalOptions = { ridge: settings.ridge, diagonal, common: settings.cores === 'common' };
  const memory = new Scratch();
  const normalised = diagonal ? unitColumns : qr;
  const span = diagonal ? (basis: Matrix) => qr(basis).q : (basis: Matrix) => basis;
  const bytesOfBases = truth.cores.length * 8 * (truth.u.data.length + truth.v.data.length);

  const first = checked(0, 'large');
  const begin = startBases(first, truth, settings);
  const opened = project(first, 'v', begin.u, memory);
  const fitted = personalStep(opened, begin.v, personalOptions);
  let estimate: SharedModel = { u: begin.u, v: begin.v, cores: fitted.cores.map(transpose) };
  const history: CoAltMinEntry[] = [];
  /** @returns whether to go on */
  const record = (entry: Omit<CoAltMinEntry, keyof RecoveryError>): boolean => {
    const full = { ...entry, ...recoveryError(estimate, truth) };
    history.push(full);
    return onIteration(full, estimate) !== false;
  };
  const residual = relativeResidual(opened, fitted.cores, begin.v);
  const opening = { change: Number.POSITIVE_INFINITY, innerIterations: 0, traffic: { up: 0, down: 0 } };
  if (!record({ iteration: 0, residual, underdetermined: fitted.underdetermined, ...opening })) {
    return { ...estimate, history, stopped: 'interrupted' };
  }

  for (let iteration = 1; iteration <= iterations; iteration++) {
    const [small, large] = [checked(iteration, 'small'), checked(iteration, 'large')];
    const before = estimate;
    const traffic = { up: 0, down: bytesOfBases };
    const half = (side: Side, moving: Matrix, fixed: Matrix) => {
      const near = project(small, side, fixed, memory);
      const personal = personalStep(near, moving, personalOptions);
      const projections = small === large ? near : project(large, side, fixed, memory);
      const images = small === large ? personal.images : imagesOf(projections, moving);
      const shared = sharedStep(projections, personal.cores, moving, images, settings, traffic);
      const { q, r } = normalised(shared.basis);
      // The basis found is Q R: the cores take over R, so that basis and cores together stay the minimiser.
      const cores = personal.cores.map((core) => matmul(r, core));
      const underdetermined = personal.underdetermined + (shared.determined ? 0 : 1);
      return { basis: q, cores, projections, underdetermined, innerIterations: shared.innerIterations };
    };
    const left = half('u', before.u, before.v);
    const right = half('v', before.v, left.basis);
    estimate = { u: left.basis, v: right.basis, cores: right.cores.map(transpose) };
    const change = Math.max(subspaceDistance(span(estimate.u), span(before.u)), subspaceDistance(span(estimate.v), span(before.v)));
    const goOn = record({
      iteration,
      residual: relativeResidual(right.projections, right.cores, right.basis),
      change,
      underdetermined: left.underdetermined + right.underdetermined,
      innerIterations: left.innerIterations + right.innerIterations,
      traffic,
    });
    if (!goOn) return { ...estimate, history, stopped: 'interrupted' };
    if (change < tolerance) return { ...estimate, history, stopped: 'converged' };
  }
  return { ...estimate, history, stopped: 'iterations' };
}

/** Every task's X for given bases, with the projections that it was found from and their images R M. */
function personalStep(projections: readonly Projection[], moving: Matrix, options: CoreStepOptions & { common: boolean }) {
  const images = imagesOf(projections, moving);
  if (options.common) {
    const { core, determined } = commonCoreStep(projections, images, moving, options);
    return { images, cores: projections.map(() => core), underdetermined: determined ? 0 : 1 };
  }
  const steps = projections.map((projection, i) => coreStep(projection, images[i], moving, options));
  return { images, cores: steps.map(({ core }) => core), underdetermined: steps.filter(({ determined }) => !determined).length };
}

/** ‖y − 𝒜(Θ)‖ / ‖y‖ over all tasks; 0 where y is zero and met. */
function relativeResidual(projections: readonly Projection[], cores: readonly Matrix[], moving: Matrix): number {
  const images = imagesOf(projections, moving);
  let [missed, total] = [0, 0];
  projections.forEach((projection, i) => {
    const { responses, outside } = projection;
    const predicted = projection.predicted(images[i], cores[i], moving);
    missed += outside;
    for (let j = 0; j < responses.length; j++) missed += (responses[j] - predicted[j]) ** 2;
    total += outside + sumOfSquares(responses);
  });
  return missed === 0 ? 0 : Math.sqrt(missed / total);
}

/** M = Q R with columns of length 1 and R diagonal, which keeps diagonal cores diagonal; a zero column becomes a unit vector. */
function unitColumns(basis: Matrix): { q: Matrix; r: Matrix } {
  const q = new Matrix(basis.rows, basis.cols, basis.data.slice());
  const r = new Matrix(basis.cols, basis.cols);
  for (let c = 0; c < basis.cols; c++) {
    let square = 0;
    for (let a = 0; a < basis.rows; a++) square += q.data[a * q.cols + c] ** 2;
    const length = Math.sqrt(square);
    r.data[c * r.cols + c] = length;
    if (length === 0) q.data[c * q.cols + c] = 1;
    else for (let a = 0; a < basis.rows; a++) q.data[a * q.cols + c] /= length;
  }
  return { q, r };
}

function startBases(
  tasks: readonly TaskData[],
  { u, v }: SharedModel,
  { start, seed, cores }: { start: CoAltMinOptions['start']; seed: Seed; cores: CoAltMinOptions['cores'] },
): StartBases {
  if (start === 'spectral') return spectralStart(tasks, u.cols, { pooled: cores === 'common' });
  if (start === 'random') return randomStart(u.rows, v.rows, u.cols, seed);
  const given = start as StartBases;
  if (given?.u?.shape !== u.shape || given?.v?.shape !== v.shape) {
    const got = given?.u && given?.v ? `${given.u.shape} and ${given.v.shape}` : `${start}`;
    throw new UserError(`coAltMin: start must be 'spectral', 'random' or bases ${u.shape} and ${v.shape}, got ${got}`);
  }
  return { u: qr(given.u).q, v: qr(given.v).q };
}

function checkSettings(settings: Required<Omit<CoAltMinOptions, 'batches' | 'onIteration'>>): void {
  checkWhole('coAltMin', 'iterations', settings.iterations, 1);
  checkRange('coAltMin', 'tolerance', settings.tolerance, 0);
  checkRange('coAltMin', 'ridge', settings.ridge, 0);
  checkRange('coAltMin', 'innerTolerance', settings.innerTolerance, 0, 1);
  const choices = { solver: ['auto', 'normal', 'cg'], cores: ['full', 'diagonal', 'common'] } as const;
  for (const [name, known] of Object.entries(choices) as ['solver' | 'cores', readonly string[]][]) {
    if (!known.includes(settings[name])) {
      throw new UserError(`coAltMin: ${name} must be one of ${known.join(', ')}, got '${settings[name]}'`);
    }
  }
}

/** The same batches, each looked over once. */
function checkedBatches(batches: Batches, { u, v, cores }: SharedModel): Batches {
  const seen = new WeakSet<readonly TaskData[]>();
  const shape = { rows: u.rows, cols: v.rows, rank: u.cols, tasks: cores.length };
  return (iteration, size) => {
    const tasks = batches(iteration, size);
    if (!seen.has(tasks)) checkTasks('coAltMin', tasks, shape);
    seen.add(tasks);
    return tasks;
  };
}
