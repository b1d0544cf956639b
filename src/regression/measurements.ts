import type { Matrix } from '../linalg/index.ts';
import type { Rows } from './rows.ts';
import type { TaskFactors } from './truth.ts';

/** Which of the two shared bases moves while the other is fixed. */
export type Side = 'u' | 'v';

/** Normal equations G x = b. */
export interface NormalSystem {
  /** G [n, n], symmetric. */
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
  /** 𝒜(U Λ Vᵀ), into `out`. */
  forwardFactors(factors: TaskFactors, out: Float64Array): void;
  /** 𝒜*(z) = Σ_j z_j A_j, [d₁, d₂]. */
  adjoint(values: Float64Array): Matrix;
  /** L and R with 𝒜*(z) = LᵀR, where that is cheaper than 𝒜*(z) itself. */
  adjointFactors(values: Float64Array): { left: Rows; right: Rows };
  /**
   * The measurements as a function of one basis while the other is fixed: all that the steps of CoAltMin need.
   *
   * @param moving the basis that is to move
   * @param fixed the other basis [d, r]
   * @param responses y, `count` numbers
   * @param memory `projectionSize` numbers for the projection to live in; new when left out
   */
  project(moving: Side, fixed: Matrix, responses: Float64Array, memory?: Float64Array): Projection;
  /** How many numbers a projection holds beside the data. */
  projectionSize(moving: Side, rank: number): number;
  /** The product of data with a basis that `project` will ask for first, where it is one. */
  reduction?(moving: Side, fixed: Matrix, responses: Float64Array): { rows: Rows; basis: Matrix };
}

/**
 * A task's measurements with one basis fixed (F) and the other moving (M, [d, r]). U and V play the same part:
 *
 *   𝒜(Θ)_j = ⟨P_j, M X⟩,   P_j = A_j V and X = Λ when U moves,   P_j = A_jᵀ U and X = Λᵀ when V moves.
 *
 * M meets the data in R M and Rᵀ W only, for a tall matrix R of rows; everything else is small. Source: ours.
 */
interface ProjectionBase {
  /** The responses that M and X are to explain; where `outside` is not zero, coordinates of y rather than y itself. */
  readonly responses: Float64Array;
  /** The squared length of the part of y that no M and X can explain. */
  readonly outside: number;
  /** R [n, d] */
  readonly rows: Rows;
  /** ⟨P_j, M X⟩ for every response, from R M. */
  predicted(image: Matrix, core: Matrix, moving: Matrix): Float64Array;
  /** W [n, r] with (Σ_j y_j P_j) Xᵀ = Rᵀ W. */
  momentWeights(core: Matrix): Matrix;
  /** Normal equations of X with M fixed, from R M; vec in row-major order, r² unknowns. */
  coreSystem(image: Matrix, moving: Matrix): NormalSystem;
  /** Solves for X by the structure of the measurements, where there is one and it determines X. */
  structuredCore?(image: Matrix, moving: Matrix): Matrix | undefined;
  /** Normal equations of M with X fixed; vec in row-major order, d·r unknowns. */
  basisSystem(core: Matrix): NormalSystem;
  /** N [r, r] such that the normal equations of M are near M ↦ M N: the preconditioner. */
  weight(core: Matrix): Matrix;
}

/** One whose normal equations of M are M ↦ M N exactly. */
export interface ExactProjection extends ProjectionBase {
  readonly exactWeight: true;
}

/** One whose normal equations of M are known by products: M ↦ R M ↦ ⟨P_j, M X⟩ ↦ W ↦ Rᵀ W. */
export interface IterativeProjection extends ProjectionBase {
  readonly exactWeight: false;
  /** W [n, r] with (Σ_j z_j P_j) Xᵀ = Rᵀ W, into `out`. */
  weights(values: Float64Array, core: Matrix, out: Matrix): void;
}

export type Projection = ExactProjection | IterativeProjection;

/** What one task has measured. */
export interface TaskData {
  readonly measurements: Measurements;
  /** y, `measurements.count` numbers. */
  readonly responses: Float64Array;
}
