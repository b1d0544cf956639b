import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { jit, type TensorData, valueAndGrads } from '../../src/engine/index.ts';
import { type Batch, batchLoss, decode, generator, loadModel, type Parameters, project, readSafetensors } from '../../src/lm/index.ts';
import { difference } from '../engine/eager.ts';

const GOLDEN = join(import.meta.dirname, 'golden');

describe.each(['llama-tied', 'llama-untied', 'llama3-scaled', 'qwen2'])('%s, as transformers computes it (golden/make.py)', (name) => {
  const expected = JSON.parse(readFileSync(join(GOLDEN, name, 'expected.json'), 'utf8'));
  const load = async () => {
    const { tensors } = await readSafetensors(join(GOLDEN, name, 'gradients.safetensors'));
    return { ...(await loadModel(join(GOLDEN, name))), golden: tensors as Map<string, TensorData> };
  };

  it('logits, loss and every gradient', async () => {
    const { config, parameters, golden } = await load();
    const [B, T] = [expected.tokens.length, expected.tokens[0].length];
    const int32 = (values: number[], shape = [values.length]): TensorData => ({ shape, dtype: 'int32', data: Int32Array.from(values) });
    const places = Array.from({ length: B * T }, (_, place) => place).filter((place) => (place + 1) % T !== 0);
    const flat = expected.tokens.flat();
    const batch = {
      tokens: int32(flat, [B, T]),
      places: int32(places),
      targets: int32(places.map((place) => flat[place + 1])),
      weights: { shape: [places.length], dtype: 'float32' as const, data: new Float32Array(places.length).fill(1 / places.length) },
    };
    const fn = (inputs: { parameters: Parameters; batch: Batch }) => ({
      ...valueAndGrads((p: Parameters) => batchLoss(config, p, inputs.batch), inputs.parameters),
      logits: tf.reshape(project(config, inputs.parameters, decode(config, inputs.parameters, inputs.batch.tokens).states), [B, T, -1]),
    });
    const run = await jit(fn, { parameters, batch } as never);
    const { value, grads, logits } = (await run({ parameters, batch } as never)) as unknown as {
      value: TensorData;
      grads: Record<string, TensorData>;
      logits: TensorData;
    };
    expect(Math.abs(value.data[0] - expected.loss)).toBeLessThan(1e-5);
    const actual = new Map(Object.entries({ ...grads, logits }));
    expect([...actual.keys()].sort()).toEqual([...golden.keys()].sort());
    const wrong = [...golden].map(([key, want]) => [key, difference(actual.get(key), want, 1e-4)]).filter(([, text]) => text !== undefined);
    expect(wrong).toEqual([]);
    await run.dispose();
  });

  it('greedy texts of a batch of prompts of several lengths', async () => {
    const compiled = generator(await load());
    const made = await compiled.generate(expected.prompts, { maxTokens: 24 });
    expect(made.map(({ tokens }) => tokens)).toEqual(expected.texts);
    expect(made.map(({ ended }) => ended)).toEqual(expected.texts.map((text: number[]) => (text.length < 24 ? 'stop' : 'length')));
    await compiled.dispose();
  });
});
