import { BASE_CONFIG } from '../../src/experiments/index.ts';
import type { LlamaConfig } from '../../src/lm/index.ts';

/** The shape of the base model, with room for long answers and no token that ends one. */
export const BASE_SHAPE: LlamaConfig = { ...BASE_CONFIG, positions: 256, bos: undefined, eos: [], pad: undefined };
