import { UserError } from '../core/index.ts';

/** How the rotary angles of a Llama 3.1 model are stretched for long contexts. */
export interface RotaryScaling {
  factor: number;
  lowFrequencyFactor: number;
  highFrequencyFactor: number;
  originalPositions: number;
}

/** The shape of a Llama-style decoder. Hugging Face's name of each field is in `config-file.ts`. */
export interface LlamaConfig {
  /** V */
  vocabulary: number;
  /** d, the width of the residual stream. */
  width: number;
  /** f, the width of the SwiGLU's inside. */
  hidden: number;
  layers: number;
  /** H, query heads. */
  heads: number;
  /** K, key and value heads; a divisor of H. */
  kvHeads: number;
  /** D, numbers in a head; even. */
  headDim: number;
  /** ε of RMSNorm. */
  epsilon: number;
  /** θ of the rotary positions. */
  rotaryBase: number;
  rotaryScaling?: RotaryScaling;
  /** The longest sequence, in tokens. */
  positions: number;
  /** Whether the head is the embedding. */
  tied: boolean;
  /** Whether q, k and v have biases, as in Qwen 2.5. */
  attentionBias: boolean;
  /** Tokens that begin, end and fill a text, by number. */
  bos?: number;
  eos: number[];
  pad?: number;
}

/** The linear maps of a layer by their names in Hugging Face's files. */
export const LINEAR_MODULES = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const;
export type LinearModule = (typeof LINEAR_MODULES)[number];

const BLOCK: Record<LinearModule, string> = {
  q_proj: 'self_attn',
  k_proj: 'self_attn',
  v_proj: 'self_attn',
  o_proj: 'self_attn',
  gate_proj: 'mlp',
  up_proj: 'mlp',
  down_proj: 'mlp',
};

/** The full name of a linear map without `.weight`, such as `model.layers.0.self_attn.q_proj`. */
export const moduleName = (layer: number, module: LinearModule): string => `model.layers.${layer}.${BLOCK[module]}.${module}`;

/** [out, in] of each linear map of a layer. */
export function linearShapes({ width, hidden, heads, kvHeads, headDim }: LlamaConfig): Record<LinearModule, [number, number]> {
  const q = heads * headDim;
  const kv = kvHeads * headDim;
  return {
    q_proj: [q, width],
    k_proj: [kv, width],
    v_proj: [kv, width],
    o_proj: [width, q],
    gate_proj: [hidden, width],
    up_proj: [hidden, width],
    down_proj: [width, hidden],
  };
}

/** The shape of every parameter under its name in Hugging Face's files; linear maps are [out, in]. */
export function parameterShapes(config: LlamaConfig): Record<string, number[]> {
  const { vocabulary, width, layers, tied, attentionBias } = config;
  const linear = linearShapes(config);
  const shapes: Record<string, number[]> = { 'model.embed_tokens.weight': [vocabulary, width] };
  for (let layer = 0; layer < layers; layer++) {
    for (const module of LINEAR_MODULES) {
      const name = moduleName(layer, module);
      shapes[`${name}.weight`] = linear[module];
      if (attentionBias && ['q_proj', 'k_proj', 'v_proj'].includes(module)) shapes[`${name}.bias`] = [linear[module][0]];
    }
    shapes[`model.layers.${layer}.input_layernorm.weight`] = [width];
    shapes[`model.layers.${layer}.post_attention_layernorm.weight`] = [width];
  }
  shapes['model.norm.weight'] = [width];
  if (!tied) shapes['lm_head.weight'] = [vocabulary, width];
  return shapes;
}

/**
 * The configuration itself, when it describes a model that can be built.
 *
 * @throws UserError with the field that cannot be
 */
export function checkConfig(config: LlamaConfig): LlamaConfig {
  const { heads, kvHeads, headDim } = config;
  for (const name of ['vocabulary', 'width', 'hidden', 'layers', 'heads', 'kvHeads', 'headDim', 'positions'] as const) {
    if (!(Number.isInteger(config[name]) && config[name] > 0)) {
      throw new UserError(`model configuration: ${name} must be a whole number above 0, got ${config[name]}`);
    }
  }
  if (heads % kvHeads !== 0) throw new UserError(`model configuration: kvHeads must divide heads ${heads}, got ${kvHeads}`);
  if (headDim % 2 !== 0) throw new UserError(`model configuration: headDim must be even for rotary positions, got ${headDim}`);
  return config;
}
