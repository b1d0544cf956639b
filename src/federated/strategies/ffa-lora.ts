import { commonStart } from '../adapter-starts.ts';
import { averagingRound, type Strategy } from '../strategy.ts';

/** A frozen at its common start, B trained and averaged, so that the mean is exact. Source: Sun et al., FFA-LoRA, 2024. */
export const ffaLora: Strategy = {
  name: 'ffa-lora',
  costs: 'ffa-lora',
  start: (federation) => ({ adapters: { main: commonStart(federation) } }),
  async round(federation, { adapters }, round) {
    const participants = federation.participants(round);
    return { adapters: { main: await averagingRound(federation, adapters.main, { trained: ['b'], averaged: ['b'], participants }) } };
  },
  models: ({ adapters }) => ({ branches: adapters }),
};
