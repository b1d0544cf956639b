import type { LlamaConfig } from '../../src/lm/index.ts';

/** The shape of the base model. */
export const BASE_SHAPE: LlamaConfig = {
  vocabulary: 256,
  width: 128,
  hidden: 352,
  layers: 4,
  heads: 4,
  kvHeads: 4,
  headDim: 32,
  epsilon: 1e-5,
  rotaryBase: 10_000,
  positions: 256,
  tied: true,
  attentionBias: false,
  eos: [],
};
