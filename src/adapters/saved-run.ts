import { createHash } from 'node:crypto';
import { UserError } from '../core/index.ts';
import type { TensorData } from '../engine/index.ts';
import { type LlamaConfig, readSafetensors, writeSafetensors } from '../lm/index.ts';
import type { AdapterConfig } from './config.ts';
import type { BranchData } from './flat.ts';
import type { ClientModels } from './models.ts';
import { flatTree, nestedTree } from './tensor-tree.ts';

/** What a federated run came to, as a file has it. */
export interface SavedRun {
  models: ClientModels;
  adapter: AdapterConfig;
  /** Names of the clients, in the order of the personal factors. */
  clients: string[];
  strategy: string;
  /** Which model was adapted, as `modelHash` says. */
  base: string;
  /** How it was trained. */
  plan: Record<string, unknown>;
}

/** A short name for a model: its shape and the first and last number of each weight. */
export function modelHash(config: LlamaConfig, parameters: Record<string, TensorData>): string {
  const sample = Object.entries(parameters).map(([name, { shape, data }]) => [name, shape, data[0], data[data.length - 1]]);
  return createHash('sha256')
    .update(JSON.stringify([config, sample]))
    .digest('hex');
}

const FORMAT = 'colora run 1';

/** Writes the models of all clients as one safetensors file. */
export function writeRun(path: string, { models, ...rest }: SavedRun): void {
  const { branches, shares, dense } = models;
  const tensors = flatTree({ branches, ...(dense && { dense }) });
  writeSafetensors(path, tensors, { metadata: { format: FORMAT, run: JSON.stringify({ ...rest, shares }) } });
}

/**
 * Reads what `writeRun` wrote.
 *
 * @throws UserError when the file is missing, or is none that `writeRun` wrote
 */
export async function loadRun(path: string): Promise<SavedRun> {
  const { tensors, metadata } = await readSafetensors(path);
  if (metadata.get('format') !== FORMAT) {
    throw new UserError(`loadRun: ${path} must be a saved federated run, got another safetensors file (write one with saveRun)`);
  }
  const { shares, ...rest } = JSON.parse(metadata.get('run')!);
  const { branches = {}, dense } = nestedTree(tensors as Map<string, TensorData>) as {
    branches?: BranchData;
    dense?: ClientModels['dense'];
  };
  return { ...rest, models: { branches, ...(shares && { shares }), ...(dense && { dense }) } };
}
