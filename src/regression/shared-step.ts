import { cholesky, choleskySolve, conjugateGradients, Matrix, transpose } from '../linalg/index.ts';
import { solveSystem } from './core-step.ts';
import type { Projection } from './measurements.ts';

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
 * @param traffic added to
 */
export function sharedStep(
  projections: readonly Projection[],
  cores: readonly Matrix[],
  start: Matrix,
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

  const weight = total(projections, cores, (projection, core) => projection.weight(core));
  traffic.up += message(start.cols ** 2);
  const precondition = inverseOnTheRight(weight, options.ridge);
  const exact = projections.every(({ exactWeight }) => exactWeight);
  if (exact && precondition.regular) {
    const moment = total(projections, cores, (projection, core) => projection.adjoint(projection.responses, core));
    traffic.up += message(unknowns);
    return { basis: precondition.apply(moment), determined: true, innerIterations: 0 };
  }

  const startResidual = withRidge(
    total(projections, cores, (projection, core) => {
      const predicted = projection.forward(start, core);
      return projection.adjoint(
        projection.responses.map((value, j) => value - predicted[j]),
        core,
      );
    }),
    -options.ridge,
    start,
  );
  traffic.up += message(unknowns);
  const product = (x: Matrix): Matrix => {
    traffic.down += message(unknowns);
    traffic.up += message(unknowns);
    const sum = total(projections, cores, (projection, core) => projection.adjoint(projection.forward(x, core), core));
    return withRidge(sum, options.ridge, x);
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

/** Σᵢ of what each task sends; one task's message exists at a time. */
function total(projections: readonly Projection[], cores: readonly Matrix[], of: (projection: Projection, core: Matrix) => Matrix): Matrix {
  const sum = of(projections[0], cores[0]);
  for (let i = 1; i < projections.length; i++) add(sum, of(projections[i], cores[i]));
  return sum;
}

function add(sum: Matrix, term: Matrix): void {
  for (let p = 0; p < sum.data.length; p++) sum.data[p] += term.data[p];
}

function withRidge(x: Matrix, ridge: number, of: Matrix): Matrix {
  if (ridge !== 0) for (let p = 0; p < x.data.length; p++) x.data[p] += ridge * of.data[p];
  return x;
}
