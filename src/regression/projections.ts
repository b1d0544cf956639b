import { type Matrix, matmul, Scratch } from '../linalg/index.ts';
import type { IterativeProjection, Projection, Side, TaskData } from './measurements.ts';
import { addNormalProducts, addTransposedProducts, Rows } from './rows.ts';

/**
 * Every task's projection. Source: ours.
 *
 * @param memory for the projections to live in, side by side, until it is taken again; new when left out
 */
export function project(tasks: readonly TaskData[], moving: Side, fixed: Matrix, memory: Scratch = new Scratch()): Projection[] {
  reduceTogether(tasks, moving, fixed);
  const sizes = tasks.map(({ measurements }) => measurements.projectionSize(moving, fixed.cols));
  const numbers = memory.take(sizes.reduce((sum, size) => sum + size, 0));
  let start = 0;
  return tasks.map(({ measurements, responses }, i) => {
    start += sizes[i];
    return measurements.project(moving, fixed, responses, numbers.subarray(start - sizes[i], start));
  });
}

/** Multiplies the data of all tasks with the fixed basis, so that each task's projection finds it done. */
function reduceTogether(tasks: readonly TaskData[], moving: Side, fixed: Matrix): void {
  const byBasis = new Map<Matrix, Rows[]>();
  for (const { measurements, responses } of tasks) {
    const reduction = measurements.reduction?.(moving, fixed, responses);
    if (reduction) byBasis.set(reduction.basis, [...(byBasis.get(reduction.basis) ?? []), reduction.rows]);
  }
  for (const [basis, rows] of byBasis) Rows.products(rows, basis);
}

/** R M of every task. */
export function imagesOf(projections: readonly Projection[], moving: Matrix): Matrix[] {
  return Rows.products(
    projections.map(({ rows }) => rows),
    moving,
  );
}

/** sum += Σᵢ (Σ_j y_ij P_ij) X_iᵀ */
export function addMoments(projections: readonly Projection[], cores: readonly Matrix[], sum: Matrix): void {
  const rows = projections.map((projection) => projection.rows);
  addTransposedProducts(rows, (i, out) => out.data.set(projections[i].momentWeights(cores[i]).data), sum);
}

/** sum += the gradient of −½ Σᵢ‖yᵢ − 𝒜ᵢ(M X_i)‖² in M, from the images R M. */
export function addResidualMoments(
  projections: readonly Projection[],
  cores: readonly Matrix[],
  moving: Matrix,
  images: readonly Matrix[],
  sum: Matrix,
): void {
  const { exact, iterative } = byKind(projections);
  addTransposedProducts(
    iterative.map(({ projection }) => projection.rows),
    (q, out) => {
      const { projection, i } = iterative[q];
      const predicted = projection.predicted(images[i], cores[i], moving);
      for (let j = 0; j < predicted.length; j++) predicted[j] = projection.responses[j] - predicted[j];
      projection.weights(predicted, cores[i], out);
    },
    sum,
  );
  addMoments(
    exact.map(({ projection }) => projection),
    exact.map(({ i }) => cores[i]),
    sum,
  );
  for (const { projection, i } of exact) add(sum, matmul(moving, projection.weight(cores[i])), -1);
}

/** sum += Σᵢ 𝒜ᵢ*𝒜ᵢ(M X_i) X_iᵀ, the normal equations of M. */
export function addNormalProduct(projections: readonly Projection[], cores: readonly Matrix[], moving: Matrix, sum: Matrix): void {
  const { exact, iterative } = byKind(projections);
  const rows = iterative.map(({ projection }) => projection.rows);
  const weights = (q: number, out: Matrix, image: Matrix) => {
    const { projection, i } = iterative[q];
    projection.weights(projection.predicted(image, cores[i], moving), cores[i], out);
  };
  addNormalProducts(rows, moving, weights, sum);
  for (const { projection, i } of exact) add(sum, matmul(moving, projection.weight(cores[i])), 1);
}

function byKind(projections: readonly Projection[]) {
  const indexed = projections.map((projection, i) => ({ projection, i }));
  const isIterative = (entry: { projection: Projection; i: number }): entry is { projection: IterativeProjection; i: number } =>
    !entry.projection.exactWeight;
  return { exact: indexed.filter((entry) => !isIterative(entry)), iterative: indexed.filter(isIterative) };
}

function add(sum: Matrix, term: Matrix, factor: number): void {
  for (let p = 0; p < sum.data.length; p++) sum.data[p] += factor * term.data[p];
}
