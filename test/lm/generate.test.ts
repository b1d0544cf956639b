import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/index.ts';
import type { TensorData } from '../../src/engine/index.ts';
import {
  decode,
  generateText,
  generator,
  type LinearMap,
  type LlamaConfig,
  loadTokenizer,
  project,
  randomParameters,
} from '../../src/lm/index.ts';
import { eagerTree } from '../engine/eager.ts';

const CONFIG: LlamaConfig = {
  vocabulary: 300,
  width: 16,
  hidden: 24,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headDim: 4,
  epsilon: 1e-5,
  rotaryBase: 10_000,
  positions: 128,
  tied: false,
  attentionBias: false,
  eos: [],
};
const GOLDEN = join(import.meta.dirname, 'golden');
/** Large weights, so that texts vary. */
const PARAMETERS = Object.fromEntries(
  Object.entries(randomParameters(CONFIG, 1)).map(([name, tensor]) => [
    name,
    name.endsWith('norm.weight') ? tensor : { ...tensor, data: (tensor.data as Float32Array).map((x) => 15 * x) },
  ]),
);
const MODEL = { config: CONFIG, parameters: PARAMETERS };
const PROMPTS = [[5, 6, 7], [200, 3, 40, 41, 9], [17]];

/** Greedy tokens without cache, padding or compilation. */
function plainly(prompt: number[], count: number, parameters: Record<string, TensorData> = PARAMETERS, linear?: LinearMap): number[] {
  const tokens = [...prompt];
  for (let i = 0; i < count; i++) {
    const next = tf.tidy(() => {
      const eager = eagerTree<Record<string, tf.Tensor>>(parameters);
      const { states } = decode(CONFIG, eager, tf.tensor2d([tokens], [1, tokens.length], 'int32'), { linear });
      return tf.argMax(project(CONFIG, eager, tf.slice(states, [tokens.length - 1, 0], [1, CONFIG.width])), -1).dataSync()[0];
    });
    tokens.push(next);
  }
  return tokens.slice(prompt.length);
}

describe('generator', () => {
  it('is greedy as the whole decoder is at every step, also when the cache grows', async () => {
    await tf.setBackend('cpu');
    const compiled = generator(MODEL);
    const made = await compiled.generate(PROMPTS, { maxTokens: 8 });
    expect(made).toEqual(PROMPTS.map((prompt) => ({ tokens: plainly(prompt, 8), ended: 'length' })));
    const [long] = await compiled.generate([PROMPTS[0]], { maxTokens: 110 });
    expect(long.tokens).toEqual(plainly(PROMPTS[0], 110));
    await compiled.dispose();
  });

  it('ends a row at its stop token and goes on with the others', async () => {
    const compiled = generator(MODEL);
    const free = await compiled.generate(PROMPTS, { maxTokens: 8 });
    const stop = free[1].tokens[2];
    const made = await compiled.generate(PROMPTS, { maxTokens: 8, stop: [stop] });
    made.forEach(({ tokens, ended }, i) => {
      const at = free[i].tokens.indexOf(stop);
      expect(tokens).toEqual(at < 0 ? free[i].tokens : free[i].tokens.slice(0, at));
      expect(ended).toBe(at < 0 ? 'length' : 'stop');
    });
    expect(made[1].tokens).toHaveLength(free[1].tokens.indexOf(stop));
    await compiled.dispose();
  });

  it("draws a row's tokens from the seed and the row alone", async () => {
    const compiled = generator(MODEL);
    const options = { maxTokens: 12, temperature: 1, topK: 20, topP: 0.95, seed: 4 };
    const made = await compiled.generate(PROMPTS, options);
    expect(await compiled.generate(PROMPTS, options)).toEqual(made);
    expect((await compiled.generate([PROMPTS[0]], options))[0]).toEqual(made[0]);
    expect(await compiled.generate(PROMPTS, { ...options, seed: 5 })).not.toEqual(made);
    expect((await compiled.generate(PROMPTS, { ...options, topK: 1 })).map(({ tokens }) => tokens)).toEqual(
      PROMPTS.map((prompt) => plainly(prompt, 12)),
    );
    await compiled.dispose();
  });

  it('applies the adapters of several clients to their rows of one batch', async () => {
    const random = new Random(2);
    const normal = (shape: number[]): TensorData => ({
      shape,
      dtype: 'float32',
      data: Float32Array.from(random.fillNormal(new Float64Array(shape.reduce((a, b) => a * b)))),
    });
    // [clients, out, in], added to the queries of all layers.
    const adapters = { delta: normal([2, 16, 16]) };
    const linear =
      ({ delta }: { delta: tf.Tensor }): LinearMap =>
      (name, x, weight) => {
        const y: tf.Tensor2D = tf.matMul(x, weight, false, true);
        if (!name.endsWith('q_proj')) return y;
        const [n, width] = x.shape;
        const added = tf.matMul(tf.reshape(x, [2, n / 2, width]), delta, false, true);
        return tf.add(y, tf.reshape(added, [n, 16]));
      };
    const prompts = [[5, 6, 7], [9], [5, 6, 7], [30, 31]];
    const compiled = generator(MODEL, { linear });
    const made = await compiled.generate(prompts, { maxTokens: 6, adapters });
    const merged = (client: number) =>
      Object.fromEntries(
        Object.entries(PARAMETERS).map(([name, tensor]) => {
          const own = adapters.delta.data.subarray(client * 256, (client + 1) * 256);
          return [name, name.includes('q_proj') ? { ...tensor, data: (tensor.data as Float32Array).map((x, i) => x + own[i]) } : tensor];
        }),
      );
    expect(made.map(({ tokens }) => tokens)).toEqual(prompts.map((prompt, row) => plainly(prompt, 6, merged(row < 2 ? 0 : 1))));
    expect(made[0].tokens).not.toEqual(made[2].tokens);
    const other = await compiled.generate(prompts, {
      maxTokens: 6,
      adapters: { delta: { ...adapters.delta, data: new Float32Array(512) } },
    });
    expect(other[0].tokens).toEqual(plainly(prompts[0], 6));
    await compiled.dispose();
  });

  it('says in a sentence what cannot be', async () => {
    const compiled = generator(MODEL);
    const fails = (prompts: number[][], options: object, message: string) =>
      expect(compiled.generate(prompts, options)).rejects.toThrow(`generate: ${message}`);
    await fails([[1], []], {}, 'prompt 1 must have a token at least, got none');
    await fails([[300]], {}, 'prompt 0: tokens must be from 0 to 299, got 300');
    await fails(
      [[1], [2, 3, 4]],
      { maxTokens: 126 },
      "prompt 1 and maxTokens must fit into the model's 128 positions together, got 3 and 126 (shorten the prompt or lower maxTokens)",
    );
    await fails([[1]], { temperature: -1 }, 'temperature must be 0 or more, got -1');
    await fails([[1]], { topP: 0 }, 'topP must be above 0 and at most 1, got 0');
    await fails([[1]], { topK: 1.5 }, 'topK must be a whole number above 0, got 1.5');
    await fails([[1]], { maxTokens: -1 }, 'maxTokens must be a whole number, got -1');
    await fails([[1]], { beams: 2 }, 'option must be one of');
    expect(await compiled.generate([], {})).toEqual([]);
    expect(await compiled.generate([[1]], { maxTokens: 0 })).toEqual([{ tokens: [], ended: 'length' }]);
    await compiled.dispose();
  });
});

describe('generateText', () => {
  it('goes on with texts, and shows the first as it comes', async () => {
    const tokenizer = loadTokenizer(join(GOLDEN, 'tokenizer'));
    // The model may say tokens that the tokenizer lacks, which no trained one does.
    const config = { ...CONFIG, vocabulary: tokenizer.size };
    const parameters = { ...PARAMETERS };
    for (const name of ['model.embed_tokens.weight', 'lm_head.weight']) {
      parameters[name] = { ...PARAMETERS[name], shape: [290, 16], data: PARAMETERS[name].data.slice(0, 290 * 16) };
    }
    const parts: string[] = [];
    const options = { maxTokens: 20 };
    const made = await generateText({ config, parameters, tokenizer }, ['the list', 'numbers'], options, (part) => parts.push(part));
    expect(made).toHaveLength(2);
    for (const { text, tokens } of made) expect(text).toBe(tokenizer.decode(tokens));
    expect(parts.join('')).toBe(made[0].text);
    expect(parts.length).toBeGreaterThan(3);
    await expect(generateText({ config, parameters }, ['a'])).rejects.toThrow('the model must have a tokenizer.json, got none');
  });
});
