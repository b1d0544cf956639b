import type { Matrix } from '../linalg/index.ts';

/** Which of the two shared bases moves while the other is fixed. */
export type Side = 'u' | 'v';

/** Normal equations G x = b. */
export interface NormalSystem {
  /** G [n, n]; only the lower triangle is meant. */
  gram: Matrix;
  /** b [n, 1] */
  moment: Matrix;
}

/** What one task measures: a linear map 𝒜 from matrices Θ [d₁, d₂] to `count` numbers, 𝒜(Θ)_j = ⟨A_j, Θ⟩. Source: ours. */
export interface Measurements {
  /** d₁ */
  readonly rows: number;
  /** d₂ */
  readonly cols: number;
  /** The number of scalar responses. */
  readonly count: number;
  /** What is held in memory. */
  readonly bytes: number;
  /** 𝒜(Θ) for a dense Θ [d₁, d₂]. */
  forward(theta: Matrix): Float64Array;
  /** 𝒜*(z) = Σ_j z_j A_j, [d₁, d₂]. */
  adjoint(values: Float64Array): Matrix;
  /**
   * The measurements as a function of one basis while the other is fixed: all that the steps of CoAltMin need.
   *
   * @param moving the basis that is to move
   * @param fixed the other basis [d, r]
   * @param responses y, `count` numbers
   */
  project(moving: Side, fixed: Matrix, responses: Float64Array): Projection;
}

/**
 * A task's measurements with one basis fixed (F) and the other moving (M, [d, r]). U and V play the same part:
 *
 *   𝒜(Θ)_j = ⟨P_j, M X⟩,   P_j = A_j V and X = Λ when U moves,   P_j = A_jᵀ U and X = Λᵀ when V moves.
 *
 * Source: ours.
 */
export interface Projection {
  /** The responses that M and X are to explain; where `outside` is not zero, coordinates of y rather than y itself. */
  readonly responses: Float64Array;
  /** The squared length of the part of y that no M and X can explain. */
  readonly outside: number;
  /** ⟨P_j, M X⟩ for every response. */
  forward(moving: Matrix, core: Matrix): Float64Array;
  /** (Σ_j z_j P_j) Xᵀ, [d, r]. */
  adjoint(values: Float64Array, core: Matrix): Matrix;
  /** Normal equations of X with M fixed; vec in row-major order, r² unknowns. */
  coreSystem(moving: Matrix): NormalSystem;
  /** Normal equations of M with X fixed; vec in row-major order, d·r unknowns. */
  basisSystem(core: Matrix): NormalSystem;
  /** W [r, r] such that the normal equations of M are near M ↦ M W: the preconditioner. */
  weight(core: Matrix): Matrix;
  /** Whether they are exactly that. */
  readonly exactWeight: boolean;
  /** Solves for X by the structure of the measurements, where there is one and it determines X. */
  structuredCore?(moving: Matrix): Matrix | undefined;
}

/** What one task has measured. */
export interface TaskData {
  readonly measurements: Measurements;
  /** y, `measurements.count` numbers. */
  readonly responses: Float64Array;
}

/** Σ_j z_j ⟨row j⟩ of rows [m, n], four rows at a time. */
export function weightedRows(rows: Float64Array, weights: Float64Array, out: Float64Array): void {
  const n = out.length;
  const whole = weights.length - (weights.length % 4);
  for (let j = 0; j < whole; j += 4) {
    const start = j * n;
    const [w0, w1, w2, w3] = [weights[j], weights[j + 1], weights[j + 2], weights[j + 3]];
    for (let p = 0; p < n; p++) {
      const x = start + p;
      out[p] += w0 * rows[x] + w1 * rows[x + n] + w2 * rows[x + 2 * n] + w3 * rows[x + 3 * n];
    }
  }
  for (let j = whole; j < weights.length; j++) {
    for (let p = 0; p < n; p++) out[p] += weights[j] * rows[j * n + p];
  }
}

/** ⟨row j, w⟩ of rows [m, n] into out [m], four rows at a time. */
export function rowProducts(rows: Float64Array, weights: Float64Array, out: Float64Array): void {
  const n = weights.length;
  const whole = out.length - (out.length % 4);
  for (let j = 0; j < whole; j += 4) {
    const start = j * n;
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    for (let p = 0; p < n; p++) {
      const w = weights[p];
      const x = start + p;
      s0 += w * rows[x];
      s1 += w * rows[x + n];
      s2 += w * rows[x + 2 * n];
      s3 += w * rows[x + 3 * n];
    }
    out[j] = s0;
    out[j + 1] = s1;
    out[j + 2] = s2;
    out[j + 3] = s3;
  }
  for (let j = whole; j < out.length; j++) {
    let sum = 0;
    for (let p = 0; p < n; p++) sum += weights[p] * rows[j * n + p];
    out[j] = sum;
  }
}
