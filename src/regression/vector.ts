import { UserError } from '../core/index.ts';
import { cholesky, choleskySolve, kronecker, Matrix, matmul, matmulNT, matmulTN, multiply, qr, scale, transpose } from '../linalg/index.ts';
import type { ExactProjection, IterativeProjection, Measurements, NormalSystem, Projection, Side, TaskData } from './measurements.ts';
import { vec } from './normal-system.ts';
import { checkNumbers, sumOfSquares } from './numbers.ts';
import { Rows } from './rows.ts';
import type { TaskFactors } from './truth.ts';

/** Vector responses y = Θ x, the shape of a LoRA layer: n inputs give n · d₁ scalar responses. Source: ours. */
export class VectorMeasurements implements Measurements {
  /** The x as rows, [n, d₂]. */
  readonly inputs: Rows;
  /** d₁ */
  readonly rows: number;

  /** The last responses that were given, as rows [n, d₁], and ‖y‖². */
  #outputs: { responses: Float64Array; rows: Rows; square: number } | undefined;

  constructor(inputs: Rows, rows: number) {
    this.inputs = inputs;
    this.rows = rows;
  }

  get cols(): number {
    return this.inputs.cols;
  }
  get count(): number {
    return this.inputs.count * this.rows;
  }
  get bytes(): number {
    return this.inputs.bytes;
  }

  forward(theta: Matrix): Float64Array {
    return matmulNT(this.inputs.matrix, theta).data;
  }

  forwardFactors({ u, core, v }: TaskFactors, out: Float64Array): void {
    const reduced = matmulNT(matmul(this.inputs.matrix, v), core);
    multiply(reduced.data, u.data, out, [reduced.rows, u.cols, u.rows], { transposeB: true });
  }

  adjoint(values: Float64Array): Matrix {
    return matmulTN(new Matrix(this.inputs.count, this.rows, values), this.inputs.matrix);
  }

  adjointFactors(values: Float64Array): { left: Rows; right: Rows } {
    return { left: this.#outputsOf(values).rows, right: this.inputs };
  }

  projectionSize(): number {
    return 0;
  }

  reduction(moving: Side, fixed: Matrix, responses: Float64Array): { rows: Rows; basis: Matrix } {
    return moving === 'u' ? { rows: this.inputs, basis: fixed } : { rows: this.#outputsOf(responses).rows, basis: factorsOf(fixed).q };
  }

  project(moving: Side, fixed: Matrix, responses: Float64Array): Projection {
    const outputs = this.#outputsOf(responses);
    const { rows, basis } = this.reduction(moving, fixed, responses);
    const [reduced] = Rows.products([rows], basis);
    if (moving === 'u') return new OutputProjection(outputs.rows, reduced, responses);
    const outside = Math.max(0, outputs.square - sumOfSquares(reduced.data));
    return new InputProjection(this.inputs, reduced, factorsOf(fixed).r, outside);
  }

  #outputsOf(responses: Float64Array) {
    if (this.#outputs?.responses !== responses) {
      const rows = new Rows(this.inputs.count, this.rows, responses);
      this.#outputs = { responses, rows, square: sumOfSquares(responses) };
    }
    return this.#outputs;
  }
}

/** U moves: y = U Λ Vᵀx, whose normal equations are those of r unknowns, the same for every row of U; R holds the y. Source: ours. */
class OutputProjection implements ExactProjection {
  readonly outside = 0;
  readonly exactWeight = true;
  readonly responses: Float64Array;
  readonly rows: Rows;
  readonly #reduced: Matrix;

  /**
   * @param rows Y, [n, d₁]
   * @param reduced Z, the Vᵀx as rows, [n, r]
   */
  constructor(rows: Rows, reduced: Matrix, responses: Float64Array) {
    this.rows = rows;
    this.#reduced = reduced;
    this.responses = responses;
  }

  predicted(_image: Matrix, core: Matrix, moving: Matrix): Float64Array {
    return matmulNT(this.momentWeights(core), moving).data;
  }

  momentWeights(core: Matrix): Matrix {
    return matmulNT(this.#reduced, core);
  }

  coreSystem(image: Matrix, moving: Matrix): NormalSystem {
    const { left, moment, right } = this.#sandwich(image, moving);
    return { gram: kronecker(left, right), moment: vec(moment) };
  }

  structuredCore(image: Matrix, moving: Matrix): Matrix | undefined {
    const { left, moment, right } = this.#sandwich(image, moving);
    return solveSandwich(left, moment, right);
  }

  basisSystem(core: Matrix): NormalSystem {
    const gram = kronecker(Matrix.identity(this.rows.cols), this.weight(core));
    return { gram, moment: vec(matmulTN(this.rows.matrix, this.momentWeights(core))) };
  }

  weight(core: Matrix): Matrix {
    const moved = this.momentWeights(core);
    return matmulTN(moved, moved);
  }

  /** The core's normal equations MᵀM X ZᵀZ = (Y M)ᵀ Z. */
  #sandwich(image: Matrix, moving: Matrix) {
    const right = matmulTN(this.#reduced, this.#reduced);
    return { left: squareOf(moving), moment: matmulTN(image, this.#reduced), right };
  }
}

/** V moves: with U = Q B only the coordinates Y Q [n, r] of the outputs matter; R holds the x. Source: ours. */
class InputProjection implements IterativeProjection {
  readonly outside: number;
  readonly exactWeight = false;
  readonly rows: Rows;
  readonly #coordinates: Matrix;
  readonly #factor: Matrix;

  /**
   * @param rows the x, [n, d₂]
   * @param coordinates Y Q [n, r]
   * @param factor B [r, r]
   */
  constructor(rows: Rows, coordinates: Matrix, factor: Matrix, outside: number) {
    this.rows = rows;
    this.#coordinates = coordinates;
    this.#factor = factor;
    this.outside = outside;
  }

  get responses(): Float64Array {
    return this.#coordinates.data;
  }

  predicted(image: Matrix, core: Matrix): Float64Array {
    return matmul(image, matmulNT(core, this.#factor)).data;
  }

  momentWeights(core: Matrix): Matrix {
    return matmul(this.#coordinates, matmulNT(this.#factor, core));
  }

  weights(values: Float64Array, core: Matrix, out: Matrix): void {
    multiply(values, matmulNT(this.#factor, core).data, out.data, [out.rows, this.#factor.rows, out.cols]);
  }

  coreSystem(image: Matrix): NormalSystem {
    const { left, moment, right } = this.#sandwich(image);
    return { gram: kronecker(left, right), moment: vec(moment) };
  }

  structuredCore(image: Matrix): Matrix | undefined {
    const { left, moment, right } = this.#sandwich(image);
    return solveSandwich(left, moment, right);
  }

  basisSystem(core: Matrix): NormalSystem {
    const inputs = this.rows.matrix;
    const moved = matmulNT(this.#factor, core);
    const gram = kronecker(matmulTN(inputs, inputs), matmulTN(moved, moved));
    return { gram, moment: vec(matmulTN(inputs, this.momentWeights(core))) };
  }

  /** Over standard normal inputs. */
  weight(core: Matrix): Matrix {
    const moved = matmulNT(this.#factor, core);
    return scale(this.rows.count, matmulTN(moved, moved));
  }

  /** The core's normal equations (X M)ᵀ(X M) X BᵀB = (X M)ᵀ Y Q B. */
  #sandwich(image: Matrix) {
    const moment = matmul(matmulTN(image, this.#coordinates), this.#factor);
    return { left: matmulTN(image, image), moment, right: matmulTN(this.#factor, this.#factor) };
  }
}

/**
 * One task's vector responses from given numbers.
 *
 * @param inputs the x as rows, [n, d₂]
 * @param outputs the y as rows, [n, d₁]
 * @throws UserError when there are none, the shapes do not match, or a number is not finite
 */
export function vectorTask(inputs: Matrix, outputs: Matrix): TaskData {
  if (inputs.rows === 0) throw new UserError(`vectorTask: inputs must have at least one row, got ${inputs.shape}`);
  if (inputs.rows !== outputs.rows) {
    throw new UserError(`vectorTask: outputs must have ${inputs.rows} rows to match inputs ${inputs.shape}, got ${outputs.shape}`);
  }
  checkNumbers('vectorTask', 'inputs', inputs.data);
  checkNumbers('vectorTask', 'outputs', outputs.data);
  return { measurements: new VectorMeasurements(new Rows(inputs.rows, inputs.cols, inputs.data), outputs.cols), responses: outputs.data };
}

/** X with L X N = C for symmetric positive definite L and N; undefined where one of them is singular to rounding. */
function solveSandwich(left: Matrix, c: Matrix, right: Matrix): Matrix | undefined {
  const [l, n] = [cholesky(left), cholesky(right)];
  if (l === undefined || n === undefined) return undefined;
  return transpose(choleskySolve(n, transpose(choleskySolve(l, c))));
}

/** The tasks share their bases, so that what is made of one is made once. */
const factors = new WeakMap<Matrix, { q: Matrix; r: Matrix }>();
const squares = new WeakMap<Matrix, Matrix>();

/** MᵀM */
function squareOf(basis: Matrix): Matrix {
  const known = squares.get(basis) ?? matmulTN(basis, basis);
  squares.set(basis, known);
  return known;
}

/** Q R, with the basis itself as Q where its columns are orthonormal already. */
function factorsOf(basis: Matrix): { q: Matrix; r: Matrix } {
  const known = factors.get(basis) ?? (isOrthonormal(basis) ? { q: basis, r: Matrix.identity(basis.cols) } : qr(basis));
  factors.set(basis, known);
  return known;
}

function isOrthonormal(basis: Matrix): boolean {
  return squareOf(basis).data.every((value, p) => Math.abs(value - (p % (basis.cols + 1) === 0 ? 1 : 0)) < 1e-13);
}
