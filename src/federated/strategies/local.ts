import { commonStart } from '../adapter-starts.ts';
import { averagingRound, type Strategy } from '../strategy.ts';

/** Each client trains a LoRA adapter alone. Source: Hu et al., LoRA, 2021. */
export const local: Strategy = {
  name: 'local',
  costs: 'local',
  start: (federation) => ({ adapters: { main: commonStart(federation, ['a', 'b']) } }),
  async round(federation, { adapters }, round) {
    const participants = federation.participants(round);
    return { adapters: { main: await averagingRound(federation, adapters.main, { trained: ['a', 'b'], averaged: [], participants }) } };
  },
  models: ({ adapters }) => ({ branches: adapters }),
};
