import { UserError } from '../core/index.ts';
import { type Matrix, matmul, matmulNT, matmulTN, scale } from '../linalg/index.ts';
import { normalSystem } from './dense-projection.ts';
import type { Measurements, NormalSystem, Projection, Side, TaskData } from './measurements.ts';
import { checkNumbers } from './numbers.ts';

/** Rank-one sensing, y_j = x_jᵀ Θ z_j, that is A_j = x_j z_jᵀ: (d₁ + d₂) numbers per measurement. Source: ours. */
export class RankOneMeasurements implements Measurements {
  /** The x_j as rows, [m, d₁]. */
  readonly left: Matrix;
  /** The z_j as rows, [m, d₂]. */
  readonly right: Matrix;

  constructor(left: Matrix, right: Matrix) {
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
    return this.left.rows;
  }
  get bytes(): number {
    return this.left.data.byteLength + this.right.data.byteLength;
  }

  forward(theta: Matrix): Float64Array {
    return rowDots(matmul(this.left, theta), this.right);
  }

  adjoint(values: Float64Array): Matrix {
    return matmulTN(scaledRows(this.left, values), this.right);
  }

  project(moving: Side, fixed: Matrix, responses: Float64Array): RankOneProjection {
    const [own, other] = moving === 'u' ? [this.left, this.right] : [this.right, this.left];
    return new RankOneProjection(own, matmul(other, fixed), responses);
  }
}

/** P_j = x_j f_jᵀ, with f_j = Fᵀ z_j. Source: ours. */
class RankOneProjection implements Projection {
  readonly responses: Float64Array;
  readonly outside = 0;
  readonly exactWeight = false;
  readonly #own: Matrix;
  readonly #fixed: Matrix;

  /**
   * @param own the x_j as rows, [m, d]
   * @param fixed the f_j as rows, [m, r]
   */
  constructor(own: Matrix, fixed: Matrix, responses: Float64Array) {
    this.#own = own;
    this.#fixed = fixed;
    this.responses = responses;
  }

  forward(moving: Matrix, core: Matrix): Float64Array {
    return rowDots(matmul(this.#own, matmul(moving, core)), this.#fixed);
  }

  adjoint(values: Float64Array, core: Matrix): Matrix {
    return matmulNT(matmulTN(this.#own, scaledRows(this.#fixed, values)), core);
  }

  coreSystem(moving: Matrix): NormalSystem {
    return system(matmul(this.#own, moving), this.#fixed, this.responses);
  }

  basisSystem(core: Matrix): NormalSystem {
    return system(this.#own, matmulNT(this.#fixed, core), this.responses);
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
  return { measurements: new RankOneMeasurements(left, right), responses };
}

/** Row j of the design is a_j ⊗ b_j. */
function system(a: Matrix, b: Matrix, responses: Float64Array): NormalSystem {
  const unknowns = a.cols * b.cols;
  const design = new Float64Array(a.rows * unknowns);
  for (let j = 0; j < a.rows; j++) {
    for (let p = 0; p < a.cols; p++) {
      const factor = a.data[j * a.cols + p];
      const start = j * unknowns + p * b.cols;
      for (let q = 0; q < b.cols; q++) design[start + q] = factor * b.data[j * b.cols + q];
    }
  }
  return normalSystem(design, unknowns, responses);
}

function rowDots(a: Matrix, b: Matrix): Float64Array {
  const out = new Float64Array(a.rows);
  for (let j = 0; j < a.rows; j++) {
    for (let p = 0; p < a.cols; p++) out[j] += a.data[j * a.cols + p] * b.data[j * a.cols + p];
  }
  return out;
}

function scaledRows(a: Matrix, factors: Float64Array): Matrix {
  const result = scale(1, a);
  for (let j = 0; j < a.rows; j++) {
    for (let p = 0; p < a.cols; p++) result.data[j * a.cols + p] *= factors[j];
  }
  return result;
}
