import { checkOptions, Random, type Seed, UserError } from '../core/index.ts';
import { GaussianMeasurements } from './gaussian.ts';
import type { Measurements, TaskData } from './measurements.ts';
import { checkRange, checkWhole } from './numbers.ts';
import { RankOneMeasurements } from './rank-one.ts';
import { Rows } from './rows.ts';
import { drawTruth, factorsOfTask, type TaskFactors, type Truth, type TruthOptions } from './truth.ts';
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
  /** Draw the measurements again whenever they are needed instead of holding them. The numbers are the same. */
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
 * extend fewer. Memory beside the responses: 8 k m d₁ d₂ bytes for Gaussian sensing, 8 k m (d₁ + d₂) for rank-one and 8 k m d₂ for
 * vector sensing; one task's, or less, when streamed.
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
  const draw = (stream: Random, counts: number | readonly number[]) => {
    const each = countsOf(counts, knobs.tasks);
    const take = sideBySide(each, knobs);
    return each.map((count, i) => measure(() => stream.split(i), factorsOfTask(truth, i), count, take, knobs));
  };
  return {
    truth,
    tasks: draw(random.split('data'), knobs.measurementsPerTask),
    freshTasks: (label, counts) => draw(random.split('fresh data').split(label), counts),
  };
}

/** Gives memory for the data that all tasks share a product of: kind by kind one array, from which each task takes its part. */
type Take = (kind: 'left' | 'right' | 'responses', count: number) => Float64Array;

function sideBySide(counts: readonly number[], { rows, cols, sensing, streamed }: Knobs): Take {
  const measured = counts.reduce((sum, count) => sum + count, 0);
  const held = streamed || sensing === 'gaussian' ? 0 : measured;
  const whole = {
    left: new Float64Array(sensing === 'rank-one' ? held * rows : 0),
    right: new Float64Array(held * cols),
    responses: new Float64Array(measured * (sensing === 'vector' ? rows : 1)),
  };
  const taken = { left: 0, right: 0, responses: 0 };
  return (kind, count) => {
    taken[kind] += count;
    return whole[kind].subarray(taken[kind] - count, taken[kind]);
  };
}

function measure(random: () => Random, factors: TaskFactors, count: number, take: Take, knobs: Knobs): TaskData {
  const measurements = drawMeasurements(() => random().split('measurements'), count, take, knobs);
  const responses = take('responses', measurements.count);
  measurements.forwardFactors(factors, responses);
  if (knobs.noise > 0) {
    const noise = random().split('noise').fillNormal(new Float64Array(measurements.count));
    for (let j = 0; j < noise.length; j++) responses[j] += knobs.noise * noise[j];
  }
  return { measurements, responses };
}

function drawMeasurements(random: () => Random, count: number, take: Take, { rows, cols, sensing, streamed }: Knobs): Measurements {
  if (sensing === 'gaussian') {
    const source = streamed ? random : random().fillNormal(new Float64Array(count * rows * cols));
    return new GaussianMeasurements(rows, cols, count, source);
  }
  const drawn = (kind: 'left' | 'right', width: number, stream: () => Random) => {
    const again = () => stream().fillNormal(new Float64Array(count * width));
    return new Rows(count, width, streamed ? again : stream().fillNormal(take(kind, count * width)));
  };
  if (sensing === 'vector') return new VectorMeasurements(drawn('right', cols, random), rows);
  return new RankOneMeasurements(
    drawn('left', rows, () => random().split('left')),
    drawn('right', cols, () => random().split('right')),
  );
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
  const { rows, cols, rank, tasks, sensing, cores } = knobs;
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
}

function checkChoice(name: string, value: string, known: readonly string[]): void {
  if (!known.includes(value)) throw new UserError(`regressionProblem: ${name} must be one of ${known.join(', ')}, got '${value}'`);
}
