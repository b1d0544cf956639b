import { type AdapterData, type FactorName, loraStart, mapAdapter, repeated } from '../adapters/index.ts';
import type { Federation } from './federation.ts';

/** The common LoRA start that every federated method broadcasts, with some factors made personal: a copy for each client. */
export function commonStart(federation: Federation, personal: readonly FactorName[] = []): AdapterData {
  const { base, plan, clients } = federation;
  const start = loraStart(base.config, plan.adapter, federation.random('start'));
  return mapAdapter(start, (tensor, factor) => (personal.includes(factor) ? repeated(tensor, clients.length) : tensor));
}
