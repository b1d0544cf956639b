import { UserError } from '../core/index.ts';
import { cholesky, choleskySolve, kronecker, Matrix, matmul, matmulNT, matmulTN, qr, transpose } from '../linalg/index.ts';
import type { Measurements, NormalSystem, Projection, Side, TaskData } from './measurements.ts';
import { checkNumbers, sumOfSquares } from './numbers.ts';

/** Vector responses y = Θ x, the shape of a LoRA layer: n inputs give n · d₁ scalar responses. Source: ours. */
export class VectorMeasurements implements Measurements {
  /** The x as rows, [n, d₂]. */
  readonly inputs: Matrix;
  /** d₁ */
  readonly rows: number;

  /** The last basis that inputs and outputs were multiplied with, and the product: successive steps ask for it again. */
  #lastInput: { basis: Matrix; product: Matrix } | undefined;
  #lastOutput: { basis: Matrix; responses: Float64Array; product: Matrix } | undefined;

  constructor(inputs: Matrix, rows: number) {
    this.inputs = inputs;
    this.rows = rows;
  }

  /** X W, [n, r], kept until the next one. */
  reduceInputs(basis: Matrix): Matrix {
    if (this.#lastInput?.basis !== basis) this.#lastInput = { basis, product: matmul(this.inputs, basis) };
    return this.#lastInput.product;
  }

  /** Y W, [n, r], kept until the next one. */
  reduceOutputs(responses: Float64Array, basis: Matrix): Matrix {
    if (this.#lastOutput?.basis !== basis || this.#lastOutput.responses !== responses) {
      this.#lastOutput = { basis, responses, product: matmul(new Matrix(this.inputs.rows, this.rows, responses), basis) };
    }
    return this.#lastOutput.product;
  }

  get cols(): number {
    return this.inputs.cols;
  }
  get count(): number {
    return this.inputs.rows * this.rows;
  }
  get bytes(): number {
    return this.inputs.data.byteLength;
  }

  forward(theta: Matrix): Float64Array {
    return matmulNT(this.inputs, theta).data;
  }

  adjoint(values: Float64Array): Matrix {
    return matmulTN(new Matrix(this.inputs.rows, this.rows, values), this.inputs);
  }

  project(moving: Side, fixed: Matrix, responses: Float64Array): Projection {
    if (moving === 'u') return new OutputProjection(this, this.reduceInputs(fixed), responses);
    const { q, r } = factorsOf(fixed);
    const coordinates = this.reduceOutputs(responses, q);
    const outside = Math.max(0, sumOfSquares(responses) - sumOfSquares(coordinates.data));
    return new InputProjection(this, coordinates, r, outside);
  }
}

/** U moves: y = U Λ Vᵀx, whose normal equations are those of r unknowns, the same for every row of U. Source: ours. */
class OutputProjection implements Projection {
  readonly outside = 0;
  readonly exactWeight = true;
  readonly responses: Float64Array;
  readonly #measurements: VectorMeasurements;
  readonly #reduced: Matrix;

  /**
   * @param reduced Z, the Vᵀx as rows, [n, r]
   * @param responses Y, [n, d₁]
   */
  constructor(measurements: VectorMeasurements, reduced: Matrix, responses: Float64Array) {
    this.#measurements = measurements;
    this.#reduced = reduced;
    this.responses = responses;
  }

  forward(moving: Matrix, core: Matrix): Float64Array {
    return matmulNT(matmulNT(this.#reduced, core), moving).data;
  }

  adjoint(values: Float64Array, core: Matrix): Matrix {
    const outputs = new Matrix(this.#reduced.rows, this.#measurements.rows, values);
    return matmulTN(outputs, matmulNT(this.#reduced, core));
  }

  coreSystem(moving: Matrix): NormalSystem {
    const gram = kronecker(matmulTN(moving, moving), matmulTN(this.#reduced, this.#reduced));
    return { gram, moment: vec(matmulTN(this.#measurements.reduceOutputs(this.responses, moving), this.#reduced)) };
  }

  structuredCore(moving: Matrix): Matrix | undefined {
    const left = matmulTN(moving, moving);
    const right = matmulTN(this.#reduced, this.#reduced);
    return solveSandwich(left, matmulTN(this.#measurements.reduceOutputs(this.responses, moving), this.#reduced), right);
  }

  basisSystem(core: Matrix): NormalSystem {
    const gram = kronecker(Matrix.identity(this.#measurements.rows), this.weight(core));
    return { gram, moment: vec(this.adjoint(this.responses, core)) };
  }

  weight(core: Matrix): Matrix {
    const moved = matmulNT(this.#reduced, core);
    return matmulTN(moved, moved);
  }
}

/** V moves: with U = Q R only the coordinates Y Q [n, r] of the outputs matter. Source: ours. */
class InputProjection implements Projection {
  readonly outside: number;
  readonly exactWeight = false;
  readonly #measurements: VectorMeasurements;
  readonly #coordinates: Matrix;
  readonly #r: Matrix;

  /**
   * @param coordinates Y Q [n, r]
   * @param r R [r, r]
   */
  constructor(measurements: VectorMeasurements, coordinates: Matrix, r: Matrix, outside: number) {
    this.#measurements = measurements;
    this.#coordinates = coordinates;
    this.#r = r;
    this.outside = outside;
  }

  get responses(): Float64Array {
    return this.#coordinates.data;
  }

  forward(moving: Matrix, core: Matrix): Float64Array {
    return matmul(this.#measurements.reduceInputs(moving), matmulNT(core, this.#r)).data;
  }

  adjoint(values: Float64Array, core: Matrix): Matrix {
    const coordinates = new Matrix(this.#coordinates.rows, this.#coordinates.cols, values);
    return matmulTN(this.#measurements.inputs, matmulNT(matmul(coordinates, this.#r), core));
  }

  coreSystem(moving: Matrix): NormalSystem {
    const reduced = this.#measurements.reduceInputs(moving);
    const gram = kronecker(matmulTN(reduced, reduced), matmulTN(this.#r, this.#r));
    return { gram, moment: vec(matmul(matmulTN(reduced, this.#coordinates), this.#r)) };
  }

  structuredCore(moving: Matrix): Matrix | undefined {
    const reduced = this.#measurements.reduceInputs(moving);
    const moment = matmul(matmulTN(reduced, this.#coordinates), this.#r);
    return solveSandwich(matmulTN(reduced, reduced), moment, matmulTN(this.#r, this.#r));
  }

  basisSystem(core: Matrix): NormalSystem {
    const moved = matmulNT(this.#r, core);
    const gram = kronecker(matmulTN(this.#measurements.inputs, this.#measurements.inputs), matmulTN(moved, moved));
    return { gram, moment: vec(this.adjoint(this.responses, core)) };
  }

  /** Over standard normal inputs. */
  weight(core: Matrix): Matrix {
    const moved = matmulNT(this.#r, core);
    const result = matmulTN(moved, moved);
    for (let p = 0; p < result.data.length; p++) result.data[p] *= this.#measurements.inputs.rows;
    return result;
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
  return { measurements: new VectorMeasurements(inputs, outputs.cols), responses: outputs.data };
}

/** X with L X N = C for symmetric positive definite L and N; undefined where one of them is singular to rounding. */
function solveSandwich(left: Matrix, c: Matrix, right: Matrix): Matrix | undefined {
  const [l, n] = [cholesky(left), cholesky(right)];
  if (l === undefined || n === undefined) return undefined;
  return transpose(choleskySolve(n, transpose(choleskySolve(l, c))));
}

/** The tasks share a fixed basis, so that its factors are made once. */
const factors = new WeakMap<Matrix, { q: Matrix; r: Matrix }>();

/** Q R, with the basis itself as Q where its columns are orthonormal already. */
function factorsOf(basis: Matrix): { q: Matrix; r: Matrix } {
  const known = factors.get(basis) ?? (isOrthonormal(basis) ? { q: basis, r: Matrix.identity(basis.cols) } : qr(basis));
  factors.set(basis, known);
  return known;
}

function isOrthonormal(basis: Matrix): boolean {
  const gram = matmulTN(basis, basis);
  return gram.data.every((value, p) => Math.abs(value - (p % (basis.cols + 1) === 0 ? 1 : 0)) < 1e-13);
}

function vec({ data }: Matrix): Matrix {
  return new Matrix(data.length, 1, data);
}
