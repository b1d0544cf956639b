import { describe, expect, it } from 'vitest';
import { type AdapterData, mapAdapter, repeated, sliceOf, tensor, updateOf } from '../../src/adapters/index.ts';
import { colora, Federation, federate, type Strategy, strategyNamed } from '../../src/federated/index.ts';
import { averagingRound } from '../../src/federated/strategy.ts';
import { adaptersApart, apart } from '../adapters/tiny.ts';
import { base, clientsOf, adapter as config, planOf } from './tiny.ts';

const plan = planOf({ rounds: 3, learningRate: 2e-2 });
const clients = clientsOf(3);

/** An adapter with identity cores for some clients. */
const withIdentity = (adapter: AdapterData, count: number): AdapterData =>
  Object.fromEntries(
    Object.entries(adapter).map(([module, { a, b }]) => [
      module,
      { a, b, c: repeated(tensor([1, 2, 2], Float32Array.of(1, 0, 0, 1)), count) },
    ]),
  );
const factors = (adapter: AdapterData): AdapterData =>
  Object.fromEntries(Object.entries(adapter).map(([module, { a, b }]) => [module, { a, b }]));

describe('reductions', () => {
  it('CoLoRA with Λᵢ ≡ I held and U, V averaged is FedIT', async () => {
    const held: Strategy = {
      ...strategyNamed('fedit'),
      start: (federation) => ({ adapters: { main: withIdentity(strategyNamed('fedit').start(federation).adapters.main, 3) } }),
      async round(federation, { adapters }, round) {
        const participants = federation.participants(round);
        return {
          adapters: { main: await averagingRound(federation, adapters.main, { trained: ['a', 'b'], averaged: ['a', 'b'], participants }) },
        };
      },
    };
    const fedit = await federate(strategyNamed('fedit'), base, clients, plan);
    const reduced = await federate(held, base, clients, plan);
    expect(adaptersApart(factors(reduced.state.adapters.main), fedit.state.adapters.main)).toBeLessThan(1e-5);
    const last = (run: typeof fedit) => run.history.at(-1)!.losses;
    expect(apart(last(reduced), last(fedit))).toBeLessThan(1e-4);
    expect(apart(last(reduced), fedit.history[0].losses)).toBeGreaterThan(0.01);
  });

  it('CoLoRA of one client with Λ = I held is LoRA', async () => {
    const lora = await federate(strategyNamed('local'), base, clients.slice(1, 2), plan);
    const federation = new Federation(base, clients.slice(1, 2), plan);
    let main = withIdentity(strategyNamed('local').start(federation).adapters.main, 1);
    for (let round = 0; round < plan.rounds; round++) {
      const shared = ['a', 'b'] as const;
      ({ main } = await federation.train(
        { main },
        { trained: { main: shared }, shared, participants: [0], steps: plan.localSteps, memory: 'x' },
      ));
    }
    expect(adaptersApart(factors(main), lora.state.adapters.main)).toBeLessThan(1e-5);
  });

  it('CoLoRA of one client with Λ trained: the update is that of an ordinary LoRA adapter B = U Λ, A = Vᵀ', async () => {
    const { state } = await federate(colora(), base, clients.slice(0, 1), plan);
    const update = updateOf(state.adapters.main, config, 0);
    for (const { data } of Object.values(update)) expect(data.some((x) => Math.abs(x) > 1e-4)).toBe(true);
    expect(Object.values(state.adapters.main).map(({ c }) => c!.shape)).toEqual(Array(4).fill([1, 2, 2]));
  });

  it('LoRA-XS is CoLoRA with U and V frozen at the singular vectors, each client alone', async () => {
    const xs = await federate(strategyNamed('lora-xs'), base, clients, plan);
    const federation = new Federation(base, clients, plan);
    const { main: start } = strategyNamed('lora-xs').start(federation).adapters;
    expect(adaptersApart(factors(xs.state.adapters.main), factors(start))).toBe(0);
    const participants = [0, 1, 2];
    let main = start;
    for (let round = 0; round < plan.rounds; round++) {
      ({ main } = await federation.train({ main }, { trained: { main: ['c'] }, participants, steps: plan.localSteps, memory: 'x' }));
    }
    // U and V here are one tensor for all clients, where the strategy has a copy for each.
    expect(adaptersApart(main, xs.state.adapters.main)).toBeLessThan(1e-4);
    expect(adaptersApart(main, start)).toBeGreaterThan(1e-3);
  });

  it('clients of local LoRA are as each alone', async () => {
    const together = await federate(strategyNamed('local'), base, clients, plan);
    const alone = await federate(strategyNamed('local'), base, [clients[1]], plan);
    const own = mapAdapter(together.state.adapters.main, (factor) => sliceOf(factor, 1));
    expect(adaptersApart(own, alone.state.adapters.main)).toBeLessThan(2e-3);
    expect(apart([together.history[2].losses[1]], alone.history[2].losses)).toBeLessThan(1e-3);
  });
});
