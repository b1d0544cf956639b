import { commonStart } from '../adapter-starts.ts';
import { averagingStrategy } from '../strategy.ts';

/** Each client trains a LoRA adapter alone. Source: Hu et al., LoRA, 2021. */
export const local = averagingStrategy({
  name: 'local',
  costs: 'local',
  start: (federation) => commonStart(federation, ['a', 'b']),
  trained: ['a', 'b'],
  averaged: [],
});
