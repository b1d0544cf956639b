import { checkOptions, UserError } from '../core/index.ts';
import { Matrix } from './matrix.ts';

/** Where `conjugateGradients` ended. */
export interface ConjugateGradients {
  /** [n, p] */
  x: Matrix;
  /** Products with A. */
  iterations: number;
  /** ‖B − A X‖ / ‖B − A X₀‖ in the norm of the preconditioner; 0 when the start solved the system. */
  reduction: number;
  /** Whether the reduction reached the tolerance. */
  converged: boolean;
}

/** How `conjugateGradients` runs. */
export interface ConjugateGradientsOptions {
  /** X₀ [n, p]; zero when left out. */
  start?: Matrix;
  /** B − A X₀, for those who have it without a product with A. */
  startResidual?: Matrix;
  /** An approximate inverse of A, symmetric and positive definite; the identity when left out. */
  precondition?: (residual: Matrix) => Matrix;
  /** The reduction of the residual that is enough. */
  tolerance?: number;
  /** The most products with A. */
  iterations?: number;
}

/**
 * Solves A X = B for a symmetric positive semidefinite A that is known by its products only; X is a matrix, A a linear map of
 * matrices. Started from zero on a consistent singular system and without a preconditioner, it gives the shortest solution.
 * Source: Hestenes and Stiefel 1952, preconditioned as in Golub and Van Loan, Matrix Computations, section 11.5.
 *
 * @param apply X [n, p] → A X [n, p]
 * @param b B [n, p]
 * @throws UserError for an option that means nothing, or when A, B or the preconditioner gives NaN or A is indefinite
 */
export function conjugateGradients(apply: (x: Matrix) => Matrix, b: Matrix, options: ConjugateGradientsOptions = {}): ConjugateGradients {
  checkOptions('conjugateGradients', options, ['start', 'startResidual', 'precondition', 'tolerance', 'iterations']);
  const { start, startResidual, precondition = (residual) => residual, tolerance = 1e-12, iterations = 1000 } = options;
  if (!(tolerance >= 0)) throw new UserError(`conjugateGradients: tolerance must be a number from 0 on, got ${tolerance}`);
  const x = new Matrix(b.rows, b.cols, start?.data.slice());
  const residual = (startResidual ?? (start === undefined ? b : minus(b, apply(start)))).data.slice();
  const wrapped = new Matrix(b.rows, b.cols, residual);

  let direction = precondition(wrapped).data.slice();
  let square = dot(residual, direction);
  const first = square;
  checkNumber('the start', first);
  let count = 0;
  while (square > tolerance ** 2 * first && square > 0 && count < iterations) {
    const image = apply(new Matrix(b.rows, b.cols, direction)).data;
    const curvature = dot(direction, image);
    checkNumber(`product ${count + 1}`, curvature);
    count++;
    // No curvature: what is left lies where A vanishes, by rounding.
    if (curvature <= 0) break;
    const step = square / curvature;
    for (let p = 0; p < residual.length; p++) {
      x.data[p] += step * direction[p];
      residual[p] -= step * image[p];
    }
    const preconditioned = precondition(wrapped).data;
    const next = dot(residual, preconditioned);
    checkNumber(`product ${count}`, next);
    const keep = next / square;
    direction = preconditioned.map((value, p) => value + keep * direction[p]);
    square = next;
  }
  const reduction = first === 0 ? 0 : Math.sqrt(Math.max(0, square) / first);
  return { x, iterations: count, reduction, converged: reduction <= tolerance };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let p = 0; p < a.length; p++) sum += a[p] * b[p];
  return sum;
}

function minus(a: Matrix, b: Matrix): Matrix {
  return new Matrix(
    a.rows,
    a.cols,
    a.data.map((value, p) => value - b.data[p]),
  );
}

function checkNumber(where: string, value: number): void {
  if (!Number.isFinite(value)) {
    throw new UserError(`conjugateGradients: numbers must stay finite, got ${value} at ${where} (A, B or the preconditioner is to blame)`);
  }
}
