import { gemmSync } from '../engine/index.ts';
import { Scratch } from './scratch.ts';

/** How `multiply` reads its operands and writes its result. */
export interface MultiplyOptions {
  /** Whether A is given as [n, m]. */
  transposeA?: boolean;
  /** Whether B is given as [p, n]. */
  transposeB?: boolean;
  /** C += A · B instead of C = A · B. */
  add?: boolean;
}

/** Multiplications from which a native call, at 10 to 20 µs, is cheaper than the loops. */
const NATIVE = 2 ** 15;

const scratch = new Scratch();

/**
 * C = A · B on row-major arrays: the one function that all products go through. Large ones run on the engine's native code, the
 * others in loops over tiles. Source: ours.
 *
 * @param a A, [m, n]
 * @param b B, [n, p]
 * @param c C, [m, p], overwritten or added to
 */
export function multiply(
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  [m, n, p]: readonly [number, number, number],
  { transposeA = false, transposeB = false, add = false }: MultiplyOptions = {},
): void {
  if (m * n * p >= NATIVE) {
    const into = add ? scratch.take(m * p) : c;
    gemmSync(a, b, [m, n, p], { transposeA, transposeB, into });
    if (add) for (let i = 0; i < into.length; i++) c[i] += into[i];
    return;
  }
  if (!add) c.fill(0);
  const left = transposeA ? { data: a, rowStride: 1, columnStride: m } : { data: a, rowStride: n, columnStride: 1 };
  const right = transposeB ? { data: b, rowStride: 1, columnStride: n } : { data: b, rowStride: p, columnStride: 1 };
  for (let from = 0; from < n; from += BLOCK) {
    const to = Math.min(n, from + BLOCK);
    const whole = p - (p % 4);
    for (let i = 0; i < m; i += 2) {
      // The last row of an odd number is paired with itself and written once.
      const second = i + 1 < m ? i + 1 : i;
      for (let j = 0; j < whole; j += 4) tile4(left, right, c, p, i, second, j, from, to);
      for (let j = whole; j < p; j++) tile1(left, right, c, p, i, second, j, from, to);
    }
  }
}

/**
 * C_j = Aᵀ · B_j for matrices that follow each other in memory. Source: ours.
 *
 * @param a A, [n, m]
 * @param b the B_j, [count, n, p]
 * @param c the C_j, [count, m, p], overwritten
 */
export function multiplyEach(
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  [m, n, p]: readonly [number, number, number],
  count: number,
): void {
  if (count * m * n * p < NATIVE) {
    for (let j = 0; j < count; j++) {
      multiply(a, b.subarray(j * n * p, (j + 1) * n * p), c.subarray(j * m * p, (j + 1) * m * p), [m, n, p], { transposeA: true });
    }
    return;
  }
  const atATime = Math.min(count, Math.ceil((2 * NATIVE) / a.length));
  const copies = scratch.take(atATime * a.length);
  for (let j = 0; j < atATime; j++) copies.set(a, j * a.length);
  for (let from = 0; from < count; from += atATime) {
    const batch = Math.min(atATime, count - from);
    const into = c.subarray(from * m * p, (from + batch) * m * p);
    const own = b.subarray(from * n * p, (from + batch) * n * p);
    gemmSync(copies.subarray(0, batch * a.length), own, [m, n, p], { transposeA: true, batch, into });
  }
}

/** A matrix within a typed array: entry (i, j) is `data[i · rowStride + j · columnStride]`. */
interface Strided {
  data: Float64Array;
  rowStride: number;
  columnStride: number;
}

/** Terms summed before a tile is written back, so that the columns of B that it reads stay in the first-level cache. */
const BLOCK = 512;

/** Adds 2 × 4 entries of A · B, whose sums stay in registers; wider tiles spill. */
function tile4(
  a: Strided,
  b: Strided,
  out: Float64Array,
  width: number,
  first: number,
  second: number,
  column: number,
  from: number,
  to: number,
): void {
  const aData = a.data;
  const bData = b.data;
  const { columnStride } = a;
  const { rowStride } = b;
  const step = b.columnStride;
  let x = first * a.rowStride + from * columnStride;
  const gap = (second - first) * a.rowStride;
  let w = from * rowStride + column * step;
  let p0 = 0;
  let p1 = 0;
  let p2 = 0;
  let p3 = 0;
  let q0 = 0;
  let q1 = 0;
  let q2 = 0;
  let q3 = 0;
  for (let l = from; l < to; l++) {
    const xl = aData[x];
    const yl = aData[x + gap];
    const w0 = bData[w];
    const w1 = bData[w + step];
    const w2 = bData[w + 2 * step];
    const w3 = bData[w + 3 * step];
    p0 += xl * w0;
    p1 += xl * w1;
    p2 += xl * w2;
    p3 += xl * w3;
    q0 += yl * w0;
    q1 += yl * w1;
    q2 += yl * w2;
    q3 += yl * w3;
    x += columnStride;
    w += rowStride;
  }
  const top = first * width + column;
  out[top] += p0;
  out[top + 1] += p1;
  out[top + 2] += p2;
  out[top + 3] += p3;
  if (second === first) return;
  const bottom = second * width + column;
  out[bottom] += q0;
  out[bottom + 1] += q1;
  out[bottom + 2] += q2;
  out[bottom + 3] += q3;
}

/** Adds 2 × 1 entries of A · B. */
function tile1(
  a: Strided,
  b: Strided,
  out: Float64Array,
  width: number,
  first: number,
  second: number,
  column: number,
  from: number,
  to: number,
): void {
  const aData = a.data;
  const bData = b.data;
  const { columnStride } = a;
  const { rowStride } = b;
  let x = first * a.rowStride + from * columnStride;
  const gap = (second - first) * a.rowStride;
  let w = from * rowStride + column * b.columnStride;
  let upper = 0;
  let lower = 0;
  for (let l = from; l < to; l++) {
    const wl = bData[w];
    upper += aData[x] * wl;
    lower += aData[x + gap] * wl;
    x += columnStride;
    w += rowStride;
  }
  out[first * width + column] += upper;
  if (second !== first) out[second * width + column] += lower;
}
