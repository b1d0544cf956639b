import { UserError } from '../core/index.ts';
import { Matrix, matmul, matmulNT, matmulTN } from '../linalg/index.ts';
import type { IterativeProjection, Measurements, NormalSystem, Side, TaskData } from './measurements.ts';
import { normalSystem } from './normal-system.ts';
import { checkNumbers } from './numbers.ts';
import { Rows } from './rows.ts';
import type { TaskFactors } from './truth.ts';

/** Rank-one sensing, y_j = x_jᵀ Θ z_j, that is A_j = x_j z_jᵀ: (d₁ + d₂) numbers per measurement. Source: ours. */
export class RankOneMeasurements implements Measurements {
  /** The x_j as rows, [m, d₁]. */
  readonly left: Rows;
  /** The z_j as rows, [m, d₂]. */
  readonly right: Rows;

  constructor(left: Rows, right: Rows) {
    this.left = left;
    this.right = right;
  }

  get rows(): number {
    return this.left.cols;
  }
  get cols(): number {
    return this.right.cols;
  }
  get count(): number {
    return this.left.count;
  }
  get bytes(): number {
    return this.left.bytes + this.right.bytes;
  }

  forward(theta: Matrix): Float64Array {
    return rowDots(matmul(this.left.matrix, theta), this.right.matrix);
  }

  forwardFactors({ u, core, v }: TaskFactors, out: Float64Array): void {
    out.set(rowDots(matmul(matmul(this.left.matrix, u), core), matmul(this.right.matrix, v)));
  }

  adjoint(values: Float64Array): Matrix {
    return matmulTN(scaledRows(this.left.matrix, values), this.right.matrix);
  }

  adjointFactors(values: Float64Array): { left: Rows; right: Rows } {
    return { left: new Rows(this.count, this.rows, () => scaledRows(this.left.matrix, values).data), right: this.right };
  }

  projectionSize(): number {
    return 0;
  }

  reduction(moving: Side, fixed: Matrix): { rows: Rows; basis: Matrix } {
    return { rows: moving === 'u' ? this.right : this.left, basis: fixed };
  }

  project(moving: Side, fixed: Matrix, responses: Float64Array): RankOneProjection {
    const [own, other] = moving === 'u' ? [this.left, this.right] : [this.right, this.left];
    return new RankOneProjection(own, Rows.products([other], fixed)[0], responses);
  }
}

/** P_j = x_j f_jᵀ, with f_j = Fᵀ z_j; R holds the x_j. Source: ours. */
class RankOneProjection implements IterativeProjection {
  readonly responses: Float64Array;
  readonly outside = 0;
  readonly exactWeight = false;
  readonly rows: Rows;
  readonly #fixed: Matrix;

  /**
   * @param rows the x_j, [m, d]
   * @param fixed the f_j as rows, [m, r]
   */
  constructor(rows: Rows, fixed: Matrix, responses: Float64Array) {
    this.rows = rows;
    this.#fixed = fixed;
    this.responses = responses;
  }

  predicted(image: Matrix, core: Matrix): Float64Array {
    return rowDots(image, matmulNT(this.#fixed, core));
  }

  momentWeights(core: Matrix): Matrix {
    return scaledRows(matmulNT(this.#fixed, core), this.responses);
  }

  weights(values: Float64Array, core: Matrix, out: Matrix): void {
    out.data.set(scaledRows(matmulNT(this.#fixed, core), values).data);
  }

  coreSystem(image: Matrix): NormalSystem {
    return normalSystem(rowKroneckers(image, this.#fixed), this.responses);
  }

  basisSystem(core: Matrix): NormalSystem {
    return normalSystem(rowKroneckers(this.rows.matrix, matmulNT(this.#fixed, core)), this.responses);
  }

  /** Over standard normal x_j. */
  weight(core: Matrix): Matrix {
    const moved = matmulNT(this.#fixed, core);
    return matmulTN(moved, moved);
  }
}

/**
 * One task's rank-one measurements from given numbers.
 *
 * @param left the x_j as rows, [m, d₁]
 * @param right the z_j as rows, [m, d₂]
 * @param responses y, [m]
 * @throws UserError when there are none, the shapes do not match, or a number is not finite
 */
export function rankOneTask(left: Matrix, right: Matrix, responses: Float64Array): TaskData {
  if (responses.length === 0) throw new UserError('rankOneTask: responses must hold at least one number, got 0');
  if (left.rows !== responses.length || right.rows !== responses.length) {
    throw new UserError(`rankOneTask: left and right must have ${responses.length} rows, got ${left.shape} and ${right.shape}`);
  }
  checkNumbers('rankOneTask', 'left', left.data);
  checkNumbers('rankOneTask', 'right', right.data);
  checkNumbers('rankOneTask', 'responses', responses);
  const [x, z] = [left, right].map(({ rows, cols, data }) => new Rows(rows, cols, data));
  return { measurements: new RankOneMeasurements(x, z), responses };
}

/** Row j is a_j ⊗ b_j. */
function rowKroneckers(a: Matrix, b: Matrix): Matrix {
  const result = new Matrix(a.rows, a.cols * b.cols);
  for (let j = 0; j < a.rows; j++) {
    for (let p = 0; p < a.cols; p++) {
      const factor = a.data[j * a.cols + p];
      const start = j * result.cols + p * b.cols;
      for (let q = 0; q < b.cols; q++) result.data[start + q] = factor * b.data[j * b.cols + q];
    }
  }
  return result;
}

function rowDots(a: Matrix, b: Matrix): Float64Array {
  const out = new Float64Array(a.rows);
  for (let j = 0; j < a.rows; j++) {
    for (let p = 0; p < a.cols; p++) out[j] += a.data[j * a.cols + p] * b.data[j * a.cols + p];
  }
  return out;
}

/** diag(factors) A */
function scaledRows(a: Matrix, factors: Float64Array): Matrix {
  return new Matrix(
    a.rows,
    a.cols,
    a.data.map((value, p) => value * factors[Math.floor(p / a.cols)]),
  );
}
