import { addScaled, cholesky, choleskySolve, conjugateGradients, Matrix, scale, transpose } from '../linalg/index.ts';
import { solveSystem } from './core-step.ts';
import type { Projection } from './measurements.ts';
import { addMoments, addNormalProduct, addResidualMoments } from './projections.ts';

/** Bytes between the server and the tasks, over all tasks. */
export interface Traffic {
  /** From the tasks to the server. */
  up: number;
  /** From the server to the tasks. */
  down: number;
}

/** How the shared step is solved. */
export interface SharedStepOptions {
  /** Normal equations, conjugate gradients without forming them, or whichever suits the size. */
  solver: 'auto' | 'normal' | 'cg';
  /** ρ of ρ‖M‖_F². */
  ridge: number;
  /** How far conjugate gradients reduce the residual of the normal equations that they start from. */
  innerTolerance: number;
}

/** What the shared step found. */
export interface SharedStep {
  /** M [d, r], not orthonormalised. */
  basis: Matrix;
  /** False where the tasks together do not determine it: then the shortest one (normal equations) or the nearest (CG). */
  determined: boolean;
  /** Products with the normal equations; 0 where they were formed. */
  innerIterations: number;
}

/** Unknowns up to which the normal equations are formed: more cost more than a few products with them. */
const FEW_UNKNOWNS = 64;
const INNER_LIMIT = 200;
const FLOAT = 8;

/**
 * The shared step: M = argmin Σᵢ Σ_j (y_ij − ⟨P_ij, M X_i⟩)² + ρ‖M‖_F² over all tasks; d·r unknowns. Every measurement counts
 * the same, whatever its task. Source: ours (reading of CoAltMin, CoLoRA; the messages are our federated reading).
 *
 * The server sees sums over r × r and d × r matrices of the tasks only – or their normal equations – never measurements,
 * responses or cores. By conjugate gradients each task sends W_i [r, r], then one [d, r] per product; normal equations are one
 * message of dr(dr+3)/2 numbers; where the structure of the measurements allows, one [d, r] is all.
 *
 * @param projections what each task sees of M
 * @param cores X_i [r, r]
 * @param start M₀ [d, r], for conjugate gradients
 * @param images R M₀ of every task
 * @param traffic added to
 */
export function sharedStep(
  projections: readonly Projection[],
  cores: readonly Matrix[],
  start: Matrix,
  images: readonly Matrix[],
  options: SharedStepOptions,
  traffic: Traffic,
): SharedStep {
  const unknowns = start.rows * start.cols;
  const message = (numbers: number) => projections.length * numbers * FLOAT;
  const measured = projections.reduce((total, { responses }) => total + responses.length, 0);
  if (options.solver === 'normal' || (options.solver === 'auto' && !projections[0].exactWeight && unknowns <= FEW_UNKNOWNS)) {
    traffic.up += message((unknowns * (unknowns + 3)) / 2);
    return byNormalEquations(projections, cores, start, options.ridge);
  }

  const weight = new Matrix(start.cols, start.cols);
  projections.forEach((projection, i) => {
    add(weight, projection.weight(cores[i]));
  });
  traffic.up += message(start.cols ** 2);
  const precondition = inverseOnTheRight(weight, options.ridge);
  if (projections.every(({ exactWeight }) => exactWeight) && precondition.regular) {
    const moment = new Matrix(start.rows, start.cols);
    addMoments(projections, cores, moment);
    traffic.up += message(unknowns);
    return { basis: precondition.apply(moment), determined: true, innerIterations: 0 };
  }

  const startResidual = addScaled(new Matrix(start.rows, start.cols), -options.ridge, start);
  addResidualMoments(projections, cores, start, images, startResidual);
  traffic.up += message(unknowns);
  const product = (x: Matrix): Matrix => {
    traffic.down += message(unknowns);
    traffic.up += message(unknowns);
    const sum = scale(options.ridge, x);
    addNormalProduct(projections, cores, x, sum);
    return sum;
  };
  const { x, iterations, converged } = conjugateGradients(product, startResidual, {
    start,
    startResidual,
    precondition: precondition.apply,
    tolerance: options.innerTolerance,
    iterations: INNER_LIMIT,
  });
  const enough = options.ridge > 0 || (measured >= unknowns && precondition.regular);
  return { basis: x, determined: converged && enough, innerIterations: iterations };
}

function byNormalEquations(projections: readonly Projection[], cores: readonly Matrix[], start: Matrix, ridge: number): SharedStep {
  const unknowns = start.rows * start.cols;
  const gram = new Matrix(unknowns, unknowns);
  const moment = new Matrix(unknowns, 1);
  projections.forEach((projection, i) => {
    const own = projection.basisSystem(cores[i]);
    add(gram, own.gram);
    add(moment, own.moment);
  });
  const { x, rank } = solveSystem({ gram, moment }, ridge);
  return { basis: new Matrix(start.rows, start.cols, x.data), determined: rank === unknowns, innerIterations: 0 };
}

/** M ↦ M (W + ρ)⁻¹; with a little more on the diagonal where W is singular, which keeps it positive definite. */
function inverseOnTheRight(weight: Matrix, ridge: number): { apply: (x: Matrix) => Matrix; regular: boolean } {
  const shifted = (shift: number) => {
    const sum = new Matrix(weight.rows, weight.cols, weight.data.slice());
    for (let p = 0; p < sum.rows; p++) sum.data[p * sum.cols + p] += shift;
    return cholesky(sum);
  };
  const exact = shifted(ridge);
  const size = weight.data.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
  const factor = exact ?? shifted(ridge + 1e-6 * size)!;
  return { apply: (x) => transpose(choleskySolve(factor, transpose(x))), regular: exact !== undefined };
}

function add(sum: Matrix, term: Matrix): void {
  for (let p = 0; p < sum.data.length; p++) sum.data[p] += term.data[p];
}
