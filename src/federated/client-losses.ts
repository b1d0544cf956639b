import * as tf from '@tensorflow/tfjs';
import { type AdapterConfig, type Branches, branchedLinear, branchScales, type ClientModels } from '../adapters/index.ts';
import { UserError } from '../core/index.ts';
import { crossEntropy, jit, type TensorData } from '../engine/index.ts';
import { type Batch, batchOf, decode, type Parameters, project, shapeOf, type TokenExample } from '../lm/index.ts';
import type { Base } from './plan.ts';
import { changedParameters } from './stacking.ts';

/** Examples of each client in a call. */
const BATCH = 16;

/**
 * The loss of every client's model on its own examples: the mean cross-entropy of their answers' tokens. Source: ours.
 *
 * @param examples of each client, one at least
 * @throws UserError when a client has none
 */
export async function clientLosses(
  base: Base,
  { branches, shares, dense }: ClientModels,
  examples: readonly (readonly TokenExample[])[],
  adapter: AdapterConfig,
): Promise<number[]> {
  const empty = examples.findIndex(({ length }) => length === 0);
  if (empty >= 0) throw new UserError(`clientLosses: every client must have an example at least, got none of client ${empty}`);
  const scales = branchScales({ branches, shares }, adapter);
  const fn = (inputs: { branches: Branches<tf.Tensor>; batch: Batch }, constants: Parameters) => {
    const { tokens, places, targets } = inputs.batch;
    const linear = branchedLinear(inputs.branches, scales);
    const { states } = decode(base.config, constants, tokens, { linear });
    return crossEntropy(project(base.config, constants, tf.gather(states, places)), targets);
  };
  const most = Math.max(...examples.map(({ length }) => length));
  const size = Math.min(BATCH, most);
  const shape = shapeOf(examples.flat());
  const batchAt = (start: number) => {
    // Clients with fewer examples are filled up with their first.
    const chosen = examples.flatMap((own) => Array.from({ length: size }, (_, i) => own[start + i] ?? own[0]));
    return batchOf(chosen, shape, base.pad);
  };
  const inputs = (start: number) => ({ branches, batch: batchAt(start) }) as never;
  const run = await jit(fn, inputs(0), { constants: changedParameters(base, dense) });
  try {
    const sums = examples.map(() => 0);
    for (let start = 0; start < most; start += size) {
      const { data } = (await run(inputs(start))) as TensorData;
      examples.forEach((own, client) => {
        own.slice(start, start + size).forEach(({ answer }, i) => {
          const row = (client * size + i) * shape.answers;
          for (let token = 0; token < answer.length; token++) sums[client] += data[row + token];
        });
      });
    }
    return sums.map((sum, client) => sum / examples[client].reduce((count, { answer }) => count + answer.length, 0));
  } finally {
    await run.dispose();
  }
}
