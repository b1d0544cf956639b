import type * as tf from '@tensorflow/tfjs';
import { type AdapterConfig, adaptedLinear, type Branches, scaleOf } from '../adapters/index.ts';
import { UserError } from '../core/index.ts';
import { generator } from '../lm/index.ts';
import type { Base } from './plan.ts';
import { changedParameters } from './stacking.ts';
import type { ClientModels } from './strategy.ts';

/** Options of `answers`. */
export interface AnswerOptions {
  adapter: AdapterConfig;
  /** The most tokens of an answer. */
  maxTokens: number;
}

/**
 * What every client's model answers to its own prompts by greedy decoding, all clients in one batch.
 *
 * @param prompts of each client equally many, as tokens
 * @returns tokens of each answer, without the token that ends it
 * @throws UserError when the clients have unequal numbers of prompts
 */
export async function answers(
  base: Base,
  { branches, shares = {}, dense }: ClientModels,
  prompts: readonly (readonly (readonly number[])[])[],
  { adapter, maxTokens }: AnswerOptions,
): Promise<number[][][]> {
  const each = prompts[0].length;
  if (prompts.some((own) => own.length !== each)) {
    throw new UserError(`answers: clients must have equally many prompts, got ${prompts.map((own) => own.length).join(', ')}`);
  }
  const scale = scaleOf(adapter);
  const linear = (all: Branches<tf.Tensor>) =>
    adaptedLinear(Object.entries(all).map(([branch, tree]) => ({ adapter: tree, scale: scale * (shares[branch] ?? 1) })));
  const model = generator({ config: base.config, parameters: changedParameters(base, dense) }, { linear });
  try {
    const made = await model.generate(prompts.flat(), { maxTokens, adapters: branches });
    return prompts.map((_, client) => made.slice(client * each, (client + 1) * each).map(({ tokens }) => tokens));
  } finally {
    await model.dispose();
  }
}
