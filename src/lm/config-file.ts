import { UserError } from '../core/index.ts';
import { checkConfig, type LlamaConfig, type RotaryScaling } from './config.ts';

type Fields = Record<string, unknown>;

/** Hugging Face's architectures that this decoder is, and what their files leave out. */
const ARCHITECTURES: Record<string, { attentionBias: boolean; positions: number }> = {
  LlamaForCausalLM: { attentionBias: false, positions: 2048 },
  Qwen2ForCausalLM: { attentionBias: true, positions: 32768 },
};

/**
 * The shape of a model from the contents of a `config.json` of transformers 4 or 5.
 *
 * @param where the file's name, for messages
 * @throws UserError with the field that is missing, malformed or of another kind of model
 */
export function readConfig(contents: unknown, where = 'config.json'): LlamaConfig {
  const wrong = (field: string, expected: string, got: unknown) =>
    new UserError(`${where}: ${field} must be ${expected}, got ${got === undefined ? 'none' : JSON.stringify(got)}`);
  if (!isFields(contents)) throw wrong('the file', 'a JSON object', Array.isArray(contents) ? 'an array' : contents);
  const fields = contents;
  const number = (name: string, otherwise?: number): number => {
    const value = fields[name] ?? otherwise;
    if (typeof value !== 'number') throw wrong(name, 'a number', value);
    return value;
  };
  const only = (name: string, allowed: unknown, reason: string) => {
    const value = fields[name];
    if (value !== undefined && value !== null && value !== allowed) {
      throw wrong(name, `${JSON.stringify(allowed)} (${reason})`, value);
    }
  };

  const architecture = Array.isArray(fields.architectures) ? fields.architectures[0] : undefined;
  if (!Object.hasOwn(ARCHITECTURES, String(architecture))) {
    throw wrong('architectures', `one of ${Object.keys(ARCHITECTURES).join(', ')}`, fields.architectures);
  }
  const { attentionBias, positions } = ARCHITECTURES[architecture];
  only('hidden_act', 'silu', 'the decoder has SwiGLU layers only');
  only('mlp_bias', false, 'biases exist for q, k and v only, as in Qwen 2');
  only('attention_bias', false, 'biases exist for q, k and v only, as in Qwen 2');
  only('use_sliding_window', false, 'every token sees all before it');
  only('rope_interleaved', false, 'rotary halves lie one after the other');
  only('partial_rotary_factor', 1, 'all of a head is turned');
  only('quantization_config', undefined, 'weights are float32, float16 or bfloat16; quantised ones are read from .gguf files');

  const heads = number('num_attention_heads');
  const width = number('hidden_size');
  const token = (name: string): number | undefined => {
    const value = fields[name] ?? undefined;
    if (value !== undefined && !Number.isInteger(value)) throw wrong(name, 'a token number or null', value);
    return value as number | undefined;
  };
  const rope = readRope(fields, wrong);
  return checkConfig({
    vocabulary: number('vocab_size'),
    width,
    hidden: number('intermediate_size'),
    layers: number('num_hidden_layers'),
    heads,
    kvHeads: number('num_key_value_heads', heads),
    headDim: number('head_dim', width / heads),
    epsilon: number('rms_norm_eps', 1e-6),
    rotaryBase: rope.base,
    ...(rope.scaling && { rotaryScaling: rope.scaling }),
    positions: number('max_position_embeddings', positions),
    tied: fields.tie_word_embeddings === true,
    attentionBias,
    bos: token('bos_token_id'),
    eos: endTokens(fields.eos_token_id, () => wrong('eos_token_id', 'a token number, a list of them or null', fields.eos_token_id)),
    pad: token('pad_token_id'),
  });
}

/** The contents of a `config.json` from which transformers makes the same model. */
export function configFile(config: LlamaConfig): Fields {
  const { rotaryScaling: scaling } = config;
  return {
    architectures: [config.attentionBias ? 'Qwen2ForCausalLM' : 'LlamaForCausalLM'],
    model_type: config.attentionBias ? 'qwen2' : 'llama',
    vocab_size: config.vocabulary,
    hidden_size: config.width,
    intermediate_size: config.hidden,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.kvHeads,
    head_dim: config.headDim,
    hidden_act: 'silu',
    rms_norm_eps: config.epsilon,
    rope_theta: config.rotaryBase,
    rope_scaling:
      scaling === undefined
        ? null
        : {
            rope_type: 'llama3',
            factor: scaling.factor,
            low_freq_factor: scaling.lowFrequencyFactor,
            high_freq_factor: scaling.highFrequencyFactor,
            original_max_position_embeddings: scaling.originalPositions,
          },
    max_position_embeddings: config.positions,
    tie_word_embeddings: config.tied,
    attention_bias: false,
    bos_token_id: config.bos ?? null,
    eos_token_id: config.eos.length > 1 ? config.eos : (config.eos[0] ?? null),
    pad_token_id: config.pad ?? null,
    torch_dtype: 'float32',
  };
}

/**
 * The tokens that end a text, from a field that is a number, a list or null.
 *
 * @param wrong makes what is thrown when it is something else
 */
export function endTokens(value: unknown, wrong: () => Error): number[] {
  const list = value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
  if (!list.every((token) => Number.isInteger(token))) throw wrong();
  return list;
}

type Wrong = (field: string, expected: string, got: unknown) => Error;

/** Base and stretching of the positions: `rope_theta` and `rope_scaling`, or all in `rope_parameters` since transformers 5. */
function readRope(fields: Fields, wrong: Wrong): { base: number; scaling?: RotaryScaling } {
  const name = fields.rope_parameters ? 'rope_parameters' : 'rope_scaling';
  const rope = fields[name] ?? {};
  if (!isFields(rope)) throw wrong(name, 'an object or null', rope);
  const base = rope.rope_theta ?? fields.rope_theta ?? 10000;
  if (typeof base !== 'number' || !(base > 0)) throw wrong('rope_theta', 'a number above 0', base);
  const type = rope.rope_type ?? rope.type ?? 'default';
  if (type === 'default') return { base };
  if (type !== 'llama3') throw wrong(`${name}.rope_type`, 'default or llama3', type);
  const field = (key: string): number => {
    const value = rope[key];
    if (typeof value !== 'number' || !(value > 0)) throw wrong(`${name}.${key}`, 'a number above 0', value);
    return value;
  };
  const scaling = {
    factor: field('factor'),
    lowFrequencyFactor: field('low_freq_factor'),
    highFrequencyFactor: field('high_freq_factor'),
    originalPositions: field('original_max_position_embeddings'),
  };
  return { base, scaling };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
