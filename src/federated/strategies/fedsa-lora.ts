import { commonStart } from '../adapter-starts.ts';
import { averagingStrategy } from '../strategy.ts';

/** A shared, B personal. Source: Guo et al., FedSA-LoRA, 2024. */
export const fedsaLora = averagingStrategy({
  name: 'fedsa-lora',
  costs: 'fedsa-lora',
  start: (federation) => commonStart(federation, ['b']),
  trained: ['a', 'b'],
  averaged: ['a'],
});

/** B shared, A personal: the reverse. Source: Fed-ALoRA, 2025. */
export const fedAlora = averagingStrategy({
  name: 'fed-alora',
  costs: 'fed-alora',
  start: (federation) => commonStart(federation, ['a']),
  trained: ['a', 'b'],
  averaged: ['b'],
});
