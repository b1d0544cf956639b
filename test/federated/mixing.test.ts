import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { type AdapterData, adaptedLinear, loraStart, mapAdapter, scaleOf, sliceOf, stackOf } from '../../src/adapters/index.ts';
import { Random } from '../../src/core/index.ts';
import { answers, type ClientModels, mixtureShares } from '../../src/federated/index.ts';
import { decode, type Parameters } from '../../src/lm/index.ts';
import { apart, eagerLogits, randomized, TINY, tinyExamples } from '../adapters/tiny.ts';
import { eagerTree } from '../engine/eager.ts';
import { adapter, base, clientsOf } from './tiny.ts';

const clients = clientsOf(2);
const start = (seed: string) => randomized(loraStart(TINY, adapter, new Random(1)), seed, 0.8);
const pair = (left: AdapterData, right: AdapterData) => mapAdapter(left, (factor, name, module) => stackOf([factor, right[module][name]!]));
const models: ClientModels = {
  branches: { global: start('global'), local: pair(start('first'), start('second')) },
  shares: { global: 0.5, local: 0.5 },
};
const prompts = clients.map(({ id }) => tinyExamples(`prompts ${id}`, 3).map(({ prompt }) => prompt));
const ofClient = (client: number): AdapterData => mapAdapter(models.branches.local, (factor) => sliceOf(factor, client));

/** The state of a sequence's last token, by TensorFlow.js without compilation. */
const state = (client: number, tokens: readonly number[]) =>
  tf.tidy(() => {
    const linear = adaptedLinear([{ adapter: eagerTree(ofClient(client)), scale: scaleOf(adapter) }]);
    const { states } = decode(TINY, eagerTree<Parameters>(base.parameters), tf.tensor2d([[...tokens]], undefined, 'int32'), { linear });
    return states.slice([tokens.length - 1, 0], [1, TINY.width]).dataSync();
  });
const cosine = (x: ArrayLike<number>, y: ArrayLike<number>) => {
  const dot = (p: ArrayLike<number>, q: ArrayLike<number>) => Array.from(p).reduce((sum, a, i) => sum + a * q[i], 0);
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
};

describe('instance-wise mixing of FedDPA', () => {
  it('weighs the local adapter with half the mean cosine to training inputs, with the local adapter', async () => {
    // Client 0 has three examples: all of them are drawn, the mean is that over the three.
    const shares = await mixtureShares(base, models, prompts, adapter, { clients, samples: 3 });
    const expected = prompts[0].map((prompt) => {
      const asked = state(0, prompt);
      return clients[0].train.reduce((sum, { prompt: seen }) => sum + cosine(asked, state(0, seen)), 0) / 6;
    });
    expect(apart(shares.local.subarray(0, 3), expected)).toBeLessThan(1e-4);
    expect(
      apart(
        shares.global,
        shares.local.map((share) => 1 - share),
      ),
    ).toBeLessThan(1e-6);
    expect(new Set(shares.local).size).toBe(6);
    const turned = await mixtureShares(base, models, prompts, adapter, { clients, samples: 3, weighted: 'global' });
    expect(turned).toEqual({ local: shares.global, global: shares.local });
  });

  it('answers with these shares, prompt by prompt', async () => {
    const mixing = { clients, samples: 5, seed: 'draw' };
    const shares = await mixtureShares(base, models, prompts, adapter, mixing);
    const mixed = await answers(base, models, prompts, { adapter, maxTokens: 1, mixing });
    const s = scaleOf(adapter);
    for (const client of [0, 1]) {
      prompts[client].forEach((prompt, i) => {
        const row = client * 3 + i;
        const branches = { global: models.branches.global, local: ofClient(client) };
        const logits = eagerLogits(base.parameters, branches, { global: s * shares.global[row], local: s * shares.local[row] }, [prompt]);
        const last = Array.from(logits.data.subarray(-TINY.vocabulary));
        const token = last.indexOf(Math.max(...last));
        expect(mixed[client][i]).toEqual(TINY.eos.includes(token) ? [] : [token]);
      });
    }
  });

  it('is refused without the two branches, with other clients, with no samples', async () => {
    const mix = (m: ClientModels, mixing: object) => answers(base, m, prompts, { adapter, maxTokens: 1, mixing: { clients, ...mixing } });
    await expect(mix({ branches: { main: start('x') } }, {})).rejects.toThrow(/needs a local and a global branch, got main/);
    await expect(mix(models, { clients: clients.slice(1) })).rejects.toThrow(/needs the 2 clients that are asked, got 1/);
    await expect(mix(models, { samples: 0 })).rejects.toThrow(/samples as a whole number above 0, got 0/);
  });
});
