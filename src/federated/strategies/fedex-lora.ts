import { sizeOf, updateOf } from '../../adapters/index.ts';
import { commonStart } from '../adapter-starts.ts';
import { averaged, forClients } from '../client-factors.ts';
import { addedUpdates, changedParameters, stacked } from '../stacking.ts';
import type { Strategy } from '../strategy.ts';

/**
 * FedIT with what the means of the factors miss, mean(BᵢAᵢ) − B̄Ā, folded into the model: the aggregation is exact.
 * Source: Singhal et al., FedEx-LoRA, 2024.
 */
export const fedexLora: Strategy = {
  name: 'fedex-lora',
  costs: 'fedex-lora',
  start: (federation) => ({ adapters: { main: commonStart(federation) } }),
  async round(federation, { adapters, dense }, round) {
    const { plan, base } = federation;
    const participants = federation.participants(round);
    const weights = federation.weights(participants);
    const { main } = await federation.train(
      { main: forClients(adapters.main, participants) },
      { trained: { main: ['a', 'b'] }, participants, steps: plan.localSteps, memory: 'main', base: changedParameters(base, dense) },
    );
    const sum = stacked(main, weights);
    const mean = averaged(main, weights);
    federation.count('up', mean, participants.length);
    const residual = addedUpdates(updateOf(sum, plan.adapter, 0), updateOf(mean, plan.adapter, 0), -1);
    // The residual of a weight goes down as the stack it is made from, or dense where that is smaller.
    const extra = Object.entries(residual).map(([module, { data }]) => Math.min(sizeOf({ [module]: sum[module] }), data.length));
    federation.count('down', sizeOf(mean) + extra.reduce((total, count) => total + count, 0), participants.length);
    return { adapters: { main: mean }, dense: addedUpdates(dense, residual) };
  },
  models: ({ adapters, dense }) => ({ branches: adapters, dense }),
};
