import * as tf from '@tensorflow/tfjs';
import { type AdapterConfig, type AdapterData, adaptedLinear, type Branches, type ClientModels, scaleOf } from '../adapters/index.ts';
import { Random, type Seed, UserError } from '../core/index.ts';
import { jit, type TensorData } from '../engine/index.ts';
import { decode, type Parameters } from '../lm/index.ts';
import type { Base, Client } from './plan.ts';

/** How FedDPA weighs its two adapters for a prompt. */
export interface Mixing {
  /** Whose training inputs a prompt is compared with. */
  clients: readonly Client[];
  /** S, how many of a client's training inputs; 5 by default. */
  samples?: number;
  /** Of which are drawn; 1 by default. */
  seed?: Seed;
  /** The branch whose share is α, the other has 1 − α; the local one by default. */
  weighted?: 'local' | 'global';
}

/**
 * FedDPA's instance-wise weights: α = ½ · the mean cosine between the state of a prompt's last token and those of S training inputs of
 * its client, after the last layer of the model with the local adapter. Source: Yang et al., FedDPA, 2024.
 *
 * @param prompts of each client equally many
 * @returns the shares of the branches for every prompt, the clients' one after the other
 * @throws UserError when the models have no local and global branch
 */
export async function mixtureShares(
  base: Base,
  { branches }: ClientModels,
  prompts: readonly (readonly (readonly number[])[])[],
  adapter: AdapterConfig,
  { clients, samples = 5, seed = 1, weighted = 'local' }: Mixing,
): Promise<Record<'local' | 'global', Float32Array>> {
  if (!('local' in branches && 'global' in branches)) {
    const got = Object.keys(branches).join(', ') || 'none';
    throw new UserError(`answers: mixing needs a local and a global branch, got ${got} (use it with FedDPA's models)`);
  }
  if (clients.length !== prompts.length) {
    throw new UserError(`answers: mixing needs the ${prompts.length} clients that are asked, got ${clients.length}`);
  }
  if (!(Number.isInteger(samples) && samples > 0)) {
    throw new UserError(`answers: mixing needs samples as a whole number above 0, got ${samples}`);
  }
  const random = new Random(seed).split('mixing');
  const known = clients.flatMap(({ id, train }) => {
    const order = random.split(id).shuffled(train);
    return Array.from({ length: samples }, (_, i) => order[i % order.length].prompt);
  });
  const [asked, seen] = [
    await lastStates(base, branches.local, prompts.flat(), adapter),
    await lastStates(base, branches.local, known, adapter),
  ];
  const each = prompts[0].length;
  const alpha = Float32Array.from(asked, (state, row) => {
    const client = Math.floor(row / each);
    const own = seen.slice(client * samples, (client + 1) * samples);
    return (0.5 * own.reduce((sum, other) => sum + cosine(state, other), 0)) / samples;
  });
  const rest = alpha.map((share) => 1 - share);
  return weighted === 'local' ? { local: alpha, global: rest } : { local: rest, global: alpha };
}

/** The normed state of each sequence's last token; the sequences of the clients in equal runs. */
async function lastStates(
  { config, parameters, pad }: Base,
  local: AdapterData,
  sequences: readonly (readonly number[])[],
  adapter: AdapterConfig,
): Promise<Float32Array[]> {
  const T = Math.max(...sequences.map(({ length }) => length));
  const tokens = new Int32Array(sequences.length * T).fill(pad);
  const places = Int32Array.from(sequences, (sequence, row) => {
    tokens.set(sequence, row * T);
    return row * T + sequence.length - 1;
  });
  interface Inputs {
    branches: Branches<tf.Tensor>;
    tokens: tf.Tensor;
    places: tf.Tensor;
  }
  const fn = (inputs: Inputs, constants: Parameters) => {
    const linear = adaptedLinear([{ adapter: inputs.branches.local, scale: scaleOf(adapter) }]);
    return tf.gather(decode(config, constants, inputs.tokens, { linear }).states, inputs.places);
  };
  const inputs = {
    branches: { local },
    tokens: { shape: [sequences.length, T], dtype: 'int32', data: tokens },
    places: { shape: [sequences.length], dtype: 'int32', data: places },
  } as never;
  const run = await jit(fn, inputs, { constants: parameters });
  try {
    const states = (await run(inputs)) as TensorData;
    return sequences.map((_, row) => (states.data as Float32Array).subarray(row * config.width, (row + 1) * config.width));
  } finally {
    await run.dispose();
  }
}

function cosine(x: Float32Array, y: Float32Array): number {
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xy += x[i] * y[i];
    xx += x[i] ** 2;
    yy += y[i] ** 2;
  }
  return xy / Math.sqrt(xx * yy);
}
