import { loraXsStart } from '../../adapters/index.ts';
import { averagingStrategy } from '../strategy.ts';

/** Each client trains an r × r core between the frozen singular vectors of the weight. Source: Bałazy et al., LoRA-XS, 2024. */
export const loraXs = averagingStrategy({
  name: 'lora-xs',
  costs: 'lora-xs',
  start: (federation) => {
    const { base, plan, clients } = federation;
    return loraXsStart(base.config, plan.adapter, federation.random('start'), base.parameters, clients.length);
  },
  trained: ['c'],
  averaged: [],
});
