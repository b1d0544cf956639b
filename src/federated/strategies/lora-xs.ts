import { loraXsStart } from '../../adapters/index.ts';
import { averagingRound, type Strategy } from '../strategy.ts';

/** Each client trains an r × r core between the frozen singular vectors of the weight. Source: Bałazy et al., LoRA-XS, 2024. */
export const loraXs: Strategy = {
  name: 'lora-xs',
  costs: 'lora-xs',
  start: (federation) => {
    const { base, plan, clients } = federation;
    return { adapters: { main: loraXsStart(base.config, plan.adapter, federation.random('start'), base.parameters, clients.length) } };
  },
  async round(federation, { adapters }, round) {
    const participants = federation.participants(round);
    return { adapters: { main: await averagingRound(federation, adapters.main, { trained: ['c'], averaged: [], participants }) } };
  },
  models: ({ adapters }) => ({ branches: adapters }),
};
