import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { StepState } from '../adapters/index.ts';
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
  const sample = Object.entries(base.parameters).map(([name, { shape, data }]) => [name, shape, data[0], data[data.length - 1]]);
  return createHash('sha256')
    .update(JSON.stringify([strategy.name, base.config, sample, data, plan]))
    .digest('hex');
}

/** Separates names in a path; no name of a module, memory or branch has it. */
const BETWEEN = '/';

/** Writes all that a run goes on from, under a temporary name first. */
export function writeCheckpoint(path: string, strategy: Strategy, federation: Federation, { state, history }: Checkpoint): void {
  const tensors = new Map<string, TensorData>();
  const put = (prefix: string, tree: object): void => {
    for (const [name, value] of Object.entries(tree)) {
      if (Array.isArray((value as TensorData).shape)) tensors.set(`${prefix}${BETWEEN}${name}`, value as TensorData);
      else put(`${prefix}${BETWEEN}${name}`, value as object);
    }
  };
  put('adapters', state.adapters);
  if (state.dense !== undefined) put('dense', state.dense);
  for (const [memory, kept] of federation.memories) put(`memories${BETWEEN}${memory}`, { step: kept.step, moments: { ...kept.moments } });
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
  const tree: Node = {};
  for (const [name, value] of tensors) {
    const steps = name.split(BETWEEN);
    let node = tree;
    for (const step of steps.slice(0, -1)) {
      node[step] ??= {};
      node = node[step] as Node;
    }
    node[steps[steps.length - 1]] = value as TensorData;
  }
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

/** A tree that grows. */
interface Node {
  [name: string]: Node | TensorData;
}
