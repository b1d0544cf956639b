import * as tf from '@tensorflow/tfjs';
import { type AdapterData, adaptedLinear, type BranchData, mapAdapter, tensor } from '../../src/adapters/index.ts';
import { Random } from '../../src/core/index.ts';
import type { TensorData } from '../../src/engine/index.ts';
import {
  type BatchData,
  batchLoss,
  decode,
  type LlamaConfig,
  type Parameters,
  project,
  randomParameters,
  type TokenExample,
} from '../../src/lm/index.ts';
import { eagerTree } from '../engine/eager.ts';

/** A model that trains in milliseconds. */
export const TINY: LlamaConfig = {
  vocabulary: 24,
  width: 12,
  hidden: 20,
  layers: 2,
  heads: 2,
  kvHeads: 1,
  headDim: 4,
  epsilon: 1e-5,
  rotaryBase: 10_000,
  positions: 32,
  tied: true,
  attentionBias: false,
  eos: [2],
  pad: 0,
};

/** Weights large enough that every adapter has a say. */
export function tinyParameters(seed = 1): Record<string, TensorData> {
  return Object.fromEntries(
    Object.entries(randomParameters(TINY, seed)).map(([name, { shape, data }]) => {
      const factor = name.endsWith('norm.weight') ? 1 : 12;
      return [
        name,
        tensor(
          shape,
          Float32Array.from(data, (x) => factor * x),
        ),
      ];
    }),
  );
}

/** Questions of 3 to 5 tokens with answers of 1 to 3. */
export function tinyExamples(seed: number | string, count: number): TokenExample[] {
  const random = new Random(seed);
  const tokens = (length: number) => Array.from({ length }, () => random.integer(3, TINY.vocabulary));
  return Array.from({ length: count }, () => ({ prompt: tokens(random.integer(3, 6)), answer: tokens(random.integer(1, 4)) }));
}

/** An adapter of the same shapes with random numbers. */
export function randomized(adapter: AdapterData, seed: number | string, deviation = 0.3): AdapterData {
  const random = new Random(seed);
  return mapAdapter(adapter, ({ shape, data }, factor, module) => {
    const own = random.split(module).split(factor);
    return tensor(
      shape,
      Float32Array.from(data, () => deviation * own.normal()),
    );
  });
}

type Scales = Record<string, number>;

const linearOf = (branches: BranchData, scales: Scales) =>
  adaptedLinear(Object.entries(branches).map(([branch, adapter]) => ({ adapter: eagerTree(adapter), scale: scales[branch] })));

/** The loss of a batch by TensorFlow.js without compilation. */
export function eagerLoss(parameters: Record<string, TensorData>, branches: BranchData, scales: Scales, batch: BatchData): number {
  return tf.tidy(
    () => batchLoss(TINY, eagerTree<Parameters>(parameters), eagerTree(batch), linearOf(branches, scales)).dataSync()[0] as number,
  );
}

/** Logits of sequences of equal length by TensorFlow.js without compilation; float32 [B · T, V]. */
export function eagerLogits(
  parameters: Record<string, TensorData>,
  branches: BranchData,
  scales: Scales,
  sequences: readonly (readonly number[])[],
  config: LlamaConfig = TINY,
): TensorData {
  const logits = tf.tidy(() => {
    const weights = eagerTree<Parameters>(parameters);
    const tokens = tf.tensor2d(sequences.flat(), [sequences.length, sequences[0].length], 'int32');
    return project(config, weights, decode(config, weights, tokens, { linear: linearOf(branches, scales) }).states);
  });
  const data = logits.dataSync() as Float32Array;
  logits.dispose();
  return tensor(logits.shape, data);
}

/** The largest difference between two arrays. */
export function apart(left: ArrayLike<number>, right: ArrayLike<number>): number {
  if (left.length !== right.length) throw new Error(`${left.length} numbers against ${right.length}`);
  return Array.from(left).reduce(
    (most, x, i) => (Number.isNaN(x - right[i]) ? Number.POSITIVE_INFINITY : Math.max(most, Math.abs(x - right[i]))),
    0,
  );
}

/** The largest difference between two adapters of the same shapes. */
export function adaptersApart(left: AdapterData, right: AdapterData): number {
  let most = 0;
  mapAdapter(left, (one, factor, module) => {
    const other = right[module][factor]!;
    if (`${one.shape}` !== `${other.shape}`) throw new Error(`${module}.${factor}: [${one.shape}] against [${other.shape}]`);
    most = Math.max(most, apart(one.data, other.data));
  });
  return most;
}
