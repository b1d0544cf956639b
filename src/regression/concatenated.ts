import { addScaled, type Matrix } from '../linalg/index.ts';
import type { Measurements, NormalSystem, Projection, Side, TaskData } from './measurements.ts';

/** The measurements of several tasks as if they were of one matrix. Source: ours. */
class Concatenated implements Measurements {
  readonly rows: number;
  readonly cols: number;
  readonly count: number;
  readonly bytes: number;
  readonly #parts: readonly Measurements[];

  constructor(parts: readonly Measurements[]) {
    this.#parts = parts;
    this.rows = parts[0].rows;
    this.cols = parts[0].cols;
    this.count = parts.reduce((sum, { count }) => sum + count, 0);
    this.bytes = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  forward(theta: Matrix): Float64Array {
    return joined(this.#parts.map((part) => part.forward(theta)));
  }

  adjoint(values: Float64Array): Matrix {
    return summed(
      split(
        values,
        this.#parts.map(({ count }) => count),
      ).map((own, i) => this.#parts[i].adjoint(own)),
    );
  }

  project(moving: Side, fixed: Matrix, responses: Float64Array): Projection {
    const own = split(
      responses,
      this.#parts.map(({ count }) => count),
    );
    return new ConcatenatedProjection(this.#parts.map((part, i) => part.project(moving, fixed, own[i])));
  }
}

class ConcatenatedProjection implements Projection {
  readonly responses: Float64Array;
  readonly outside: number;
  readonly exactWeight: boolean;
  readonly #parts: readonly Projection[];

  constructor(parts: readonly Projection[]) {
    this.#parts = parts;
    this.responses = joined(parts.map(({ responses }) => responses));
    this.outside = parts.reduce((sum, { outside }) => sum + outside, 0);
    this.exactWeight = parts.every(({ exactWeight }) => exactWeight);
  }

  forward(moving: Matrix, core: Matrix): Float64Array {
    return joined(this.#parts.map((part) => part.forward(moving, core)));
  }

  adjoint(values: Float64Array, core: Matrix): Matrix {
    const own = split(
      values,
      this.#parts.map(({ responses }) => responses.length),
    );
    return summed(this.#parts.map((part, i) => part.adjoint(own[i], core)));
  }

  coreSystem(moving: Matrix): NormalSystem {
    return addedSystems(this.#parts.map((part) => part.coreSystem(moving)));
  }

  basisSystem(core: Matrix): NormalSystem {
    return addedSystems(this.#parts.map((part) => part.basisSystem(core)));
  }

  weight(core: Matrix): Matrix {
    return summed(this.#parts.map((part) => part.weight(core)));
  }
}

/** All tasks' data as those of one task. */
export function concatenated(tasks: readonly TaskData[]): TaskData {
  return {
    measurements: new Concatenated(tasks.map(({ measurements }) => measurements)),
    responses: joined(tasks.map(({ responses }) => responses)),
  };
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const result = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const part of parts) {
    result.set(part, start);
    start += part.length;
  }
  return result;
}

function split(values: Float64Array, counts: number[]): Float64Array[] {
  let start = 0;
  return counts.map((count) => {
    start += count;
    return values.subarray(start - count, start);
  });
}

function summed(terms: readonly Matrix[]): Matrix {
  return terms.reduce((sum, term) => addScaled(sum, 1, term));
}

function addedSystems(systems: readonly NormalSystem[]): NormalSystem {
  return { gram: summed(systems.map(({ gram }) => gram)), moment: summed(systems.map(({ moment }) => moment)) };
}
