import { UserError } from '../core/index.ts';

/**
 * A dense matrix of float64 in row-major order: entry (i, j) is `data[i * cols + j]`. Every function of this folder takes and
 * returns these, never changes its arguments, and returns fresh memory. A vector is a matrix of one column. Source: ours.
 */
export class Matrix {
  readonly rows: number;
  readonly cols: number;
  /** Length rows · cols. Held, not copied. */
  readonly data: Float64Array;

  /**
   * @param data row-major entries, held without a copy; zeros when left out
   * @throws UserError when rows or cols is no whole number ≥ 0, or data has another length than rows · cols
   */
  constructor(rows: number, cols: number, data: Float64Array = new Float64Array(checkedSize(rows, cols))) {
    if (data.length !== checkedSize(rows, cols)) {
      throw new UserError(`Matrix: data must have ${rows * cols} entries for [${rows}, ${cols}], got ${data.length}`);
    }
    this.rows = rows;
    this.cols = cols;
    this.data = data;
  }

  /**
   * A matrix from its rows.
   *
   * @throws UserError when the rows differ in length
   */
  static fromRows(rows: readonly ArrayLike<number>[]): Matrix {
    const cols = rows[0]?.length ?? 0;
    const result = new Matrix(rows.length, cols);
    rows.forEach((row, i) => {
      if (row.length !== cols) throw new UserError(`fromRows: row ${i} must have ${cols} entries like row 0, got ${row.length}`);
      result.data.set(row, i * cols);
    });
    return result;
  }

  /** The matrix [n, 1] of n values, copied. */
  static column(values: ArrayLike<number>): Matrix {
    return new Matrix(values.length, 1, Float64Array.from(values));
  }

  /** The identity [n, n]. */
  static identity(n: number): Matrix {
    const result = new Matrix(n, n);
    for (let i = 0; i < n; i++) result.data[i * n + i] = 1;
    return result;
  }

  /** Entry (i, j), undefined outside. */
  at(i: number, j: number): number {
    return this.data[i * this.cols + j];
  }

  /** The shape as error messages show it, such as `[40, 8]`. */
  get shape(): string {
    return `[${this.rows}, ${this.cols}]`;
  }

  /** The rows as nested arrays, copied. */
  toRows(): number[][] {
    return Array.from({ length: this.rows }, (_, i) => Array.from(this.data.subarray(i * this.cols, (i + 1) * this.cols)));
  }
}

function checkedSize(rows: number, cols: number): number {
  if (!(Number.isInteger(rows) && Number.isInteger(cols) && rows >= 0 && cols >= 0)) {
    throw new UserError(`Matrix: rows and cols must be whole numbers from 0 on, got [${rows}, ${cols}]`);
  }
  return rows * cols;
}

/** A [m, n] → Aᵀ [n, m]. */
export function transpose(a: Matrix): Matrix {
  const result = new Matrix(a.cols, a.rows);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < a.cols; j++) result.data[j * a.rows + i] = a.data[i * a.cols + j];
  }
  return result;
}

/**
 * A + c · B, entry by entry; `addScaled(a, -1, b)` is the difference.
 *
 * @throws UserError when the shapes differ
 */
export function addScaled(a: Matrix, factor: number, b: Matrix): Matrix {
  if (a.rows !== b.rows || a.cols !== b.cols) throw new UserError(`addScaled: B must be ${a.shape} like A, got ${b.shape}`);
  return new Matrix(
    a.rows,
    a.cols,
    a.data.map((value, i) => value + factor * b.data[i]),
  );
}

/** c · A. */
export function scale(factor: number, a: Matrix): Matrix {
  return new Matrix(
    a.rows,
    a.cols,
    a.data.map((value) => factor * value),
  );
}

/** The first `count` columns of A [m, n] → [m, count]. */
export function leadingColumns(a: Matrix, count: number): Matrix {
  if (!(Number.isInteger(count) && count >= 0 && count <= a.cols)) {
    throw new UserError(`leadingColumns: count must be a whole number from 0 to ${a.cols} for A ${a.shape}, got ${count}`);
  }
  const result = new Matrix(a.rows, count);
  for (let i = 0; i < a.rows; i++) result.data.set(a.data.subarray(i * a.cols, i * a.cols + count), i * count);
  return result;
}

/** ‖A‖_F, the root of the sum of squares. */
export function frobeniusNorm(a: Matrix): number {
  let sum = 0;
  for (const value of a.data) sum += value * value;
  return Math.sqrt(sum);
}

/**
 * @param where the function that was called, for the message
 * @param name the argument
 * @throws UserError naming the first entry that is NaN or infinite
 */
export function checkFinite(where: string, name: string, a: Matrix): void {
  const bad = a.data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const place = `(${Math.floor(bad / a.cols)}, ${bad % a.cols})`;
    throw new UserError(`${where}: ${name} ${a.shape} must be finite, got ${a.data[bad]} at ${place}`);
  }
}
