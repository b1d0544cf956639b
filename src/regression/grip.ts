import { checkOptions, type Random, UserError } from '../core/index.ts';
import { addScaled, Matrix, matmul, matmulNT, qr, scale, svd, symmetricEigen, transpose } from '../linalg/index.ts';
import type { Measurements, Projection, Side } from './measurements.ts';
import { checkWhole } from './numbers.ts';
import { addNormalProduct, imagesOf, project as projectTasks } from './projections.ts';
import { normalMatrix } from './truth.ts';

/** A family Xᵢ = P Mᵢ Qᵀ that the measurements distort. */
export interface GripBound {
  /** |Σᵢ‖𝒜ᵢ(Xᵢ)‖²/mᵢ − Σᵢ‖Xᵢ‖_F²| / Σᵢ‖Xᵢ‖_F² of the worst family found: δ is at least this. */
  delta: number;
  /** Whether that family is measured too long or too short. */
  sign: 'stretched' | 'shrunk';
  /** P [d₁, r] and Q [d₂, r], orthonormal columns. */
  p: Matrix;
  q: Matrix;
  /** Mᵢ [r, r]; zero for tasks that have no part in it. */
  cores: Matrix[];
}

/** How the search runs. */
export interface GripOptions {
  /** `equal`: all ‖Mᵢ‖_F are the same; `free`: any family, which may put all its weight on one task. */
  weights?: 'equal' | 'free';
  /** Random starts, each for stretching and for shrinking. */
  restarts?: number;
  /** Rounds of (M, P, Q) per start. */
  rounds?: number;
  random: Random;
}

/**
 * Searches for the family with shared P, Q that the measurements distort most. Gives a lower bound of the constant δ of GRIP; the
 * constant itself is out of reach. Ordinary RIP is one task.
 * Source: ours (reading of CoLoRA, Definitions 3 and 4). As those read, the weights are free; `equal` is our second reading.
 *
 * In turn: every Mᵢ is an extremal eigenvector of its r² × r² Gram matrix; P and Q go to the polar factor of the gradient, which
 * never makes the objective worse, as the objective (for shrinking: plus a multiple of the length, which is fixed) is convex.
 *
 * @param family measurements of all tasks, of one size; entries of variance 1
 * @param rank r
 * @throws UserError when the family is empty, sizes differ, or the rank is too large
 */
export function gripLowerBound(family: readonly Measurements[], rank: number, options: GripOptions): GripBound {
  checkOptions('gripLowerBound', options, ['weights', 'restarts', 'rounds', 'random']);
  const { weights = 'equal', restarts = 2, rounds = 12, random } = options;
  check(family, rank, restarts, rounds);
  let best: GripBound | undefined;
  for (let restart = 0; restart < restarts; restart++) {
    for (const sign of ['stretched', 'shrunk'] as const) {
      const found = search(family, rank, sign, weights, rounds, random.split(restart));
      if (best === undefined || found.delta > best.delta) best = found;
    }
  }
  return best!;
}

/** √((d₁ r + d₂ r + k r²) / (k m)) up to the constant that theory leaves open. Source: ours (reading of CoLoRA, Proposition 1). */
export function gripScaling(rows: number, cols: number, rank: number, tasks: number, measurementsPerTask: number): number {
  return Math.sqrt(((rows + cols) * rank + tasks * rank ** 2) / (tasks * measurementsPerTask));
}

function search(
  family: readonly Measurements[],
  rank: number,
  sign: GripBound['sign'],
  weights: 'equal' | 'free',
  rounds: number,
  random: Random,
): GripBound {
  const { rows, cols } = family[0];
  let p = qr(normalMatrix(random.split('P'), rows, rank)).q;
  let q = qr(normalMatrix(random.split('Q'), cols, rank)).q;
  let cores: Matrix[] = [];
  let energy = 0;
  for (let round = 0; round < rounds; round++) {
    const left = project(family, 'u', q);
    ({ cores, energy } = worstCores(left, p, sign, weights, family));
    p = polarStep(left, cores, p, sign, family);
    const right = project(family, 'v', p);
    q = polarStep(right, cores.map(transpose), q, sign, family);
  }
  ({ cores, energy } = worstCores(project(family, 'u', q), p, sign, weights, family));
  return { delta: sign === 'stretched' ? energy - 1 : 1 - energy, sign, p, q, cores };
}

/** The family's measured length for its unit length, Σ‖𝒜ᵢ(Xᵢ)‖²/mᵢ, at the cores that make it extremal. */
function worstCores(
  projections: readonly Projection[],
  p: Matrix,
  sign: GripBound['sign'],
  weights: 'equal' | 'free',
  family: readonly Measurements[],
): { cores: Matrix[]; energy: number } {
  const rank = p.cols;
  const images = imagesOf(projections, p);
  const own = projections.map((projection, i) => {
    const { values, vectors } = symmetricEigen(projection.coreSystem(images[i], p).gram);
    const which = sign === 'stretched' ? 0 : values.length - 1;
    const core = new Matrix(rank, rank);
    for (let a = 0; a < core.data.length; a++) core.data[a] = vectors.at(a, which);
    return { core, energy: values[which] / family[i].count };
  });
  if (weights === 'equal') {
    const share = 1 / own.length;
    const energy = own.reduce((sum, task) => sum + task.energy * share, 0);
    return { cores: own.map(({ core }) => scale(Math.sqrt(share), core)), energy };
  }
  const worst = own.reduce((a, b) => ((sign === 'stretched') === b.energy > a.energy ? b : a));
  return { cores: own.map((task) => (task === worst ? task.core : new Matrix(rank, rank))), energy: worst.energy };
}

/** The polar factor of the gradient in P: the best linear bound of a convex objective over orthonormal P. */
function polarStep(
  projections: readonly Projection[],
  cores: readonly Matrix[],
  p: Matrix,
  sign: GripBound['sign'],
  family: readonly Measurements[],
): Matrix {
  const perMeasurement = cores.map((core, i) => scale(1 / Math.sqrt(family[i].count), core));
  let gradient = new Matrix(p.rows, p.cols);
  addNormalProduct(projections, perMeasurement, p, gradient);
  if (sign === 'shrunk') {
    // The length, which does not change, is added often enough to make the objective convex.
    gradient = scale(-1, gradient);
    for (const core of cores) gradient = addScaled(gradient, CONVEXITY, matmul(p, matmulNT(core, core)));
  }
  const { u, v } = svd(gradient);
  return matmulNT(u, v);
}

/** Above the largest ‖𝒜(X)‖²/m for unit X of the ranks that are searched. */
const CONVEXITY = 4;

function project(family: readonly Measurements[], moving: Side, fixed: Matrix): Projection[] {
  const tasks = family.map((measurements) => ({ measurements, responses: new Float64Array(measurements.count) }));
  return projectTasks(tasks, moving, fixed);
}

function check(family: readonly Measurements[], rank: number, restarts: number, rounds: number): void {
  checkWhole('gripLowerBound', 'restarts', restarts, 1);
  checkWhole('gripLowerBound', 'rounds', rounds, 1);
  checkWhole('gripLowerBound', 'rank', rank, 1);
  if (family.length === 0) throw new UserError('gripLowerBound: family must hold at least one task, got 0');
  const { rows, cols } = family[0];
  if (rank > Math.min(rows, cols)) {
    throw new UserError(`gripLowerBound: rank must be at most ${Math.min(rows, cols)} for [${rows}, ${cols}], got ${rank}`);
  }
  for (const measurements of family) {
    if (measurements.rows !== rows || measurements.cols !== cols) {
      throw new UserError(`gripLowerBound: all tasks must be of [${rows}, ${cols}], got [${measurements.rows}, ${measurements.cols}]`);
    }
  }
}
