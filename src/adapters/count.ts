import { UserError } from '../core/index.ts';
import type { LlamaConfig } from '../lm/index.ts';
import { type AdapterConfig, adaptedModules } from './config.ts';
import type { AdapterData } from './factors.ts';

/** The rows of the table of parametrisations. */
export const PARAMETRISATIONS = [
  'local',
  'pooled',
  'fedit',
  'fedit+local',
  'ffa-lora',
  'fedsa-lora',
  'fed-alora',
  'feddpa',
  'flora',
  'fedex-lora',
  'flexlora',
  'ditto',
  'lora-xs',
  'colora',
  'colora-diagonal',
] as const;
export type Parametrisation = (typeof PARAMETRISATIONS)[number];

/** What a method stores and sends, in numbers (not bytes) over all adapted weights. */
export interface Counts {
  /** Distinct trained numbers of all k clients together. */
  parameters: number;
  /** Numbers that a client sends to the server in a round, and gets from it. */
  up: number;
  down: number;
  /** Numbers of dense weights that are changed besides, where a method folds its updates into the model. */
  dense: number;
}

/**
 * What a method costs, from the shapes alone: with n = r · in and m = r · out of a weight, LoRA has n + m, CoLoRA n + m + k r².
 * Source: the table of the methods' papers; FedEx-LoRA's residual is sent as factors of rank at most k r.
 *
 * @throws UserError for an unknown method
 */
export function countsOf(method: Parametrisation, model: LlamaConfig, config: AdapterConfig, clients: number): Counts {
  if (!PARAMETRISATIONS.includes(method)) {
    throw new UserError(`countsOf: method must be one of ${PARAMETRISATIONS.join(', ')}, got '${method}'`);
  }
  const total: Counts = { parameters: 0, up: 0, down: 0, dense: 0 };
  for (const { out, in: width } of adaptedModules(model, config)) {
    const each = countsOfWeight(method, {
      a: config.rank * width,
      b: config.rank * out,
      rank: config.rank,
      k: clients,
      dense: out * width,
    });
    for (const name of ['parameters', 'up', 'down', 'dense'] as const) total[name] += each[name];
  }
  return total;
}

interface Sizes {
  a: number;
  b: number;
  rank: number;
  k: number;
  dense: number;
}

function countsOfWeight(method: Parametrisation, { a, b, rank, k, dense }: Sizes): Counts {
  const both = a + b;
  const row = (parameters: number, up: number, down: number, changed = 0): Counts => ({ parameters, up, down, dense: changed });
  switch (method) {
    case 'local':
      return row(k * both, 0, 0);
    case 'pooled':
      return row(both, 0, 0);
    case 'fedit':
    case 'flexlora':
      return row(both, both, both);
    case 'fedit+local':
    case 'feddpa':
    case 'ditto':
      return row((k + 1) * both, both, both);
    case 'ffa-lora':
      return row(b, b, b);
    case 'fedsa-lora':
      return row(a + k * b, a, a);
    case 'fed-alora':
      return row(b + k * a, b, b);
    case 'flora':
      return row(both, both, k * both, dense);
    case 'fedex-lora':
      return row(both, both, both + Math.min(k * both, dense), dense);
    case 'lora-xs':
      return row(k * rank ** 2, 0, 0);
    case 'colora':
      return row(both + k * rank ** 2, both, both);
    case 'colora-diagonal':
      return row(both + k * rank, both, both);
  }
}

/** Distinct numbers of an adapter, from its tensors. */
export function sizeOf(adapter: AdapterData): number {
  return Object.values(adapter)
    .flatMap((factors) => Object.values(factors))
    .reduce((sum, { data }) => sum + data.length, 0);
}
