import { Matrix, solveGram } from '../linalg/index.ts';
import type { NormalSystem, Projection } from './measurements.ts';

/** What the personal step may do. */
export interface CoreStepOptions {
  /** ρ of ρ‖Λ‖_F². */
  ridge: number;
  /** Λ diagonal only. */
  diagonal: boolean;
}

/**
 * The personal step: X = argmin Σ_j (y_j − ⟨P_j, M X⟩)² + ρ‖X‖_F², on one task's own data; r² unknowns, or r.
 * Source: ours (reading of CoAltMin, CoLoRA).
 *
 * @param moving M [d, r]
 * @returns X [r, r], the shortest one where the data do not determine it, which `determined` tells
 */
export function coreStep(projection: Projection, moving: Matrix, options: CoreStepOptions): { core: Matrix; determined: boolean } {
  const { ridge, diagonal } = options;
  if (ridge === 0 && !diagonal) {
    const core = projection.structuredCore?.(moving);
    if (core !== undefined) return { core, determined: true };
  }
  const rank = moving.cols;
  const places = Array.from({ length: diagonal ? rank : rank ** 2 }, (_, p) => (diagonal ? p * (rank + 1) : p));
  const { x, rank: found } = solveSystem(restricted(projection.coreSystem(moving), places), ridge);
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
  const smaller = Matrix.fromRows(places.map((i) => places.map((j) => gram.at(Math.max(i, j), Math.min(i, j)))));
  return { gram: smaller, moment: Matrix.column(places.map((i) => moment.data[i])) };
}
