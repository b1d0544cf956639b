import type { FactorName } from '../../adapters/index.ts';
import { commonStart } from '../adapter-starts.ts';
import { averagingRound, type Strategy } from '../strategy.ts';

/** Both factors trained, one averaged, the other kept by its client. */
const oneShared = (name: string, costs: Strategy['costs'], shared: FactorName, personal: FactorName): Strategy => ({
  name,
  costs,
  start: (federation) => ({ adapters: { main: commonStart(federation, [personal]) } }),
  async round(federation, { adapters }, round) {
    const participants = federation.participants(round);
    return {
      adapters: { main: await averagingRound(federation, adapters.main, { trained: ['a', 'b'], averaged: [shared], participants }) },
    };
  },
  models: ({ adapters }) => ({ branches: adapters }),
});

/** A shared, B personal. Source: Guo et al., FedSA-LoRA, 2024. */
export const fedsaLora = oneShared('fedsa-lora', 'fedsa-lora', 'a', 'b');

/** B shared, A personal: the reverse. Source: Fed-ALoRA, 2025. */
export const fedAlora = oneShared('fed-alora', 'fed-alora', 'b', 'a');
