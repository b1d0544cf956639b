import { Random, type Seed } from '../core/index.ts';
import { addScaled, leadingColumns, Matrix, matmul, matmulNT, matmulTN, multiply, qr, scale, symmetricEigen } from '../linalg/index.ts';
import type { TaskData } from './measurements.ts';
import { addNormalProducts, addTransposedProducts, Rows } from './rows.ts';
import { normalMatrix } from './truth.ts';

/** Two bases to start from. */
export interface StartBases {
  /** U₀ [d₁, r] */
  readonly u: Matrix;
  /** V₀ [d₂, r] */
  readonly v: Matrix;
}

/** Above this size of a Gram matrix its eigenvectors are found by power iterations, which never form it. */
const DENSE = 256;
const POWER_ITERATIONS = 3;

/**
 * Spectral start: Bᵢ = (1/m) Σ_j y_ij A_ij estimates Θᵢ*; U₀ holds the r leading left singular vectors of [B₁ … B_k], V₀ the r
 * leading right ones of the stack of the Bᵢ. Source: ours (reading of CoLoRA).
 *
 * The singular vectors come from Σ BᵢBᵢᵀ and Σ BᵢᵀBᵢ, which costs digits that a start does not need; for d above 256 by three
 * block power iterations from a fixed random basis.
 *
 * @param pooled with one B = Σ mᵢ Bᵢ for all tasks, for those who take them for one
 */
export function spectralStart(tasks: readonly TaskData[], rank: number, { pooled = false }: { pooled?: boolean } = {}): StartBases {
  const { rows, cols } = tasks[0].measurements;
  return Math.max(rows, cols) > DENSE ? powerStart(tasks, rows, cols, rank, pooled) : denseStart(tasks, rows, cols, rank, pooled);
}

/** Bases without any knowledge of the data, for comparison. Source: ours. */
export function randomStart(rows: number, cols: number, rank: number, seed: Seed): StartBases {
  const random = new Random(seed).split('random start');
  return { u: qr(normalMatrix(random.split('U'), rows, rank)).q, v: qr(normalMatrix(random.split('V'), cols, rank)).q };
}

function denseStart(tasks: readonly TaskData[], rows: number, cols: number, rank: number, pooled: boolean): StartBases {
  const left = new Matrix(rows, rows);
  const right = new Matrix(cols, cols);
  const addSquares = ({ data }: Matrix) => {
    multiply(data, data, left.data, [rows, cols, rows], { transposeB: true, add: true });
    multiply(data, data, right.data, [cols, rows, cols], { transposeA: true, add: true });
  };
  let sum = new Matrix(rows, cols);
  for (const { measurements, responses } of tasks) {
    const estimate = measurements.adjoint(responses);
    if (pooled) sum = addScaled(sum, 1, estimate);
    else addSquares(scale(1 / responses.length, estimate));
  }
  if (pooled) addSquares(sum);
  return { u: leadingVectors(left, rank), v: leadingVectors(right, rank) };
}

function powerStart(tasks: readonly TaskData[], rows: number, cols: number, rank: number, pooled: boolean): StartBases {
  const factors = tasks.map(({ measurements, responses }) => measurements.adjointFactors(responses));
  const [left, right] = [factors.map((factor) => factor.left), factors.map((factor) => factor.right)];
  const weights = tasks.map(({ responses }) => responses.length ** -2);
  const begin = randomStart(rows, cols, rank, 'power iterations');
  const from = (own: Rows[], other: Rows[], basis: Matrix) => {
    const step = pooled ? pooledPowerStep(own, other) : powerStep(own, other, weights);
    let result = basis;
    for (let t = 0; t < POWER_ITERATIONS; t++) result = step(result);
    return result;
  };
  return { u: from(left, right, begin.u), v: from(right, left, begin.v) };
}

/** U ↦ orth(Σ wᵢ Bᵢ Bᵢᵀ U) for Bᵢ = LᵢᵀRᵢ. */
function powerStep(left: readonly Rows[], right: readonly Rows[], weights: readonly number[]): (basis: Matrix) => Matrix {
  const middles = right.map((rows, i) => squareOf(rows, weights[i]));
  return (basis) => {
    const sum = new Matrix(basis.rows, basis.cols);
    addNormalProducts(left, basis, (i, out, image) => out.data.set(middles[i](image).data), sum);
    return qr(sum).q;
  };
}

/** X ↦ w R Rᵀ X, with R Rᵀ made once where it is the smaller one. */
function squareOf(rows: Rows, weight: number): (x: Matrix) => Matrix {
  if (rows.count > rows.cols) {
    return (x) => {
      const { matrix } = rows;
      return scale(weight, matmul(matrix, matmulTN(matrix, x)));
    };
  }
  const { matrix } = rows;
  const square = scale(weight, matmulNT(matrix, matrix));
  return (x) => matmul(square, x);
}

/** U ↦ orth(B Bᵀ U) for B = Σ LᵢᵀRᵢ. */
function pooledPowerStep(left: readonly Rows[], right: readonly Rows[]): (basis: Matrix) => Matrix {
  const through = (from: readonly Rows[], to: readonly Rows[], basis: Matrix) => {
    const images = Rows.products(from, basis);
    const sum = new Matrix(to[0].cols, basis.cols);
    addTransposedProducts(to, (i, out) => out.data.set(images[i].data), sum);
    return sum;
  };
  return (basis) => qr(through(right, left, through(left, right, basis))).q;
}

function leadingVectors(square: Matrix, rank: number): Matrix {
  return leadingColumns(symmetricEigen(square).vectors, rank);
}
