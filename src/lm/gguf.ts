import { messageOf, UserError } from '../core/index.ts';
import type { TensorData } from '../engine/index.ts';
import { checkConfig, type LlamaConfig, moduleName, parameterShapes, type RotaryScaling } from './config.ts';
import { dequantize, GGUF_TYPES, type GgufType } from './gguf-types.ts';
import { type OpenFile, withFile } from './read-at.ts';
import { frequencies } from './rotary.ts';

/** Where llama.cpp has what Hugging Face's names say. */
const LAYER_NAMES = {
  attn_norm: 'input_layernorm',
  ffn_norm: 'post_attention_layernorm',
  attn_q: 'q_proj',
  attn_k: 'k_proj',
  attn_v: 'v_proj',
  attn_output: 'o_proj',
  ffn_gate: 'gate_proj',
  ffn_up: 'up_proj',
  ffn_down: 'down_proj',
} as const;

/** What the file says of a tensor; the last length is that of the rows. */
interface Tensor {
  type: GgufType;
  shape: number[];
  start: number;
  bytes: number;
}

/**
 * Reads a Llama or Qwen 2 model from a GGUF file of version 2 or 3; F32, F16, BF16, Q8_0, Q4_0 and Q4_1 become float32.
 * The header is read by @huggingface/gguf. Source: the format of ggml and llama.cpp.
 *
 * @returns parameters under Hugging Face's names and in its order of the rotary halves, which llama.cpp interleaves in Llama's q and k
 * @throws UserError when the file is truncated, or of another model or type
 */
export async function readGguf(path: string): Promise<{ config: LlamaConfig; parameters: Record<string, TensorData> }> {
  const where = `readGguf: ${path}`;
  return await withFile('readGguf', path, async (file) => {
    const { metadata, tensors } = await readHeader(where, path, file.size);
    const isLlama = metadata['general.architecture'] === 'llama';
    const factors = tensors.get('rope_freqs.weight');
    const ropeFactors = factors && (await readTensor(file, factors));
    const config = readConfig(where, metadata, tensors, ropeFactors);
    tensors.delete('rope_freqs.weight');
    const sources = new Map([...tensors.keys()].map((name) => [hugName(name), name]));
    const shapes = parameterShapes(config);
    const missing = Object.keys(shapes).filter((name) => !sources.has(name));
    const extra = [...sources].filter(([name]) => !Object.hasOwn(shapes, name)).map(([, source]) => source);
    if (missing.length > 0) throw new UserError(`${where}: the file must have ${missing.slice(0, 3).join(', ')}, got none`);
    if (extra.length > 0) throw new UserError(`${where}: tensors must be those of the model, got ${extra.slice(0, 3).join(', ')} besides`);
    const parameters: Record<string, TensorData> = {};
    for (const [name, shape] of Object.entries(shapes)) {
      const tensor = tensors.get(sources.get(name)!)!;
      if (`${tensor.shape}` !== `${shape}`) {
        throw new UserError(`${where}: '${sources.get(name)}' must have shape [${shape.join(', ')}], got [${tensor.shape.join(', ')}]`);
      }
      let data = await readTensor(file, tensor);
      if (isLlama && name.includes('.q_proj.')) data = uninterleave(data, config.heads, config.headDim);
      if (isLlama && name.includes('.k_proj.')) data = uninterleave(data, config.kvHeads, config.headDim);
      parameters[name] = { shape, dtype: 'float32', data };
    }
    return { config, parameters };
  });
}

/** Hugging Face's name of a tensor; one that is not known stays as it is. */
function hugName(name: string): string {
  const [, layer, part, kind] = /^blk\.(\d+)\.(\w+)\.(weight|bias)$/.exec(name) ?? [];
  if (part !== undefined && Object.hasOwn(LAYER_NAMES, part)) {
    const known = LAYER_NAMES[part as keyof typeof LAYER_NAMES];
    if (known.endsWith('layernorm')) return `model.layers.${layer}.${known}.${kind}`;
    return `${moduleName(Number(layer), known as Parameters<typeof moduleName>[1])}.${kind}`;
  }
  const top: Record<string, string> = {
    'token_embd.weight': 'model.embed_tokens.weight',
    'output_norm.weight': 'model.norm.weight',
    'output.weight': 'lm_head.weight',
  };
  return top[name] ?? name;
}

type Metadata = Record<string, unknown>;

async function readHeader(where: string, path: string, size: number): Promise<{ metadata: Metadata; tensors: Map<string, Tensor> }> {
  const { gguf } = await import('@huggingface/gguf');
  let header: Awaited<ReturnType<typeof gguf>>;
  try {
    header = await gguf(path, { allowLocalFile: true });
  } catch (thrown) {
    throw new UserError(`${where} must be a GGUF file, its header cannot be read: ${messageOf(thrown)}`, { cause: thrown });
  }
  const { littleEndian, tensorDataOffset, tensorInfos } = header;
  const metadata = header.metadata as unknown as Metadata;
  if (!(littleEndian && (metadata.version === 2 || metadata.version === 3))) {
    throw new UserError(`${where}: the format must be version 2 or 3, little-endian, got ${metadata.version}`);
  }
  const tensors = new Map<string, Tensor>();
  for (const { name, shape, dtype, offset } of tensorInfos) {
    const type = GGUF_TYPES.find(({ number }) => number === dtype);
    if (type === undefined) {
      const known = GGUF_TYPES.map((each) => each.name).join(', ');
      throw new UserError(`${where}: '${name}' must be of type ${known}, got number ${dtype}`);
    }
    const lengths = shape.map(Number).reverse();
    const count = lengths.reduce((a, b) => a * b, 1);
    const start = Number(tensorDataOffset + offset);
    const bytes = (count / type.block) * type.bytes;
    if ((lengths.at(-1) ?? 1) % type.block !== 0) {
      throw new UserError(`${where}: rows of '${name}' must be multiples of ${type.block} for ${type.name}, got ${lengths.at(-1)}`);
    }
    if (!(start + bytes <= size)) {
      throw new UserError(`${where}: the file must hold '${name}' up to byte ${start + bytes}, got ${size} bytes (is it truncated?)`);
    }
    tensors.set(name, { type, shape: lengths, start, bytes });
  }
  return { metadata, tensors };
}

async function readTensor(file: OpenFile, { type, shape, start, bytes }: Tensor): Promise<Float32Array> {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  // Pieces end with a block.
  const piece = new Uint8Array(Math.min(bytes, type.bytes * 2 ** 16));
  for (let done = 0; done < bytes; done += piece.length) {
    const part = piece.subarray(0, Math.min(piece.length, bytes - done));
    await file.read(part, start + done);
    const at = (done / type.bytes) * type.block;
    dequantize(type, part, data.subarray(at, at + (part.length / type.bytes) * type.block));
  }
  return data;
}

/** Rows of each head from (pair, half) to (half, pair). */
function uninterleave(data: Float32Array, heads: number, headDim: number): Float32Array {
  const columns = data.length / (heads * headDim);
  const out = new Float32Array(data.length);
  for (let row = 0; row < heads * headDim; row++) {
    const within = row % headDim;
    const from = row - within + (within % (headDim / 2)) * 2 + Math.floor(within / (headDim / 2));
    out.set(data.subarray(from * columns, (from + 1) * columns), row * columns);
  }
  return out;
}

function readConfig(where: string, metadata: Metadata, tensors: Map<string, Tensor>, ropeFactors: Float32Array | undefined): LlamaConfig {
  const architecture = metadata['general.architecture'];
  if (architecture !== 'llama' && architecture !== 'qwen2') {
    throw new UserError(`${where}: general.architecture must be llama or qwen2, got ${JSON.stringify(architecture)}`);
  }
  const field = (key: string, otherwise?: number): number => {
    const name = key.startsWith('tokenizer.') ? key : `${architecture}.${key}`;
    const value = typeof metadata[name] === 'bigint' ? Number(metadata[name]) : (metadata[name] ?? otherwise);
    if (typeof value !== 'number')
      throw new UserError(`${where}: ${name} must be a number, got ${value === undefined ? 'none' : 'another value'}`);
    return value;
  };
  const token = (key: string) => (`tokenizer.ggml.${key}_token_id` in metadata ? field(`tokenizer.ggml.${key}_token_id`) : undefined);
  const heads = field('attention.head_count');
  const headDim = field('attention.key_length', field('embedding_length') / heads);
  if (field('rope.dimension_count', headDim) !== headDim) {
    throw new UserError(`${where}: all of a head must be turned, rope.dimension_count ${headDim}, got ${field('rope.dimension_count')}`);
  }
  const scaling = metadata[`${architecture}.rope.scaling.type`] ?? 'none';
  if (scaling !== 'none') throw new UserError(`${where}: rope.scaling.type must be none, got ${scaling}`);
  if (Number(metadata[`${architecture}.expert_count`] ?? 0) > 0) throw new UserError(`${where}: a mixture of experts is not supported`);
  const rotaryBase = field('rope.freq_base', 10000);
  const end = token('eos');
  return checkConfig({
    vocabulary: tensors.get('token_embd.weight')?.shape[0] ?? field('vocab_size'),
    width: field('embedding_length'),
    hidden: field('feed_forward_length'),
    layers: field('block_count'),
    heads,
    kvHeads: field('attention.head_count_kv', heads),
    headDim,
    epsilon: field('attention.layer_norm_rms_epsilon'),
    rotaryBase,
    ...(ropeFactors && { rotaryScaling: scalingOf(where, ropeFactors, headDim, rotaryBase) }),
    positions: field('context_length'),
    tied: !tensors.has('output.weight'),
    attentionBias: tensors.has('blk.0.attn_q.bias'),
    bos: token('bos'),
    eos: end === undefined ? [] : [end],
    pad: token('padding'),
  });
}

/**
 * The stretching of which llama.cpp keeps only the factor of each plane; the published Llama 3 models differ in the largest.
 *
 * @throws UserError when the factors are not those of Llama 3.1, 3.2 or 3.3
 */
function scalingOf(where: string, factors: Float32Array, headDim: number, rotaryBase: number): RotaryScaling {
  const scaling = {
    factor: factors.reduce((a, b) => Math.max(a, b), 1),
    lowFrequencyFactor: 1,
    highFrequencyFactor: 4,
    originalPositions: 8192,
  };
  const plain = frequencies({ headDim, rotaryBase });
  const stretched = frequencies({ headDim, rotaryBase, rotaryScaling: scaling });
  if (!stretched.every((frequency, i) => Math.abs((frequency * factors[i]) / plain[i] - 1) < 1e-4)) {
    throw new UserError(`${where}: rope_freqs.weight must stretch the positions as Llama 3.1 does, got other factors`);
  }
  return scaling;
}
