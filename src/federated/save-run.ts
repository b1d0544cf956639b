import { modelHash, writeRun } from '../adapters/index.ts';
import type { Base, Client, FederatedPlan } from './plan.ts';
import type { FederatedRun } from './run.ts';

/** What a run was of. */
export interface RunOrigin {
  base: Base;
  clients: readonly Client[];
  plan: FederatedPlan;
}

/** Writes a finished run's models as one safetensors file, which `loadRun` and `colora export-peft` read. */
export function saveRun(path: string, { strategy, models }: FederatedRun, { base, clients, plan }: RunOrigin): void {
  const { adapter, ...rest } = plan;
  writeRun(path, {
    models,
    adapter,
    clients: clients.map(({ id }) => id),
    strategy: strategy.name,
    base: modelHash(base.config, base.parameters),
    plan: rest,
  });
}
