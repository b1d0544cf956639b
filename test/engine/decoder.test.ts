import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { fullStep, loraStep, randomProblem } from '../../bench/train-step/decoder.ts';
import { type AsInput, jit, leaves, type TensorData, type Tree } from '../../src/engine/index.ts';
import { dataTree, difference, eagerTree } from './eager.ts';

const shape = { d: 16, layers: 2, heads: 4, kvHeads: 2, hidden: 24, vocabulary: 30, rank: 3, batch: 2, length: 5 };

/** Differences between compiled and eager loss and gradients, and how many gradients there are. */
async function compare(fn: (inputs: never, constants: never) => unknown, inputs: unknown, constants: object): Promise<[number, unknown[]]> {
  await tf.setBackend('cpu');
  const expected = leaves(dataTree(tf.tidy(() => fn(eagerTree(inputs), eagerTree(constants)) as tf.TensorContainer)));
  const run = await jit(fn as (inputs: never, constants: Record<string, never>) => unknown, inputs as never, {
    constants: constants as never,
  });
  const actual = leaves((await run(inputs as AsInput<never>)) as unknown as Tree<TensorData>);
  const wrong = [...expected]
    .map(([path, want]) => [path, difference(actual.get(path), want, 2e-5)])
    .filter(([, text]) => text !== undefined);
  return [actual.size, wrong];
}

describe('a decoder with rotary embedding, grouped heads and gated layers', () => {
  it('has the eager loss and gradients of every adapter', async () => {
    const { weights, adapters, batch } = randomProblem(shape);
    expect(await compare(loraStep(shape) as never, { adapters, batch }, weights)).toEqual([1 + 2 * 7 * 2, []]);
  });

  it('has the eager loss and gradients of every weight, embeddings included', async () => {
    const { weights, batch } = randomProblem(shape);
    expect(await compare(fullStep(shape) as never, { weights, batch }, {})).toEqual([1 + 3 + 2 * 9, []]);
  });
});
