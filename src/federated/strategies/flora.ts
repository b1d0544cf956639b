import { loraStart, updateOf } from '../../adapters/index.ts';
import { forClients } from '../client-factors.ts';
import { addedUpdates, changedParameters, stacked } from '../stacking.ts';
import type { Strategy } from '../strategy.ts';

/**
 * Each round begins with a fresh adapter; the server stacks those of the clients, which is their weighted sum exactly, and folds it
 * into the model. Source: Wang et al., FLoRA, 2024.
 */
export const flora: Strategy = {
  name: 'flora',
  costs: 'flora',
  start: () => ({ adapters: {} }),
  async round(federation, { dense }, round) {
    const { plan, base } = federation;
    const participants = federation.participants(round);
    const fresh = loraStart(base.config, plan.adapter, federation.random('start').split(round));
    const { main } = await federation.train(
      { main: forClients(fresh, participants) },
      { trained: { main: ['a', 'b'] }, participants, steps: plan.localSteps, base: changedParameters(base, dense) },
    );
    const sum = stacked(main, federation.weights(participants));
    federation.count('up', fresh, participants.length);
    federation.count('down', sum, participants.length);
    return { adapters: {}, dense: addedUpdates(dense, updateOf(sum, plan.adapter, 0)) };
  },
  models: ({ dense }) => ({ branches: {}, dense }),
};
