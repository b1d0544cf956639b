import { UserError } from '../core/index.ts';
import type { TensorData } from '../engine/index.ts';
import { addedTo, loraOf, updateOf } from './client.ts';
import { type AdapterConfig, scaleOf } from './config.ts';
import type { BranchData } from './flat.ts';
import { tensor } from './tensors.ts';

/** The model of every client: branches that add up, with their shares, and changes of the weights themselves. */
export interface ClientModels {
  branches: BranchData;
  /** What each branch is multiplied with besides the adapter's scale; 1 by default. */
  shares?: Record<string, number>;
  /** What is added to the weights of all clients, [out, in] under module names. */
  dense?: Record<string, TensorData>;
}

/** What the branches of a model are multiplied with: the adapter's scale and their shares. */
export function branchScales({ branches, shares = {} }: ClientModels, config: AdapterConfig): Record<string, number> {
  return Object.fromEntries(Object.keys(branches).map((branch) => [branch, scaleOf(config) * (shares[branch] ?? 1)]));
}

/** An ordinary LoRA adapter: A [r, in] and B [out, r] of each module. */
export interface LoraAdapter {
  config: AdapterConfig;
  modules: Record<string, { a: TensorData; b: TensorData }>;
}

/**
 * One client's model as an ordinary LoRA adapter: B = U Λᵢ, A = Vᵀ for CoLoRA; branches that add up become one of their joint rank.
 *
 * @param client its index; factors that all clients share are every client's
 * @throws UserError when updates were folded into the weights, which no adapter can hold
 */
export function loraAdapter({ branches, shares = {}, dense }: ClientModels, config: AdapterConfig, client: number): LoraAdapter {
  const names = Object.keys(branches);
  if (dense !== undefined || names.length === 0) {
    throw new UserError('adapter: a model whose weights themselves were changed has no adapter of its own (export it merged)');
  }
  const each = names.map((branch) => loraOf(branches[branch], ownIndex(branches[branch], client)));
  const rank = names.length * config.rank;
  const modules = Object.fromEntries(
    Object.keys(each[0]).map((module) => {
      const parts = each.map((adapter, i) => ({ ...adapter[module], share: shares[names[i]] ?? 1 }));
      return [module, beside(parts)];
    }),
  );
  // α grows with the rank, so that the scale stays.
  const alpha = names.length === 1 ? config.alpha : scaleOf(config) * (config.scaling === 'alpha/r' ? rank : Math.sqrt(rank));
  return { config: { ...config, rank, alpha }, modules };
}

/** Σ share · B A as one product. */
function beside(parts: { a: TensorData; b: TensorData; share: number }[]): { a: TensorData; b: TensorData } {
  const [r, width] = parts[0].a.shape;
  const [out] = parts[0].b.shape;
  const rank = r * parts.length;
  const a = new Float32Array(rank * width);
  const b = new Float32Array(out * rank);
  parts.forEach((part, i) => {
    a.set(part.a.data as Float32Array, i * r * width);
    for (let row = 0; row < out; row++) {
      for (let q = 0; q < r; q++) b[row * rank + i * r + q] = part.share * part.b.data[row * r + q];
    }
  });
  return { a: tensor([rank, width], a), b: tensor([out, rank], b) };
}

/** The index of a client in an adapter that all may share. */
function ownIndex(adapter: BranchData[string], client: number): number {
  const isShared = Object.values(adapter).every((factors) => Object.values(factors).every(({ shape }) => shape[0] === 1));
  return isShared ? 0 : client;
}

/**
 * A base model's weights with all that one client's model adds to them.
 *
 * @throws UserError when a weight is missing or has another shape
 */
export function mergedModel(
  weights: Record<string, TensorData>,
  { branches, shares = {}, dense = {} }: ClientModels,
  config: AdapterConfig,
  client: number,
): Record<string, TensorData> {
  let merged = addedTo(weights, dense);
  for (const [branch, adapter] of Object.entries(branches)) {
    const alpha = config.alpha * (shares[branch] ?? 1);
    merged = addedTo(merged, updateOf(adapter, { ...config, alpha }, ownIndex(adapter, client)));
  }
  return merged;
}
