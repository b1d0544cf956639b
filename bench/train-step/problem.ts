import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { leaves, type TensorData, type Tree } from '../../src/engine/index.ts';
import type { randomProblem, Shape } from './decoder.ts';

/** Writes weights, adapters and batch where another program reads them: `tensors.bin`, one after the other, and `manifest.json`. */
export function writeProblem(folder: string, shape: Shape, problem: ReturnType<typeof randomProblem>): void {
  const file = openSync(join(folder, 'tensors.bin'), 'w');
  let start = 0;
  const tensors = [...leaves(problem as unknown as Tree<TensorData>)].map(([name, { data, shape, dtype }]) => {
    writeSync(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    start += data.length;
    return { name, shape, dtype, start: start - data.length };
  });
  closeSync(file);
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ shape, floats: start, tensors }));
}
