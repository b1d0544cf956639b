import { describe, expect, it } from 'vitest';
import { countsOf } from '../../src/adapters/index.ts';
import { colora, federate, methodTable, STRATEGIES } from '../../src/federated/index.ts';
import { TINY } from '../adapters/tiny.ts';
import { adapter, base, clientsOf, planOf } from './tiny.ts';

const clients = clientsOf(3).map(({ id, train }) => ({ id, train: train.slice(0, 3) }));
const all = [...STRATEGIES, colora({ u: 'orthonormal', core: 'zero' })];

it('strategies have names of their own', () => {
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
});

describe.each(all.map((strategy) => [strategy.name, strategy] as const))('%s', (_, strategy) => {
  it('sends what the table says, each participant in each round, and learns', async () => {
    // Every step sees all examples, so that losses can be compared.
    const plan = planOf({ rounds: 4, batch: 3, learningRate: 2e-2 });
    const { history } = await federate(strategy, base, clients, plan);
    const options = { clients: clients.length, localSteps: plan.localSteps, strategies: [strategy] };
    const [{ up, down, parameters }] = methodTable(TINY, adapter, options);
    expect(parameters).toBe(countsOf(strategy.costs, TINY, adapter, clients.length).parameters);
    // Fine-tuning at the end sends nothing.
    const tuned = ['fedit+local', 'feddpa-f'].includes(strategy.name);
    const sent = { up: up * clients.length, down: down * clients.length };
    for (let round = 1; round < plan.rounds; round++) {
      const [before, after] = [history[round - 1].traffic, history[round].traffic];
      const expected = tuned && round === 3 ? { up: 0, down: 0 } : sent;
      expect({ up: after.up - before.up, down: after.down - before.down }).toEqual(expected);
    }
    const tokens = clients.flatMap(({ train }) => train).reduce((sum, { prompt, answer }) => sum + prompt.length + answer.length, 0);
    if (strategy.name === 'pooled') expect(history[0].traffic).toEqual({ up: 4 * tokens, down: 0 });
    else expect(history[0].traffic).toEqual(sent);
    const mean = (losses: number[]) => losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    expect(history.flatMap(({ losses }) => losses).every(Number.isFinite)).toBe(true);
    expect(mean(history[3].losses)).toBeLessThan(mean(history[0].losses));
  });

  it('gives the same numbers for the same seed, others for another', async () => {
    const run = async (seed: number) => (await federate(strategy, base, clients, planOf({ seed, participation: 0.6 }))).state;
    const [first, second, other] = [await run(1), await run(1), await run(2)];
    expect(JSON.stringify(second)).toBe(JSON.stringify(first));
    expect(JSON.stringify(other)).not.toBe(JSON.stringify(first));
  });

  it('works with one client and with one step a round', async () => {
    const { history, models } = await federate(strategy, base, clients.slice(1, 2), planOf({ localSteps: 1 }));
    expect(history[1].losses).toHaveLength(1);
    expect(Number.isFinite(history[1].losses[0])).toBe(true);
    expect(Object.keys(models.branches).length + Object.keys(models.dense ?? {}).length).toBeGreaterThan(0);
  });
});
