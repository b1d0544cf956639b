import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { flatTree, modelHash, nestedTree, type StepState } from '../adapters/index.ts';
import { UserError } from '../core/index.ts';
import type { TensorData } from '../engine/index.ts';
import { readSafetensors, writeSafetensors } from '../lm/index.ts';
import type { Federation } from './federation.ts';
import type { RoundEntry } from './round-entry.ts';
import type { State, Strategy } from './strategy.ts';

/** What a run goes on from. */
export interface Checkpoint {
  state: State;
  history: RoundEntry[];
}

/** What a run's numbers depend on, but for the model's weights: a checkpoint of another is refused. */
function fingerprint(strategy: Strategy, { base, clients, plan }: Federation): string {
  const data = clients.map(({ id, train }) => [id, train]);
  return createHash('sha256')
    .update(JSON.stringify([strategy.name, modelHash(base.config, base.parameters), data, plan]))
    .digest('hex');
}

/** Writes all that a run goes on from, under a temporary name first. */
export function writeCheckpoint(path: string, strategy: Strategy, federation: Federation, { state, history }: Checkpoint): void {
  const memories = Object.fromEntries(
    [...federation.memories].map(([memory, { step, moments }]) => [memory, { step, moments: { ...moments } }]),
  );
  const { adapters, dense } = state;
  const tensors = flatTree({ adapters, ...(dense && { dense }), memories });
  const { clock, traffic, losses } = federation;
  const metadata = {
    fingerprint: fingerprint(strategy, federation),
    run: JSON.stringify({ clock, traffic, losses: [...losses], history }),
  };
  writeSafetensors(path, tensors, { metadata });
}

/**
 * Reads what `writeCheckpoint` wrote, and puts the federation where it was.
 *
 * @returns undefined when there is no file
 * @throws UserError when the file is the checkpoint of another run
 */
export async function readCheckpoint(path: string, strategy: Strategy, federation: Federation): Promise<Checkpoint | undefined> {
  if (!existsSync(path)) return undefined;
  const { tensors, metadata } = await readSafetensors(path);
  if (metadata.get('fingerprint') !== fingerprint(strategy, federation)) {
    throw new UserError(
      `federate: ${path} must be a checkpoint of this run (same strategy, model, clients and plan), got that of another (remove it)`,
    );
  }
  const { clock, traffic, losses, history } = JSON.parse(metadata.get('run')!);
  const tree = nestedTree(tensors as Map<string, TensorData>);
  federation.clock = clock;
  Object.assign(federation.traffic, traffic);
  federation.losses.set(numbers(losses));
  const memories = (tree.memories ?? {}) as unknown as Record<string, { step: TensorData; moments?: StepState['moments'] }>;
  for (const [memory, { step, moments }] of Object.entries(memories)) {
    federation.memories.set(memory, { step, moments: [moments?.[0] ?? {}, moments?.[1] ?? {}] });
  }
  const dense = tree.dense as unknown as State['dense'];
  return {
    state: { adapters: (tree.adapters ?? {}) as unknown as State['adapters'], ...(dense && { dense }) },
    history: history.map((entry: RoundEntry) => ({ ...entry, losses: numbers(entry.losses) })),
  };
}

/** JSON has no NaN. */
const numbers = (values: readonly (number | null)[]): number[] => values.map((value) => value ?? Number.NaN);
