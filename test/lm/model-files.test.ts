import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  configFile,
  type LlamaConfig,
  loadModel,
  parameterShapes,
  randomParameters,
  readConfig,
  saveModel,
  type Tokenizer,
} from '../../src/lm/index.ts';

const GOLDEN = join(import.meta.dirname, 'golden');
const CONFIG: LlamaConfig = {
  vocabulary: 12,
  width: 8,
  hidden: 10,
  layers: 2,
  heads: 2,
  kvHeads: 1,
  headDim: 4,
  epsilon: 1e-5,
  rotaryBase: 10_000,
  positions: 32,
  tied: true,
  attentionBias: false,
  bos: 1,
  eos: [2, 3],
  pad: 0,
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'model-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A golden folder whose config.json has other fields. */
function changed(name: string, fields: object): string {
  cpSync(join(GOLDEN, name), folder, { recursive: true });
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, ...fields }));
  return folder;
}

describe('config.json', () => {
  it('is written so that it is read as the same', () => {
    const scaled = {
      ...CONFIG,
      attentionBias: true,
      tied: false,
      rotaryScaling: { factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalPositions: 16 },
    };
    for (const config of [CONFIG, scaled, { ...CONFIG, eos: [2], bos: undefined, pad: undefined }]) {
      expect(readConfig(JSON.parse(JSON.stringify(configFile(config))))).toEqual(config);
    }
  });

  it('is read as published: SmolLM2, Llama 3.2 and Qwen 2.5', () => {
    const smol = {
      architectures: ['LlamaForCausalLM'],
      hidden_act: 'silu',
      hidden_size: 576,
      intermediate_size: 1536,
      num_attention_heads: 9,
      num_hidden_layers: 30,
      num_key_value_heads: 3,
      rms_norm_eps: 1e-5,
      rope_interleaved: false,
      rope_scaling: null,
      rope_theta: 100000,
      tie_word_embeddings: true,
      max_position_embeddings: 8192,
      vocab_size: 49152,
      attention_bias: false,
      mlp_bias: false,
      bos_token_id: 0,
      eos_token_id: 0,
    };
    expect(readConfig(smol)).toMatchObject({ headDim: 64, kvHeads: 3, tied: true, rotaryBase: 100000, eos: [0], attentionBias: false });
    const llama = {
      ...smol,
      head_dim: 64,
      eos_token_id: [128001, 128008],
      rope_scaling: { factor: 32, high_freq_factor: 4, low_freq_factor: 1, original_max_position_embeddings: 8192, rope_type: 'llama3' },
    };
    expect(readConfig(llama)).toMatchObject({ eos: [128001, 128008], rotaryScaling: { factor: 32, originalPositions: 8192 } });
    const qwen = {
      ...smol,
      architectures: ['Qwen2ForCausalLM'],
      sliding_window: 32768,
      use_sliding_window: false,
      attention_bias: undefined,
    };
    expect(readConfig(qwen)).toMatchObject({ attentionBias: true });
  });

  it('of what is not this decoder is refused in a sentence', () => {
    const fields = configFile(CONFIG);
    const cases: [object, string][] = [
      [
        { architectures: ['MistralForCausalLM'] },
        'architectures must be one of LlamaForCausalLM, Qwen2ForCausalLM, got ["MistralForCausalLM"]',
      ],
      [{ hidden_act: 'gelu' }, 'hidden_act must be "silu" (the decoder has SwiGLU layers only), got "gelu"'],
      [{ rope_scaling: { rope_type: 'yarn', factor: 2 } }, 'rope_scaling.rope_type must be default or llama3, got "yarn"'],
      [{ rope_scaling: { rope_type: 'llama3', factor: 2 } }, 'rope_scaling.low_freq_factor must be a number above 0, got none'],
      [{ use_sliding_window: true }, 'use_sliding_window must be false (every token sees all before it), got true'],
      [{ mlp_bias: true }, 'mlp_bias must be false'],
      [{ attention_bias: true }, 'attention_bias must be false'],
      [{ vocab_size: '12' }, 'vocab_size must be a number, got "12"'],
      [{ eos_token_id: 'end' }, 'eos_token_id must be a token number, a list of them or null, got "end"'],
      [{ quantization_config: {} }, 'quantization_config must be'],
    ];
    for (const [change, message] of cases) expect(() => readConfig({ ...fields, ...change })).toThrow(`config.json: ${message}`);
    expect(() => readConfig({ ...fields, num_key_value_heads: 3 })).toThrow('kvHeads must divide heads 2, got 3');
    expect(() => readConfig([])).toThrow('the file must be a JSON object');
  });
});

describe('a model folder', () => {
  it('is read as it was written, in one file or several', async () => {
    const model = { config: CONFIG, parameters: randomParameters(CONFIG, 1) };
    saveModel(folder, model);
    expect(await loadModel(folder)).toEqual(model);
    const other = join(folder, 'sharded');
    saveModel(other, model, { shardBytes: 1000 });
    expect(readdirSync(other).filter((name) => name.endsWith('.safetensors')).length).toBeGreaterThan(2);
    expect(await loadModel(other)).toEqual(model);
  });

  it('names what is missing, unknown or of another shape', async () => {
    const parameters = randomParameters(CONFIG, 1);
    const { 'model.norm.weight': norm, ...few } = parameters;
    expect(() => saveModel(folder, { config: CONFIG, parameters: few })).toThrow(
      'saveModel: the model must have model.norm.weight, got none',
    );
    const more = { ...parameters, extra: norm };
    expect(() => saveModel(folder, { config: CONFIG, parameters: more })).toThrow('tensors must be those of the model, got extra besides');
    await expect(loadModel(changed('llama-tied', { hidden_size: 32, head_dim: 8 }))).rejects.toThrow(
      `'model.embed_tokens.weight' must be float32 [40, 32], as the configuration says, got float32 [40, 16]`,
    );
    await expect(loadModel(changed('llama-tied', { num_hidden_layers: 3 }))).rejects.toThrow(
      'the model must have model.layers.2.self_attn.q_proj.weight, model.layers.2.self_attn.k_proj.weight, model.layers.2.self_attn.v_proj.weight and 6 more, got none',
    );
    await expect(loadModel(changed('llama-tied', { tie_word_embeddings: false }))).rejects.toThrow(
      'the model must have lm_head.weight, got none',
    );
  });

  it('that is none, or has half of what it needs, is refused', async () => {
    await expect(loadModel(join(folder, 'none'))).rejects.toThrow("path must be a model's folder or a .gguf file");
    await expect(loadModel(folder)).rejects.toThrow('config.json must be a JSON file, got: ENOENT');
    changed('llama-untied', {});
    rmSync(join(folder, 'model-00002-of-00004.safetensors'));
    await expect(loadModel(folder)).rejects.toThrow('model-00002-of-00004.safetensors must be a file that can be read');
    writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: { x: '../../secret.safetensors' } }));
    await expect(loadModel(folder)).rejects.toThrow('weight_map must map tensors to names of .safetensors files beside it');
    rmSync(join(folder, 'model.safetensors.index.json'));
    await expect(loadModel(folder)).rejects.toThrow('must have model.safetensors or model.safetensors.index.json, got neither');
  });

  it('with the tokenizer of another model is refused', async () => {
    cpSync(join(GOLDEN, 'tokenizer', 'tokenizer.json'), join(changed('llama-tied', {}), 'tokenizer.json'));
    await expect(loadModel(folder)).rejects.toThrow("the tokenizer's numbers must be below the model's vocabulary 40, got 289");
  });

  it('keeps the tokenizer when it is saved again', async () => {
    const tokenizer = {
      files: { 'tokenizer.json': readFileSync(join(GOLDEN, 'tokenizer', 'tokenizer.json'), 'utf8') },
    } as unknown as Tokenizer;
    const config = { ...CONFIG, vocabulary: 300 };
    saveModel(folder, { config, parameters: randomParameters(config, 1), tokenizer });
    expect((await loadModel(folder)).tokenizer?.encode('the list')).toHaveLength(3);
  });
});

describe('randomParameters', () => {
  it('has the deviations of GPT-2, and depends on the seed only', () => {
    const config = { ...CONFIG, width: 64, headDim: 32, hidden: 100, attentionBias: true };
    const parameters = randomParameters(config, 3);
    expect(Object.fromEntries(Object.entries(parameters).map(([name, { shape }]) => [name, shape]))).toEqual(parameterShapes(config));
    const deviation = (name: string) => {
      const { data } = parameters[`model.layers.1.${name}`];
      return Math.sqrt((data as Float32Array).reduce((sum, x) => sum + x * x, 0) / data.length);
    };
    expect(deviation('self_attn.q_proj.weight')).toBeCloseTo(0.02, 3);
    expect(deviation('mlp.down_proj.weight')).toBeCloseTo(0.01, 3);
    expect(deviation('self_attn.o_proj.weight')).toBeCloseTo(0.01, 3);
    expect([deviation('input_layernorm.weight'), deviation('self_attn.k_proj.bias')]).toEqual([1, 0]);
    expect(randomParameters(config, 3)).toEqual(parameters);
    expect(randomParameters(config, 4)).not.toEqual(parameters);
  });
});
