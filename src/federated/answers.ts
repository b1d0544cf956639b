import * as tf from '@tensorflow/tfjs';
import { type AdapterConfig, type Branches, branchedLinear, branchScales, type ClientModels, scaleOf, tensor } from '../adapters/index.ts';
import { UserError } from '../core/index.ts';
import { generator } from '../lm/index.ts';
import { type Mixing, mixtureShares } from './mixing.ts';
import type { Base } from './plan.ts';
import { changedParameters } from './stacking.ts';

/** Options of `answers`. */
export interface AnswerOptions {
  adapter: AdapterConfig;
  /** The most tokens of an answer. */
  maxTokens: number;
  /** Lets FedDPA's models weigh the local adapter anew for every prompt; half and half by default. */
  mixing?: Mixing;
}

/** What the generator is given at every call: the adapters, and what each branch is multiplied with for every prompt, float32 [B]. */
interface Adapters {
  branches: Branches<tf.Tensor>;
  shares?: Record<string, tf.Tensor>;
}

/**
 * What every client's model answers to its own prompts by greedy decoding, all clients in one batch.
 *
 * @param prompts of each client equally many, as tokens
 * @returns tokens of each answer, without the token that ends it
 * @throws UserError when the clients have unequal numbers of prompts, or models without a local and a global branch are to be mixed
 */
export async function answers(
  base: Base,
  models: ClientModels,
  prompts: readonly (readonly (readonly number[])[])[],
  { adapter, maxTokens, mixing }: AnswerOptions,
): Promise<number[][][]> {
  const each = prompts[0].length;
  if (prompts.some((own) => own.length !== each)) {
    throw new UserError(`answers: clients must have equally many prompts, got ${prompts.map((own) => own.length).join(', ')}`);
  }
  const { branches, dense } = models;
  const scales = branchScales(models, adapter);
  const scaled = (shares: Record<string, tf.Tensor>) =>
    Object.fromEntries(Object.entries(shares).map(([branch, share]) => [branch, tf.mul(share, scaleOf(adapter))]));
  const mixed = mixing && (await mixtureShares(base, models, prompts, adapter, mixing));
  const linear = ({ branches, shares }: Adapters) => branchedLinear(branches, shares === undefined ? scales : scaled(shares));
  const model = generator<Adapters>({ config: base.config, parameters: changedParameters(base, dense) }, { linear });
  const inputs = {
    branches,
    ...(mixed && { shares: Object.fromEntries(Object.entries(mixed).map(([branch, share]) => [branch, tensor([share.length], share)])) }),
  };
  try {
    const made = await model.generate(prompts.flat(), { maxTokens, adapters: inputs as never });
    return prompts.map((_, client) => made.slice(client * each, (client + 1) * each).map(({ tokens }) => tokens));
  } finally {
    await model.dispose();
  }
}
