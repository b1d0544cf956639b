import { type Random, UserError } from '../core/index.ts';
import { Matrix, matmul, matmulNT, multiply, multiplyEach, Scratch } from '../linalg/index.ts';
import { DenseProjection } from './dense-projection.ts';
import type { Measurements, Side, TaskData } from './measurements.ts';
import { checkNumbers } from './numbers.ts';
import { Rows } from './rows.ts';
import type { TaskFactors } from './truth.ts';

/** Bytes of streamed measurements that exist at a time. */
const CHUNK = 2 ** 22;

/** Numbers of products with a basis that are transposed at a time, while they are in the cache. */
const TRANSPOSED = 2 ** 15;

const scratch = new Scratch();

/**
 * Dense matrix sensing, y_j = ⟨A_j, Θ⟩, with the A_j in memory or drawn again, with the same numbers, whenever they are needed.
 * Source: CoLoRA's setting in our reading; the streaming is ours.
 */
export class GaussianMeasurements implements Measurements {
  readonly rows: number;
  readonly cols: number;
  readonly count: number;
  readonly #source: Float64Array | (() => Random);

  /**
   * @param source the A_j, [m, d₁, d₂] in row-major order, one after the other; or a function that gives the generator they
   *   are drawn from, from its beginning each time
   */
  constructor(rows: number, cols: number, count: number, source: Float64Array | (() => Random)) {
    this.rows = rows;
    this.cols = cols;
    this.count = count;
    this.#source = source;
  }

  get bytes(): number {
    return this.#source instanceof Float64Array ? this.#source.byteLength : 0;
  }

  /** The A_j in order, all at once from memory, or a chunk at a time in one buffer that the next chunk overwrites. */
  *chunks(): Generator<{ first: number; count: number; values: Float64Array }> {
    const source = this.#source;
    if (source instanceof Float64Array) {
      yield { first: 0, count: this.count, values: source };
      return;
    }
    const size = this.rows * this.cols;
    const atATime = Math.min(this.count, Math.max(1, Math.floor(CHUNK / (8 * size))));
    const buffer = new Float64Array(atATime * size);
    const random = source();
    for (let first = 0; first < this.count; first += atATime) {
      const count = Math.min(atATime, this.count - first);
      yield { first, count, values: random.fillNormal(buffer.subarray(0, count * size)) };
    }
  }

  forward(theta: Matrix): Float64Array {
    const out = new Float64Array(this.count);
    this.#forward(theta, out);
    return out;
  }

  forwardFactors({ u, core, v }: TaskFactors, out: Float64Array): void {
    this.#forward(matmulNT(matmul(u, core), v), out);
  }

  adjoint(values: Float64Array): Matrix {
    const result = new Matrix(this.rows, this.cols);
    for (const { first, count, values: own } of this.chunks()) {
      multiply(values.subarray(first, first + count), own, result.data, [1, count, result.data.length], { add: true });
    }
    return result;
  }

  adjointFactors(values: Float64Array): { left: Rows; right: Rows } {
    const identity = Matrix.identity(this.rows);
    return { left: new Rows(this.rows, this.rows, identity.data), right: new Rows(this.rows, this.cols, this.adjoint(values).data) };
  }

  projectionSize(moving: Side, rank: number): number {
    return this.count * rank * (moving === 'u' ? this.rows : this.cols);
  }

  project(moving: Side, fixed: Matrix, responses: Float64Array, memory?: Float64Array): DenseProjection {
    const { rows, cols } = this;
    const rank = fixed.cols;
    const projected = memory ?? new Float64Array(this.projectionSize(moving, rank));
    for (const { first, count, values } of this.chunks()) {
      if (moving === 'v') {
        const out = projected.subarray(first * rank * cols, (first + count) * rank * cols);
        multiplyEach(fixed.data, values, out, [rank, rows, cols], count);
      } else projectRows(values, fixed, projected.subarray(first * rank * rows, (first + count) * rank * rows), rows);
    }
    return new DenseProjection(projected, moving === 'u' ? rows : cols, rank, responses);
  }

  #forward({ data }: Matrix, out: Float64Array): void {
    for (const { first, count, values } of this.chunks()) {
      multiply(values, data, out.subarray(first, first + count), [count, data.length, 1]);
    }
  }
}

/** The (A_j V)ᵀ of A_j [rows, cols] that follow each other. */
function projectRows(values: Float64Array, v: Matrix, out: Float64Array, rows: number): void {
  const { rows: cols, cols: rank } = v;
  const count = values.length / (rows * cols);
  const atATime = Math.min(count, Math.ceil(TRANSPOSED / (rows * rank)));
  const products = scratch.take(atATime * rows * rank);
  for (let first = 0; first < count; first += atATime) {
    const some = Math.min(atATime, count - first);
    const own = products.subarray(0, some * rows * rank);
    multiply(values.subarray(first * rows * cols, (first + some) * rows * cols), v.data, own, [some * rows, cols, rank]);
    for (let j = 0; j < some; j++) {
      const [from, to] = [j * rows * rank, (first + j) * rows * rank];
      for (let c = 0; c < rank; c++) {
        for (let a = 0; a < rows; a++) out[to + c * rows + a] = own[from + a * rank + c];
      }
    }
  }
}

/**
 * One task's dense measurements from given numbers.
 *
 * @param measurements the A_j, [m, rows, cols], held without a copy
 * @param responses y, [m]
 * @throws UserError when there are none, the lengths do not match, or a number is not finite
 */
export function gaussianTask(rows: number, cols: number, measurements: Float64Array, responses: Float64Array): TaskData {
  if (responses.length === 0) throw new UserError('gaussianTask: responses must hold at least one number, got 0');
  const expected = responses.length * rows * cols;
  if (measurements.length !== expected) {
    const shape = `[${responses.length}, ${rows}, ${cols}]`;
    throw new UserError(`gaussianTask: measurements must be ${shape} of ${expected} values, got ${measurements.length}`);
  }
  checkNumbers('gaussianTask', 'measurements', measurements);
  checkNumbers('gaussianTask', 'responses', responses);
  return { measurements: new GaussianMeasurements(rows, cols, responses.length, measurements), responses };
}
