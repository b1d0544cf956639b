import { describe, expect, it } from 'vitest';
import { mapAdapter, sliceOf } from '../../src/adapters/index.ts';
import { Random } from '../../src/core/index.ts';
import {
  answers,
  colora,
  DivergenceError,
  examplesAt,
  Federation,
  federate,
  federatedPlan,
  strategyNamed,
} from '../../src/federated/index.ts';
import { adaptersApart } from '../adapters/tiny.ts';
import { adapter, base, clientsOf, planOf } from './tiny.ts';

describe('participation', () => {
  it('draws the share of the clients anew each round, by the seed', () => {
    const federation = new Federation(base, clientsOf(5), planOf({ participation: 0.4 }));
    const rounds = Array.from({ length: 30 }, (_, round) => federation.participants(round));
    expect(rounds.every((chosen) => chosen.length === 2 && chosen[0] < chosen[1])).toBe(true);
    expect(new Set(rounds.flat())).toEqual(new Set([0, 1, 2, 3, 4]));
    expect(new Federation(base, clientsOf(5), planOf({ participation: 0.4 })).participants(7)).toEqual(rounds[7]);
    expect(new Federation(base, clientsOf(5), planOf({ participation: 0.01 })).participants(0)).toHaveLength(1);
  });

  it.each(['local', 'fedsa-lora', 'colora', 'colora-averaging', 'colora-diagonal'])(
    '%s: who does not take part keeps what is its own, with one participant of three',
    async (name) => {
      const federation = new Federation(base, clientsOf(3), planOf({ participation: 0.3 }));
      const start = strategyNamed(name).start(federation);
      const [chosen] = federation.participants(0);
      const after = await strategyNamed(name).round(federation, start, 0);
      const personal = mapAdapter(start.adapters.main, ({ shape }) => shape[0] === 3);
      for (const client of [0, 1, 2]) {
        const own = (state: typeof start) =>
          Object.fromEntries(
            Object.entries(mapAdapter(state.adapters.main, (factor) => sliceOf(factor, client))).map(([module, factors]) => [
              module,
              Object.fromEntries(Object.entries(factors).filter(([factor]) => personal[module][factor as 'a'])),
            ]),
          ) as never;
        const moved = adaptersApart(own(start), own(after));
        if (client === chosen) expect(moved).toBeGreaterThan(1e-4);
        else expect(moved).toBe(0);
      }
      expect(Object.values(after.adapters.main)[0].a.shape).toEqual(Object.values(start.adapters.main)[0].a.shape);
      expect([...federation.losses].map(Number.isNaN).filter(Boolean)).toHaveLength(2);
    },
  );

  it("the server's optimiser goes on when other clients take part", async () => {
    const plan = planOf({ participation: 0.3, rounds: 6 });
    const federation = new Federation(base, clientsOf(3), plan);
    let state = colora().start(federation);
    for (let round = 0; round < 6; round++) state = await colora().round(federation, state, round);
    expect(new Set([0, 1, 2, 3, 4, 5].flatMap((round) => federation.participants(round))).size).toBeGreaterThan(1);
    expect(federation.memories.get('together abc server')!.step.data[0]).toBe(18);
  });
});

describe('weights', () => {
  it('by size, and alike', async () => {
    const clients = clientsOf(3);
    expect(new Federation(base, clients, planOf({ weighting: 'size' })).weights([0, 2])).toEqual([3 / 8, 5 / 8]);
    expect(new Federation(base, clients, planOf()).weights([0, 1, 2])).toEqual([1 / 3, 1 / 3, 1 / 3]);
    for (const name of ['fedit', 'colora', 'pooled', 'flora']) {
      const run = async (weighting: 'size' | 'uniform') => {
        const { state } = await federate(strategyNamed(name), base, clients, planOf({ weighting }));
        return JSON.stringify(state);
      };
      expect(await run('size')).not.toBe(await run('uniform'));
    }
  });

  it('of clients that are equally large do not matter', async () => {
    const clients = clientsOf(3).map(({ id, train }) => ({ id, train: train.slice(0, 3) }));
    const run = async (weighting: 'size' | 'uniform') => (await federate(colora(), base, clients, planOf({ weighting }))).state;
    expect(await run('size')).toEqual(await run('uniform'));
  });
});

describe('examples', () => {
  it('are seen once in each pass, in an order that depends on the step alone', () => {
    const random = new Random('examples');
    const seen = Array.from({ length: 10 }, (_, step) => examplesAt(random, 5, 2, step)).flat();
    for (let pass = 0; pass < 4; pass++) expect([...seen.slice(5 * pass, 5 * pass + 5)].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(seen.slice(0, 5)).not.toEqual(seen.slice(5, 10));
    expect(examplesAt(random, 5, 2, 7)).toEqual(seen.slice(14, 16));
  });
});

describe('bad input', () => {
  const clients = clientsOf(2);

  it('no clients, a client without data, two of one name', () => {
    expect(() => new Federation(base, [], planOf())).toThrow(/there must be a client at least/);
    expect(() => new Federation(base, [clients[0], { id: 'empty', train: [] }], planOf())).toThrow(
      /client empty must have a training example at least/,
    );
    expect(() => new Federation(base, [clients[0], clients[0]], planOf())).toThrow(
      /clients must have names of their own, got client 0 twice/,
    );
  });

  it('plans that cannot be', () => {
    const wrong: [object, RegExp][] = [
      [{ rounds: 0 }, /rounds must be a whole number above 0, got 0/],
      [{ batch: 1.5 }, /batch must be a whole number above 0/],
      [{ learningRate: -1 }, /learningRate must be above 0/],
      [{ participation: 0 }, /participation must be above 0 and at most 1/],
      [{ weighting: 'even' }, /weighting must be uniform or size, got 'even'/],
      [{ floor: 2 }, /floor must be from 0 to 1, got 2/],
      [{ warmup: -1 }, /warmup must be a whole number from 0/],
      [{ beta2: 1 }, /beta2 must be/],
      [{ epochs: 3 }, /option must be one of adapter, rounds/],
    ];
    for (const [options, message] of wrong) expect(() => federatedPlan({ adapter, ...options })).toThrow(message);
  });

  it('a diverging run is stopped and the client named, also when only the last step diverges', async () => {
    const broken = { ...base, parameters: { ...base.parameters } };
    const weight = broken.parameters['model.layers.0.mlp.up_proj.weight'];
    broken.parameters['model.layers.0.mlp.up_proj.weight'] = { ...weight, data: weight.data.map(() => Number.NaN) };
    const failing = federate(strategyNamed('local'), broken, clients, planOf());
    await expect(failing).rejects.toThrow(/client client 0 diverged, its loss in step 1 is NaN \(use a lower learning rate\)/);
    await expect(failing).rejects.toBeInstanceOf(DivergenceError);
    const last = federate(strategyNamed('local'), base, clients, planOf({ rounds: 1, localSteps: 1, warmup: 0, learningRate: 1e39 }));
    await expect(last).rejects.toThrow(/client client 0 diverged, its factors are no longer finite after step 1/);
  });

  it('an interrupted run, unequal prompts, an adapter above the width', async () => {
    const controller = new AbortController();
    const run = federate(strategyNamed('local'), base, clients, planOf(), { signal: controller.signal, onRound: () => controller.abort() });
    await expect(run).rejects.toThrow(/local was interrupted after 1 of 2 rounds/);
    const { models } = await federate(strategyNamed('local'), base, clients, planOf({ rounds: 1 }));
    await expect(answers(base, models, [[[3]], []], { adapter, maxTokens: 2 })).rejects.toThrow(/equally many prompts, got 1, 0/);
    await expect(federate(colora(), base, clients, planOf({ adapter: { ...adapter, rank: 9 } }))).rejects.toThrow(
      /rank must be at most 8, the width of q_proj, got 9/,
    );
  });
});
