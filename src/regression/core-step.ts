import { addScaled, Matrix, solveGram } from '../linalg/index.ts';
import type { NormalSystem, Projection } from './measurements.ts';

/** What the personal step may do. */
export interface CoreStepOptions {
  /** ρ of ρ‖Λ‖_F². */
  ridge: number;
  /** Λ diagonal only. */
  diagonal: boolean;
}

/** What the personal step found. */
export interface CoreStep {
  /** X [r, r], the shortest one where the data do not determine it. */
  core: Matrix;
  determined: boolean;
}

/**
 * The personal step: X = argmin Σ_j (y_j − ⟨P_j, M X⟩)² + ρ‖X‖_F², on one task's own data; r² unknowns, or r.
 * Source: ours (reading of CoAltMin, CoLoRA).
 *
 * @param image R M
 * @param moving M [d, r]
 */
export function coreStep(projection: Projection, image: Matrix, moving: Matrix, options: CoreStepOptions): CoreStep {
  if (options.ridge === 0 && !options.diagonal) {
    const core = projection.structuredCore?.(image, moving);
    if (core !== undefined) return { core, determined: true };
  }
  return solveCore(projection.coreSystem(image, moving), moving.cols, options);
}

/** One X for all tasks, from the data of all. Source: ours. */
export function commonCoreStep(
  projections: readonly Projection[],
  images: readonly Matrix[],
  moving: Matrix,
  options: CoreStepOptions,
): CoreStep {
  const systems = projections.map((projection, i) => projection.coreSystem(images[i], moving));
  const sum = systems.reduce((a, b) => ({ gram: addScaled(a.gram, 1, b.gram), moment: addScaled(a.moment, 1, b.moment) }));
  return solveCore(sum, moving.cols, options);
}

function solveCore(system: NormalSystem, rank: number, { ridge, diagonal }: CoreStepOptions): CoreStep {
  const places = Array.from({ length: diagonal ? rank : rank ** 2 }, (_, p) => (diagonal ? p * (rank + 1) : p));
  const { x, rank: found } = solveSystem(restricted(system, places), ridge);
  const core = new Matrix(rank, rank);
  places.forEach((place, p) => {
    core.data[place] = x.data[p];
  });
  return { core, determined: found === places.length };
}

/** Solves G x = b with ρ added to the diagonal of G. */
export function solveSystem({ gram, moment }: NormalSystem, ridge: number) {
  for (let p = 0; p < gram.rows; p++) gram.data[p * gram.cols + p] += ridge;
  return solveGram(gram, moment);
}

/** The equations of some of the unknowns, the others being zero. */
function restricted({ gram, moment }: NormalSystem, places: number[]): NormalSystem {
  if (places.length === gram.rows) return { gram, moment };
  const smaller = Matrix.fromRows(places.map((i) => places.map((j) => gram.at(i, j))));
  return { gram: smaller, moment: Matrix.column(places.map((i) => moment.data[i])) };
}
