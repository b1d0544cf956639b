import { type LeastSquares, Matrix, solveGram } from '../linalg/index.ts';
import { type Axis, addGram, addMoment, contract, padded } from './kernels.ts';
import type { TaskData } from './problem.ts';

// U and V play the same part: with one of them fixed (F) and the other moving (M), a measurement of task i is
//   ⟨A_ij, Θᵢ⟩ = Σ P_j[p, a] X_i[p, c] M[a, c],   P_j = (A_ij contracted with F)ᵀ,   X_i [r, r] from F's index to M's,
// where X_i = Λᵢᵀ when U moves and X_i = Λᵢ when V moves. Hence one function for either half of an iteration.

/** Which of the two bases moves. */
export type Side = 'u' | 'v';

/** The measurements of one task contracted with the fixed basis. */
export interface Projection {
  /** P, [m, padded r, d] with d the rows of the moving basis. */
  values: Float64Array;
  /** y, [m]. */
  responses: Float64Array;
}

/** A step's answer, and how many of its least-squares problems the data did not determine. */
export interface StepResult<T> {
  value: T;
  underdetermined: number;
}

/**
 * P_j of every task: (A_ij V)ᵀ when U moves, (A_ijᵀ U)ᵀ when V moves. Source: ours.
 *
 * @param moving the basis that is to move
 * @param fixed the other basis [d, r]
 * @param movingRows rows of the moving basis
 */
export function project(tasks: readonly TaskData[], moving: Side, fixed: Matrix, movingRows: number): Projection[] {
  const width = padded(fixed.cols);
  const basis = new Float64Array(fixed.rows * width);
  for (let b = 0; b < fixed.rows; b++) basis.set(fixed.data.subarray(b * fixed.cols, (b + 1) * fixed.cols), b * width);
  // A_ij [d₁, d₂] is row-major.
  const kept: Axis = { size: movingRows, stride: moving === 'u' ? fixed.rows : 1 };
  const summed: Axis = { size: fixed.rows, stride: moving === 'u' ? 1 : movingRows };
  return tasks.map(({ measurements, responses }) => {
    const values = new Float64Array(responses.length * width * movingRows);
    contract(measurements, responses.length, kept, summed, basis, width, values);
    return { values, responses };
  });
}

/**
 * The personal step: X_i = argmin Σ_j (y_ij − Σ P_j[p, a] X[p, c] M[a, c])², separately for every task; r² unknowns each.
 * Source: ours (reading of CoAltMin, CoLoRA).
 *
 * @param moving M [d, r]
 * @returns k matrices X_i [r, r], the shortest ones where m measurements do not determine r² unknowns
 */
export function coreStep(projections: readonly Projection[], moving: Matrix): StepResult<Matrix[]> {
  const rank = moving.cols;
  let underdetermined = 0;
  const value = projections.map(({ values, responses }) => {
    const system = new NormalEquations(rank * rank);
    system.add(coreDesign(values, responses.length, moving, system.rows), responses);
    const { x, rank: found } = system.solve();
    if (found < rank * rank) underdetermined++;
    return new Matrix(rank, rank, x.data);
  });
  return { value, underdetermined };
}

/**
 * The shared step: M = argmin Σᵢ Σ_j (y_ij − Σ P_j[p, a] X_i[p, c] M[a, c])² over all tasks; d·r unknowns.
 * Source: ours (reading of CoAltMin, CoLoRA). Every measurement counts the same, whatever its task.
 *
 * @param cores X_i [r, r], as `coreStep` gives them
 * @param movingRows d
 * @returns M [d, r], not orthonormalised; the shortest one where the data do not determine it
 */
export function basisStep(projections: readonly Projection[], cores: readonly Matrix[], movingRows: number): StepResult<Matrix> {
  const rank = cores[0].cols;
  const system = new NormalEquations(movingRows * rank);
  projections.forEach(({ values, responses }, i) => {
    system.add(basisDesign(values, responses.length, cores[i], movingRows, system.rows), responses);
  });
  const { x, rank: found } = system.solve();
  const value = new Matrix(movingRows, rank);
  for (let a = 0; a < movingRows; a++) {
    for (let c = 0; c < rank; c++) value.data[a * rank + c] = x.data[c * movingRows + a];
  }
  return { value, underdetermined: found < movingRows * rank ? 1 : 0 };
}

/** Normal equations that grow by the measurements of one task after the other. */
class NormalEquations {
  /** The number of unknowns, padded for `addGram`. */
  readonly rows: number;
  readonly #unknowns: number;
  readonly #gram: Float64Array;
  readonly #moment: Float64Array;

  constructor(unknowns: number) {
    this.#unknowns = unknowns;
    this.rows = padded(unknowns);
    this.#gram = new Float64Array(this.rows ** 2);
    this.#moment = new Float64Array(unknowns);
  }

  /** @param design [rows, m], rows beyond the unknowns zero */
  add(design: Float64Array, responses: Float64Array): void {
    addGram(design, this.rows, responses.length, this.#gram);
    addMoment(design, this.#unknowns, responses.length, responses, this.#moment);
  }

  solve(): LeastSquares {
    const n = this.#unknowns;
    const gram = new Matrix(n, n);
    for (let i = 0; i < n; i++) gram.data.set(this.#gram.subarray(i * this.rows, i * this.rows + n), i * n);
    return solveGram(gram, new Matrix(n, 1, this.#moment));
  }
}

/** [rows, m]; row (p, c) holds Σ_a P_j[p, a] M[a, c]. */
function coreDesign(values: Float64Array, count: number, moving: Matrix, rows: number): Float64Array {
  const { rows: d, cols: rank } = moving;
  const width = padded(rank);
  const design = new Float64Array(rows * count);
  for (let j = 0; j < count; j++) {
    for (let p = 0; p < rank; p++) {
      const start = (j * width + p) * d;
      for (let c = 0; c < rank; c++) {
        let sum = 0;
        for (let a = 0; a < d; a++) sum += values[start + a] * moving.data[a * rank + c];
        design[(p * rank + c) * count + j] = sum;
      }
    }
  }
  return design;
}

/** [rows, m]; row (c, a) holds Σ_p P_j[p, a] X[p, c]. */
function basisDesign(values: Float64Array, count: number, core: Matrix, d: number, rows: number): Float64Array {
  const rank = core.cols;
  const width = padded(rank);
  const design = new Float64Array(rows * count);
  for (let c = 0; c < rank; c++) {
    for (let p = 0; p < rank; p++) {
      const factor = core.data[p * rank + c];
      for (let j = 0; j < count; j++) {
        const start = (j * width + p) * d;
        for (let a = 0; a < d; a++) design[(c * d + a) * count + j] += factor * values[start + a];
      }
    }
  }
  return design;
}
