import type { ClientModels } from '../adapters/index.ts';
import { type Progress, UserError } from '../core/index.ts';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { Federation } from './federation.ts';
import type { Base, Client, FederatedPlan } from './plan.ts';
import type { RoundEntry } from './round-entry.ts';
import type { State, Strategy } from './strategy.ts';

/** A finished run. */
export interface FederatedRun {
  strategy: Strategy;
  models: ClientModels;
  state: State;
  history: RoundEntry[];
  seconds: number;
}

/** Options of `federate`. */
export interface FederateOptions {
  progress?: Progress;
  /** Called after each round, for a live curve; a promise is waited for. */
  onRound?(entry: RoundEntry): unknown;
  /** A safetensors file that the run is kept in after each round, and goes on from when it is there. */
  checkpoint?: string;
  signal?: AbortSignal;
}

/**
 * Trains a federation by a strategy, all rounds of its plan. The same seed gives the same numbers, interrupted or not. Source: ours.
 *
 * @throws UserError when a client has no examples or diverges, the checkpoint is of another run, or the signal ended it
 */
export async function federate(
  strategy: Strategy,
  base: Base,
  clients: readonly Client[],
  plan: FederatedPlan,
  { progress, onRound, checkpoint, signal }: FederateOptions = {},
): Promise<FederatedRun> {
  const began = performance.now();
  const federation = new Federation(base, clients, plan);
  const saved = checkpoint === undefined ? undefined : await readCheckpoint(checkpoint, strategy, federation);
  let { state, history }: Pick<Checkpoint, 'state' | 'history'> = saved ?? { state: strategy.start(federation), history: [] };
  for (let round = history.length; round < plan.rounds; round++) {
    if (signal?.aborted) throw new UserError(`federate: ${strategy.name} was interrupted after ${round} of ${plan.rounds} rounds`);
    state = await strategy.round(federation, state, round);
    const entry = { round: round + 1, losses: [...federation.losses], traffic: { ...federation.traffic } };
    history = [...history, entry];
    await onRound?.(entry);
    progress?.update(round + 1, `${strategy.name}, loss ${mean(entry.losses).toFixed(3)}`);
    if (checkpoint !== undefined) writeCheckpoint(checkpoint, strategy, federation, { state, history });
  }
  return { strategy, models: strategy.models(state), state, history, seconds: (performance.now() - began) / 1000 };
}

const mean = (values: readonly number[]): number => {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((a, b) => a + b, 0) / known.length;
};
