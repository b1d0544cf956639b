import { Matrix, matmul, multiply, Scratch } from '../linalg/index.ts';

/** Bytes of rows that are multiplied at once: few calls, and what is read twice is still in the cache. */
const BLOCK = 2 ** 23;

/**
 * A tall matrix R [n, d] of data that a basis [d, r] is multiplied with, in memory or drawn again, with the same numbers, whenever
 * it is needed. The functions below take those of many tasks, and multiply the ones side by side in memory at once. Source: ours.
 */
export class Rows {
  /** n */
  readonly count: number;
  /** d */
  readonly cols: number;
  readonly #source: Float64Array | (() => Float64Array);
  /** The last basis that R was multiplied with, and the product: successive steps ask for it again. */
  #last: { basis: Matrix; product: Matrix } | undefined;

  /** @param source R in row-major order, held without a copy, or a function that makes it */
  constructor(count: number, cols: number, source: Float64Array | (() => Float64Array)) {
    this.count = count;
    this.cols = cols;
    this.#source = source;
  }

  /** R; one that is drawn is made anew each time. */
  get matrix(): Matrix {
    return new Matrix(this.count, this.cols, typeof this.#source === 'function' ? this.#source() : this.#source);
  }

  /** What is held in memory. */
  get bytes(): number {
    return typeof this.#source === 'function' ? 0 : this.#source.byteLength;
  }

  /** Rᵢ B of every task, kept until the next B. */
  static products(all: readonly Rows[], basis: Matrix): Matrix[] {
    if (!all.every((rows) => rows.#last?.basis === basis)) {
      for (const { first, count, matrix } of blocks(all)) {
        split(matmul(matrix, basis), all.slice(first, first + count)).forEach((product, i) => {
          all[first + i].#last = { basis, product };
        });
      }
    }
    return all.map((rows) => rows.#last!.product);
  }
}

const images = new Scratch();
const stacked = new Scratch();

/** sum += Σᵢ RᵢᵀWᵢ, with Wᵢ [n, r] written by `weights`. */
export function addTransposedProducts(all: readonly Rows[], weights: (i: number, out: Matrix) => void, sum: Matrix): void {
  for (const { first, count, matrix } of blocks(all)) {
    const own = new Matrix(matrix.rows, sum.cols, stacked.take(matrix.rows * sum.cols));
    split(own, all.slice(first, first + count)).forEach((out, i) => {
      weights(first + i, out);
    });
    multiply(matrix.data, own.data, sum.data, [sum.rows, matrix.rows, sum.cols], { transposeA: true, add: true });
  }
}

/** sum += Σᵢ RᵢᵀWᵢ with Wᵢ a function of the image Rᵢ B, which `weights` must not keep; reads every Rᵢ once. */
export function addNormalProducts(
  all: readonly Rows[],
  basis: Matrix,
  weights: (i: number, out: Matrix, image: Matrix) => void,
  sum: Matrix,
): void {
  for (const { first, count, matrix } of blocks(all)) {
    const parts = all.slice(first, first + count);
    const image = new Matrix(matrix.rows, basis.cols, images.take(matrix.rows * basis.cols));
    multiply(matrix.data, basis.data, image.data, [matrix.rows, matrix.cols, basis.cols]);
    const own = new Matrix(matrix.rows, sum.cols, stacked.take(matrix.rows * sum.cols));
    const outs = split(own, parts);
    split(image, parts).forEach((product, i) => {
      weights(first + i, outs[i], product);
    });
    multiply(matrix.data, own.data, sum.data, [sum.rows, matrix.rows, sum.cols], { transposeA: true, add: true });
  }
}

/** Runs of matrices that lie side by side in memory, each as one matrix. */
function* blocks(all: readonly Rows[]): Generator<{ first: number; count: number; matrix: Matrix }> {
  let first = 0;
  let open: Matrix | undefined;
  for (let i = 0; i < all.length; i++) {
    const next = all[i].matrix;
    const merged = open && sideBySide(open, next);
    if (open && !merged) {
      yield { first, count: i - first, matrix: open };
      first = i;
    }
    open = merged ?? next;
  }
  if (open) yield { first, count: all.length - first, matrix: open };
}

function sideBySide(a: Matrix, b: Matrix): Matrix | undefined {
  const length = a.data.length + b.data.length;
  if (a.data.buffer !== b.data.buffer || a.data.byteOffset + a.data.byteLength !== b.data.byteOffset || length * 8 > BLOCK)
    return undefined;
  return new Matrix(a.rows + b.rows, a.cols, new Float64Array(a.data.buffer, a.data.byteOffset, length));
}

function split(whole: Matrix, parts: readonly Rows[]): Matrix[] {
  let start = 0;
  return parts.map(({ count }) => {
    start += count;
    return new Matrix(count, whole.cols, whole.data.subarray((start - count) * whole.cols, start * whole.cols));
  });
}
