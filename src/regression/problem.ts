import { checkOptions, Random, type Seed, UserError } from '../core/index.ts';
import { GaussianMeasurements } from './gaussian.ts';
import type { Measurements, TaskData } from './measurements.ts';
import { checkRange, checkWhole } from './numbers.ts';
import { RankOneMeasurements } from './rank-one.ts';
import { drawTruth, factorsOfTask, normalMatrix, type TaskFactors, type Truth, type TruthOptions } from './truth.ts';
import { VectorMeasurements } from './vector.ts';

/** A heterogeneous linear regression whose truth is known. */
export interface RegressionProblem {
  readonly truth: Truth;
  /** The data of the k tasks. */
  readonly tasks: readonly TaskData[];
  /**
   * Fresh data of the same tasks.
   *
   * @param label names the batch; the same label gives the same data
   * @param measurementsPerTask m of this batch
   */
  freshTasks(label: Seed, measurementsPerTask: number | readonly number[]): TaskData[];
}

/** The size and the knobs of a problem. */
export interface ProblemOptions extends TruthOptions {
  /** m, the same for all tasks or one per task. Vector responses: inputs x, each with d₁ responses. */
  measurementsPerTask: number | readonly number[];
  /** Dense A_ij, A_ij = x zᵀ, or y = Θx. */
  sensing?: 'gaussian' | 'rank-one' | 'vector';
  /** Gaussian sensing: draw the A_ij again whenever they are needed instead of holding them. The numbers are the same. */
  streamed?: boolean;
  /** Standard deviation σ of the noise. */
  noise?: number;
  seed: Seed;
}

const DEFAULTS = {
  sensing: 'gaussian',
  streamed: false,
  noise: 0,
  conditionNumber: 2,
  scaleSpread: 1,
  taskSimilarity: 0.5,
  subspaceSharing: 1,
  cores: 'full',
} as const;

type Knobs = Required<ProblemOptions>;

/**
 * Heterogeneous linear regression: y_ij = ⟨A_ij, Θᵢ*⟩ + σ ε_ij with Θᵢ* = U* Λᵢ* V*ᵀ, and A_ij, ε_ij standard normal.
 * Source: ours (reading of CoLoRA, whose setting is heterogeneous linear regression with shared U*, V*); the truth and its knobs
 * are those of `drawTruth`.
 *
 * Every task draws from its own generator, in order: its data do not depend on the number of tasks, and more measurements
 * extend fewer. Memory: 8 k m d₁ d₂ bytes for Gaussian sensing in memory, none when streamed; 8 k m (d₁ + d₂) for the others.
 *
 * @throws UserError when a size or a knob is out of range
 */
export function regressionProblem(options: ProblemOptions): RegressionProblem {
  checkOptions('regressionProblem', options, [
    ...['rows', 'cols', 'rank', 'tasks', 'measurementsPerTask', 'seed'],
    ...Object.keys(DEFAULTS),
  ]);
  const knobs: Knobs = { ...DEFAULTS, ...options };
  checkKnobs(knobs);
  const random = new Random(knobs.seed).split('regression problem');
  const truth = drawTruth(random, knobs);
  const draw = (stream: Random, counts: number | readonly number[]) =>
    countsOf(counts, knobs.tasks).map((count, i) => measure(() => stream.split(i), factorsOfTask(truth, i), count, knobs));
  return {
    truth,
    tasks: draw(random.split('data'), knobs.measurementsPerTask),
    freshTasks: (label, counts) => draw(random.split('fresh data').split(label), counts),
  };
}

function measure(random: () => Random, { u, core, v }: TaskFactors, count: number, knobs: Knobs): TaskData {
  const measurements = drawMeasurements(() => random().split('measurements'), count, knobs);
  const noise = random().split('noise').fillNormal(new Float64Array(measurements.count));
  const exact = measurements.project('u', v, noise).forward(u, core);
  return { measurements, responses: exact.map((value, j) => value + knobs.noise * noise[j]) };
}

function drawMeasurements(random: () => Random, count: number, { rows, cols, sensing, streamed }: Knobs): Measurements {
  if (sensing === 'rank-one') {
    return new RankOneMeasurements(normalMatrix(random().split('left'), count, rows), normalMatrix(random().split('right'), count, cols));
  }
  if (sensing === 'vector') return new VectorMeasurements(normalMatrix(random(), count, cols), rows);
  const source = streamed ? random : random().fillNormal(new Float64Array(count * rows * cols));
  return new GaussianMeasurements(rows, cols, count, source);
}

function countsOf(counts: number | readonly number[], tasks: number): readonly number[] {
  const each = typeof counts === 'number' ? new Array<number>(tasks).fill(counts) : counts;
  if (each.length !== tasks) {
    throw new UserError(`regressionProblem: measurementsPerTask must be one number or ${tasks} of them, got ${each.length}`);
  }
  for (const count of each) checkWhole('regressionProblem', 'measurementsPerTask', count, 1);
  return each;
}

function checkKnobs(knobs: Knobs): void {
  for (const name of ['rows', 'cols', 'rank', 'tasks'] as const) checkWhole('regressionProblem', name, knobs[name], 1);
  const { rows, cols, rank, tasks, sensing, streamed, cores } = knobs;
  countsOf(knobs.measurementsPerTask, tasks);
  if (rank > Math.min(rows, cols)) {
    throw new UserError(`regressionProblem: rank must be at most ${Math.min(rows, cols)} for matrices [${rows}, ${cols}], got ${rank}`);
  }
  checkRange('regressionProblem', 'noise', knobs.noise, 0);
  checkRange('regressionProblem', 'conditionNumber', knobs.conditionNumber, 1, Number.POSITIVE_INFINITY);
  checkRange('regressionProblem', 'scaleSpread', knobs.scaleSpread, 1);
  checkRange('regressionProblem', 'taskSimilarity', knobs.taskSimilarity, 0, 1);
  checkRange('regressionProblem', 'subspaceSharing', knobs.subspaceSharing, 0, 1);
  checkChoice('sensing', sensing, ['gaussian', 'rank-one', 'vector']);
  checkChoice('cores', cores, ['full', 'diagonal']);
  if (streamed && sensing !== 'gaussian') {
    throw new UserError(`regressionProblem: streamed must be false for ${sensing} sensing, got true (its measurements are small)`);
  }
}

function checkChoice(name: string, value: string, known: readonly string[]): void {
  if (!known.includes(value)) throw new UserError(`regressionProblem: ${name} must be one of ${known.join(', ')}, got '${value}'`);
}
