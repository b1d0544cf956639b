import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { colora, type FederatedPlan, federate, type Strategy, strategyNamed } from '../../src/federated/index.ts';
import { tinyParameters } from '../adapters/tiny.ts';
import { base, clientsOf, planOf } from './tiny.ts';

const folder = mkdtempSync(join(tmpdir(), 'federated-'));
afterAll(() => rmSync(folder, { recursive: true }));
const clients = clientsOf(3);

/** A run that is interrupted after so many rounds, and then goes on. */
async function interrupted(strategy: Strategy, plan: FederatedPlan, rounds: number) {
  const checkpoint = join(folder, `${strategy.name}-${rounds}.safetensors`);
  const controller = new AbortController();
  const onRound = ({ round }: { round: number }) => {
    if (round === rounds) controller.abort();
  };
  await expect(federate(strategy, base, clients, plan, { checkpoint, signal: controller.signal, onRound })).rejects.toThrow(/interrupted/);
  const rest: number[] = [];
  const run = await federate(strategy, base, clients, plan, { checkpoint, onRound: ({ round }) => void rest.push(round) });
  expect(rest).toEqual(Array.from({ length: plan.rounds - rounds }, (_, i) => rounds + 1 + i));
  return run;
}

// Local memories, dense changes, both, several branches, a server's optimiser, fine-tuning, no memory at all.
describe.each([
  'local',
  'fedex-lora',
  'flora',
  'feddpa-t',
  'ditto',
  'colora',
  'colora-alternating',
  'colora-retraction',
  'fedit+local',
  'pooled',
])('%s interrupted and resumed', (name) => {
  it.each([1, 0.6])('is the uninterrupted run to the bit after any round, participation %d', async (participation) => {
    const plan = planOf({ rounds: 4, participation });
    const whole = await federate(strategyNamed(name), base, clients, plan);
    for (const rounds of [1, 3]) {
      const { state, history } = await interrupted(strategyNamed(name), plan, rounds);
      expect(state).toEqual(whole.state);
      expect(history).toEqual(whole.history);
      rmSync(join(folder, `${name}-${rounds}.safetensors`));
    }
  });
});

describe('a checkpoint of something else is refused', () => {
  const checkpoint = join(folder, 'first.safetensors');
  const plan = planOf({ rounds: 1 });
  const again = (strategy: Strategy, model = base, others = clients, other = plan) =>
    federate(strategy, model, others, other, { checkpoint });

  it('another strategy, variant, model, data, plan; and a file that is none', async () => {
    await again(colora());
    const message = /must be a checkpoint of this run \(same strategy, model, clients and plan\), got that of another/;
    await expect(again(strategyNamed('fedit'))).rejects.toThrow(message);
    await expect(again(colora({ u: 'orthonormal', core: 'zero' }))).rejects.toThrow(message);
    await expect(again(colora(), { ...base, parameters: tinyParameters(2) })).rejects.toThrow(message);
    await expect(again(colora(), base, clientsOf(2))).rejects.toThrow(message);
    await expect(again(colora(), base, clients, planOf({ rounds: 1, seed: 2 }))).rejects.toThrow(message);
    expect((await again(colora())).history).toHaveLength(1);
    writeFileSync(checkpoint, 'something else');
    await expect(again(colora())).rejects.toThrow(/readSafetensors: .*first\.safetensors/);
  });
});
