// The loops that take the time. Each keeps a tile of 2 × 4 sums in registers, which halves the loads per multiplication
// against plain dot products; wider tiles spill.

/** n rounded up to the width of a tile. */
export function padded(n: number): number {
  return Math.ceil(n / 4) * 4;
}

/** One index of the measurement matrices: how many values it takes and how far apart they lie in memory. */
export interface Axis {
  size: number;
  stride: number;
}

/**
 * Contracts one index of `count` measurement matrices with a basis: out_j[c, a] = Σ_b A_j(a, b) W[b, c].
 *
 * With `kept` the row index this is (A_j V)ᵀ for W = V; with `kept` the column index it is (A_jᵀ U)ᵀ for W = U. Source: ours.
 *
 * @param measurements `count` matrices of kept.size · summed.size values each
 * @param basis W [summed.size, width], width a multiple of 4
 * @param out [count, width, kept.size], overwritten
 */
export function contract(
  measurements: Float64Array,
  count: number,
  kept: Axis,
  summed: Axis,
  basis: Float64Array,
  width: number,
  out: Float64Array,
): void {
  const size = kept.size * summed.size;
  const row = kept.size;
  for (let j = 0; j < count; j++) {
    for (let a = 0; a < row; a += 2) {
      // The last row of an odd number is paired with itself.
      const second = a + 1 < row ? a + 1 : a;
      for (let c = 0; c < width; c += 4) {
        let p0 = 0;
        let p1 = 0;
        let p2 = 0;
        let p3 = 0;
        let q0 = 0;
        let q1 = 0;
        let q2 = 0;
        let q3 = 0;
        let x = j * size + a * kept.stride;
        let y = j * size + second * kept.stride;
        let w = c;
        for (let b = 0; b < summed.size; b++) {
          const xb = measurements[x];
          const yb = measurements[y];
          const w0 = basis[w];
          const w1 = basis[w + 1];
          const w2 = basis[w + 2];
          const w3 = basis[w + 3];
          p0 += xb * w0;
          p1 += xb * w1;
          p2 += xb * w2;
          p3 += xb * w3;
          q0 += yb * w0;
          q1 += yb * w1;
          q2 += yb * w2;
          q3 += yb * w3;
          x += summed.stride;
          y += summed.stride;
          w += width;
        }
        const first = (j * width + c) * row;
        out[first + a] = p0;
        out[first + row + a] = p1;
        out[first + 2 * row + a] = p2;
        out[first + 3 * row + a] = p3;
        out[first + second] = q0;
        out[first + row + second] = q1;
        out[first + 2 * row + second] = q2;
        out[first + 3 * row + second] = q3;
      }
    }
  }
}

/**
 * Adds D Dᵀ to the lower triangle of a Gram matrix; what it leaves above the diagonal is meaningless. Source: ours.
 *
 * @param design D [n, count], n a multiple of 4: one row per unknown, one column per measurement
 * @param gram [n, n], added to
 */
export function addGram(design: Float64Array, n: number, count: number, gram: Float64Array): void {
  for (let a = 0; a < n; a += 2) {
    for (let b = 0; b <= a; b += 4) {
      let p0 = 0;
      let p1 = 0;
      let p2 = 0;
      let p3 = 0;
      let q0 = 0;
      let q1 = 0;
      let q2 = 0;
      let q3 = 0;
      const x = a * count;
      const y = x + count;
      const z0 = b * count;
      const z1 = z0 + count;
      const z2 = z1 + count;
      const z3 = z2 + count;
      for (let j = 0; j < count; j++) {
        const xj = design[x + j];
        const yj = design[y + j];
        const d0 = design[z0 + j];
        const d1 = design[z1 + j];
        const d2 = design[z2 + j];
        const d3 = design[z3 + j];
        p0 += xj * d0;
        p1 += xj * d1;
        p2 += xj * d2;
        p3 += xj * d3;
        q0 += yj * d0;
        q1 += yj * d1;
        q2 += yj * d2;
        q3 += yj * d3;
      }
      const g = a * n + b;
      const h = g + n;
      gram[g] += p0;
      gram[g + 1] += p1;
      gram[g + 2] += p2;
      gram[g + 3] += p3;
      gram[h] += q0;
      gram[h + 1] += q1;
      gram[h + 2] += q2;
      gram[h + 3] += q3;
    }
  }
}

/**
 * Adds D y to the right-hand side of the normal equations.
 *
 * @param design D [n, count]
 * @param responses y [count]
 * @param rhs [n], added to
 */
export function addMoment(design: Float64Array, n: number, count: number, responses: Float64Array, rhs: Float64Array): void {
  for (let a = 0; a < n; a++) {
    let sum = 0;
    for (let j = 0; j < count; j++) sum += design[a * count + j] * responses[j];
    rhs[a] += sum;
  }
}
