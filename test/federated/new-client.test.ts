import { describe, expect, it } from 'vitest';
import { answers, type ClientModels, clientLosses, colora, federate, newClient, strategyNamed } from '../../src/federated/index.ts';
import { adaptersApart, tinyExamples } from '../adapters/tiny.ts';
import { adapter, base, clientsOf, planOf } from './tiny.ts';

const late = { id: 'late', train: tinyExamples('late', 6) };

describe('a client that arrives later', () => {
  it.each([false, true])('trains its cores only, from the mean of the others, and learns; diagonal %s', async (diagonal) => {
    const { models } = await federate(colora({ diagonal }), base, clientsOf(3), planOf({ rounds: 4, learningRate: 3e-2 }));
    const rounds: number[] = [];
    const plan = planOf({ rounds: 5, batch: 6, coreLearningRate: 5e-2 });
    const made = await newClient(base, models, late, plan, { onRound: (loss) => void rounds.push(loss) });
    const { main } = made.models.branches;
    for (const [module, { a, b }] of Object.entries(models.branches.main)) {
      expect(main[module].a).toBe(a);
      expect(main[module].b).toBe(b);
    }
    // Four weights: q_proj is 8 × 12 and down_proj 12 × 20, in two layers.
    expect(made.cost).toMatchObject({ parameters: 4 * (diagonal ? 2 : 4), down: 4 * 2 * 2 * (8 + 12 + 12 + 20) });
    expect(made.losses).toEqual(rounds);
    expect(made.losses.at(-1)).toBeLessThan(made.losses[0]);
    const of = async (model: ClientModels, count: number) => (await clientLosses(base, model, Array(count).fill(late.train), adapter))[0];
    expect(await of(made.models, 1)).toBeLessThan(await of(models, 3));
    expect(await answers(base, made.models, [[late.train[0].prompt]], { adapter, maxTokens: 2 })).toHaveLength(1);
  });

  it('can start at the identity', async () => {
    const { models } = await federate(colora(), base, clientsOf(2), planOf());
    const plan = planOf({ rounds: 1, localSteps: 1, warmup: 0, coreLearningRate: 1e-6 });
    const at = async (start: 'mean' | 'identity') => (await newClient(base, models, late, plan, { start })).models.branches.main;
    for (const { c } of Object.values(await at('identity'))) {
      expect(Math.max(...[1, 0, 0, 1].map((x, i) => Math.abs(x - c!.data[i])))).toBeLessThan(1e-5);
    }
    expect(adaptersApart(await at('identity'), await at('mean'))).toBeGreaterThan(1e-3);
  });

  it('needs the models of a shared factorisation', async () => {
    for (const name of ['fedit', 'local', 'ditto', 'flora']) {
      const { models } = await federate(strategyNamed(name), base, clientsOf(2), planOf({ rounds: 1 }));
      await expect(newClient(base, models, late, planOf())).rejects.toThrow(
        /newClient: models must have cores between factors that all clients share/,
      );
    }
    const { models } = await federate(colora(), base, clientsOf(2), planOf({ rounds: 1 }));
    await expect(newClient(base, models, { id: 'late', train: [] }, planOf())).rejects.toThrow(/client late must have a training example/);
  });
});
