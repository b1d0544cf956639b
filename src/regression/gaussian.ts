import { type Random, UserError } from '../core/index.ts';
import { gemm, Matrix } from '../linalg/index.ts';
import { DenseProjection } from './dense-projection.ts';
import { type Measurements, rowProducts, type Side, type TaskData, weightedRows } from './measurements.ts';
import { checkNumbers } from './numbers.ts';

/** Bytes of streamed measurements that exist at a time. */
const CHUNK = 2 ** 22;

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
    for (const { first, count, values } of this.chunks()) rowProducts(values, theta.data, out.subarray(first, first + count));
    return out;
  }

  adjoint(values: Float64Array): Matrix {
    const result = new Matrix(this.rows, this.cols);
    for (const chunk of this.chunks()) {
      weightedRows(chunk.values, values.subarray(chunk.first, chunk.first + chunk.count), result.data);
    }
    return result;
  }

  project(moving: Side, fixed: Matrix, responses: Float64Array): DenseProjection {
    const { rows, cols } = this;
    const rank = fixed.cols;
    const basis = { data: fixed.data, rowStride: rank, columnStride: 1 };
    const d = moving === 'u' ? rows : cols;
    const projected = new Float64Array(this.count * d * rank);
    for (const { first, count, values } of this.chunks()) {
      const offset = first * d * rank;
      if (moving === 'u') {
        const out = { data: projected, offset, rowStride: rank, columnStride: 1 };
        gemm({ data: values, rowStride: cols, columnStride: 1 }, basis, out, count * rows, cols, rank);
        continue;
      }
      for (let j = 0; j < count; j++) {
        const own = { data: values, offset: j * rows * cols, rowStride: 1, columnStride: cols };
        gemm(own, basis, { data: projected, offset: offset + j * d * rank, rowStride: rank, columnStride: 1 }, cols, rows, rank);
      }
    }
    return new DenseProjection(projected, d, rank, responses);
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
