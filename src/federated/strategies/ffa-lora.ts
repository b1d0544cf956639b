import { commonStart } from '../adapter-starts.ts';
import { averagingStrategy } from '../strategy.ts';

/** A frozen at its common start, B trained and averaged, so that the mean is exact. Source: Sun et al., FFA-LoRA, 2024. */
export const ffaLora = averagingStrategy({
  name: 'ffa-lora',
  costs: 'ffa-lora',
  start: (federation) => commonStart(federation),
  trained: ['b'],
  averaged: ['b'],
});
