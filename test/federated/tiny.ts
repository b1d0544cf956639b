import { adapterConfig } from '../../src/adapters/index.ts';
import { type Base, type Client, type FederatedPlan, federatedPlan } from '../../src/federated/index.ts';
import { TINY, tinyExamples, tinyParameters } from '../adapters/tiny.ts';

export const base: Base = { config: TINY, parameters: tinyParameters(), pad: 0 };
export const adapter = adapterConfig({ rank: 2, targets: ['q_proj', 'down_proj'] });

/** Clients of different sizes. */
export const clientsOf = (count: number): Client[] =>
  Array.from({ length: count }, (_, i) => ({ id: `client ${i}`, train: tinyExamples(`train ${i}`, 3 + i) }));

/** A short plan. */
export const planOf = (options: Partial<FederatedPlan> = {}): FederatedPlan =>
  federatedPlan({ adapter, rounds: 2, localSteps: 3, batch: 2, warmup: 2, ...options });
