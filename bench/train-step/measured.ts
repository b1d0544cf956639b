import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a subject reports. */
export interface Measured {
  /** Milliseconds of each step. */
  times: number[];
  loss: number;
  /** Names of the gradients in the order of the file METHOD.bin, and how many numbers each has. */
  names: string[];
  lengths: number[];
  /** Bytes of memory at most. */
  peak: number;
  /** GFLOP/s of a product of 1024 × 1024 matrices. */
  product?: number;
  /** Floating-point operations of one step. */
  flops?: number;
  /** Milliseconds of tracing and creating the session. */
  compile?: number;
}

/** Gradients that a subject wrote, by name. */
function gradients(folder: string, method: string, { names, lengths }: Measured): Map<string, Float32Array> {
  const { buffer, byteOffset } = readFileSync(join(folder, `${method}.bin`));
  let start = byteOffset;
  return new Map(
    names.map((name, i) => {
      const values = new Float32Array(buffer.slice(start, start + 4 * lengths[i]));
      start += 4 * lengths[i];
      return [name, values];
    }),
  );
}

/** The largest ‖ours − theirs‖ / ‖theirs‖ over loss and every gradient. */
export function largestDifference(folder: string, ours: Measured, method: string, theirs: Measured): number {
  const own = gradients(folder, 'ours', ours);
  let worst = Math.abs(ours.loss - theirs.loss) / Math.abs(theirs.loss);
  for (const [name, reference] of gradients(folder, method, theirs)) {
    const values = own.get(name)!;
    let difference = 0;
    let norm = 0;
    reference.forEach((value, i) => {
      difference += (values[i] - value) ** 2;
      norm += value ** 2;
    });
    worst = Math.max(worst, Math.sqrt(difference / norm));
  }
  return worst;
}
