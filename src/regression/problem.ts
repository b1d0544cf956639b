import { checkOptions, Random, type Seed, UserError } from '../core/index.ts';
import { Matrix, matmul, matmulNT, qr, scale, svd } from '../linalg/index.ts';

/** What one task has measured. */
export interface TaskData {
  /** The matrices A_ij, [m, d₁, d₂] in row-major order, one after the other. */
  readonly measurements: Float64Array;
  /** The responses y_ij, [m]. */
  readonly responses: Float64Array;
}

/** Shared bases and personal cores, of the truth or of an estimate: Θᵢ = U Λᵢ Vᵀ. */
export interface SharedModel {
  /** U [d₁, r], orthonormal columns. */
  readonly u: Matrix;
  /** V [d₂, r], orthonormal columns. */
  readonly v: Matrix;
  /** Λᵢ [r, r], one per task. */
  readonly cores: readonly Matrix[];
}

/** A heterogeneous linear regression whose truth is known. */
export interface RegressionProblem {
  readonly truth: SharedModel;
  /** The data of the k tasks. */
  readonly tasks: readonly TaskData[];
  /**
   * Fresh data of the same tasks.
   *
   * @param label names the batch; the same label gives the same data
   * @param measurementsPerTask m of this batch
   */
  freshTasks(label: Seed, measurementsPerTask: number): TaskData[];
}

/** The size and the knobs of a problem. */
export interface ProblemOptions {
  /** d₁, rows of Θᵢ. */
  rows: number;
  /** d₂, columns of Θᵢ. */
  cols: number;
  /** r. */
  rank: number;
  /** k, the number of tasks. */
  tasks: number;
  /** m. */
  measurementsPerTask: number;
  /** Standard deviation σ of the noise. */
  noise?: number;
  /** κ = σ₁/σ_r of every Θᵢ*, from 1 on; without effect when r = 1. */
  conditionNumber?: number;
  /** γ = maxᵢ‖Θᵢ*‖_F / minᵢ‖Θᵢ*‖_F, from 1 on. */
  scaleSpread?: number;
  /** ξ from 0 (unrelated cores) to 1 (one common core). */
  taskSimilarity?: number;
  seed: Seed;
}

/**
 * Heterogeneous linear regression: y_ij = ⟨A_ij, Θᵢ*⟩ + σ ε_ij with Θᵢ* = U* Λᵢ* V*ᵀ, and A_ij, ε_ij standard normal.
 * Source: ours (reading of CoLoRA, whose setting is heterogeneous linear regression with shared U*, V*).
 *
 * The cores start as √ξ Λ̄ + √(1−ξ) Zᵢ with normal Λ̄, Zᵢ; then the singular values of each are replaced by a geometric
 * sequence from 1 to 1/κ, so that κ holds for every task exactly, and scaled by γ^(i/(k−1)). Every task draws from its own
 * generator, in order: its data do not depend on the number of tasks, and more measurements extend fewer.
 *
 * Memory: 8 k m d₁ d₂ bytes.
 *
 * @throws UserError when a size or a knob is out of range
 */
export function regressionProblem(options: ProblemOptions): RegressionProblem {
  const { rows, cols, rank, tasks, measurementsPerTask, noise = 0, seed } = options;
  const { conditionNumber = 2, scaleSpread = 1, taskSimilarity = 0.5 } = options;
  checkProblemOptions({ ...options, noise, conditionNumber, scaleSpread, taskSimilarity });

  const random = new Random(seed).split('regression problem');
  const common = normalMatrix(random.split('common core'), rank, rank);
  const truth: SharedModel = {
    u: qr(normalMatrix(random.split('U'), rows, rank)).q,
    v: qr(normalMatrix(random.split('V'), cols, rank)).q,
    cores: Array.from({ length: tasks }, (_, i) => {
      const own = normalMatrix(random.split('core').split(i), rank, rank);
      const mixed = common.data.map((value, j) => Math.sqrt(taskSimilarity) * value + Math.sqrt(1 - taskSimilarity) * own.data[j]);
      const size = tasks > 1 ? scaleSpread ** (i / (tasks - 1)) : 1;
      return scale(size, withConditionNumber(new Matrix(rank, rank, mixed), conditionNumber));
    }),
  };
  const thetas = taskMatrices(truth);
  const draw = (stream: Random, count: number) => thetas.map((theta, i) => measure(stream.split(i), theta, count, noise));
  return {
    truth,
    tasks: draw(random.split('data'), measurementsPerTask),
    freshTasks(label, count) {
      checkWhole('measurementsPerTask', count, 1);
      return draw(random.split('fresh data').split(label), count);
    },
  };
}

/**
 * Θᵢ = U Λᵢ Vᵀ of every task.
 *
 * @returns k matrices [d₁, d₂]
 */
export function taskMatrices({ u, v, cores }: SharedModel): Matrix[] {
  return cores.map((core) => matmulNT(matmul(u, core), v));
}

function measure(random: Random, theta: Matrix, count: number, noise: number): TaskData {
  const size = theta.data.length;
  const measurements = random.split('measurements').fillNormal(new Float64Array(count * size));
  const responses = random.split('noise').fillNormal(new Float64Array(count));
  for (let j = 0; j < count; j++) {
    let product = 0;
    for (let p = 0; p < size; p++) product += measurements[j * size + p] * theta.data[p];
    responses[j] = product + noise * responses[j];
  }
  return { measurements, responses };
}

function normalMatrix(random: Random, rows: number, cols: number): Matrix {
  return new Matrix(rows, cols, random.fillNormal(new Float64Array(rows * cols)));
}

/** The singular vectors of A with singular values κ^(−j/(r−1)). */
function withConditionNumber(a: Matrix, conditionNumber: number): Matrix {
  const { u, s, v } = svd(a);
  const scaled = u.data.map((value, p) => value * conditionNumber ** (-(p % s.length) / Math.max(1, s.length - 1)));
  return matmulNT(new Matrix(u.rows, u.cols, scaled), v);
}

function checkProblemOptions(options: Required<ProblemOptions>): void {
  const sizes = ['rows', 'cols', 'tasks', 'measurementsPerTask'] as const;
  checkOptions('regressionProblem', options, [...sizes, 'rank', 'noise', 'conditionNumber', 'scaleSpread', 'taskSimilarity', 'seed']);
  for (const name of sizes) checkWhole(name, options[name], 1);
  const { rows, cols, rank, noise, conditionNumber, scaleSpread, taskSimilarity } = options;
  checkWhole('rank', rank, 1);
  if (rank > Math.min(rows, cols)) {
    throw new UserError(`regressionProblem: rank must be at most ${Math.min(rows, cols)} for matrices [${rows}, ${cols}], got ${rank}`);
  }
  checkRange('noise', noise, 0);
  checkRange('conditionNumber', conditionNumber, 1);
  checkRange('scaleSpread', scaleSpread, 1);
  checkRange('taskSimilarity', taskSimilarity, 0, 1);
}

function checkWhole(name: string, value: number, low: number): void {
  if (!(Number.isInteger(value) && value >= low)) {
    throw new UserError(`regressionProblem: ${name} must be a whole number from ${low} on, got ${value}`);
  }
}

function checkRange(name: string, value: number, low: number, high = Number.MAX_VALUE): void {
  if (!(value >= low && value <= high)) {
    const range = high === Number.MAX_VALUE ? `a finite number from ${low} on` : `a number from ${low} to ${high}`;
    throw new UserError(`regressionProblem: ${name} must be ${range}, got ${value}`);
  }
}
