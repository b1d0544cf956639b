/** A matrix within a typed array: entry (i, j) is `data[offset + i · rowStride + j · columnStride]`. */
export interface Strided {
  data: Float64Array;
  offset?: number;
  rowStride: number;
  columnStride: number;
}

/** Terms summed before a tile is written back, so that the columns of B that it reads stay in the first-level cache. */
const BLOCK = 512;

/**
 * C += A · B on strided views: the one loop that all large products go through, so that native code can take over here.
 *
 * A tile of 2 × 4 sums stays in registers, which halves the loads per multiplication; wider tiles spill. Source: ours.
 *
 * @param a A, [m, n]
 * @param b B, [n, p]
 * @param c C, [m, p], added to
 */
export function gemm(a: Strided, b: Strided, c: Strided, m: number, n: number, p: number): void {
  for (let from = 0; from < n; from += BLOCK) {
    const to = Math.min(n, from + BLOCK);
    const whole = p - (p % 4);
    for (let i = 0; i < m; i += 2) {
      // The last row of an odd number is paired with itself and written once.
      const second = i + 1 < m ? i + 1 : i;
      for (let j = 0; j < whole; j += 4) tile4(a, b, c, i, second, j, from, to);
      for (let j = whole; j < p; j++) tile1(a, b, c, i, second, j, from, to);
    }
  }
}

function tile4(a: Strided, b: Strided, c: Strided, first: number, second: number, column: number, from: number, to: number): void {
  const aData = a.data;
  const bData = b.data;
  const { columnStride } = a;
  const { rowStride } = b;
  const step = b.columnStride;
  let x = (a.offset ?? 0) + first * a.rowStride + from * columnStride;
  const gap = (second - first) * a.rowStride;
  let w = (b.offset ?? 0) + from * rowStride + column * step;
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
  const out = c.data;
  const next = c.columnStride;
  const top = (c.offset ?? 0) + first * c.rowStride + column * next;
  out[top] += p0;
  out[top + next] += p1;
  out[top + 2 * next] += p2;
  out[top + 3 * next] += p3;
  if (second === first) return;
  const bottom = top + (second - first) * c.rowStride;
  out[bottom] += q0;
  out[bottom + next] += q1;
  out[bottom + 2 * next] += q2;
  out[bottom + 3 * next] += q3;
}

function tile1(a: Strided, b: Strided, c: Strided, first: number, second: number, column: number, from: number, to: number): void {
  const aData = a.data;
  const bData = b.data;
  const { columnStride } = a;
  const { rowStride } = b;
  let x = (a.offset ?? 0) + first * a.rowStride + from * columnStride;
  const gap = (second - first) * a.rowStride;
  let w = (b.offset ?? 0) + from * rowStride + column * b.columnStride;
  let upper = 0;
  let lower = 0;
  for (let l = from; l < to; l++) {
    const wl = bData[w];
    upper += aData[x] * wl;
    lower += aData[x + gap] * wl;
    x += columnStride;
    w += rowStride;
  }
  const top = (c.offset ?? 0) + first * c.rowStride + column * c.columnStride;
  c.data[top] += upper;
  if (second !== first) c.data[top + (second - first) * c.rowStride] += lower;
}

/** Columns of a Gram matrix that are made at a time. */
const PANEL = 64;

/**
 * Adds DᵀD to the lower triangle of a Gram matrix; what it leaves above the diagonal is meaningless. Source: ours.
 *
 * @param design D [m, n] in row-major order
 * @param gram [n, n] in row-major order, added to
 */
export function addGram(design: Float64Array, m: number, n: number, gram: Float64Array): void {
  for (let from = 0; from < n; from += PANEL) {
    const to = Math.min(n, from + PANEL);
    const a = { data: design, offset: from, rowStride: 1, columnStride: n };
    const b = { data: design, rowStride: n, columnStride: 1 };
    gemm(a, b, { data: gram, offset: from * n, rowStride: n, columnStride: 1 }, to - from, m, to);
  }
}
