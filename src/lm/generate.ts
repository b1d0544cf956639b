import * as tf from '@tensorflow/tfjs';
import { checkOptions, Random, type Seed, UserError } from '../core/index.ts';
import { type AsInput, type AsSpec, type Device, type Jitted, jit, type TensorData } from '../engine/index.ts';
import { KeyValueCache, type LayerData, roundLength, UNSEEN, zeros } from './cache.ts';
import { decode, type KeyValues, type LinearMap, type Parameters, type Past, project } from './model.ts';
import type { LanguageModel } from './model-files.ts';
import { candidates, checkSampling, draw, type Sampling } from './sampling.ts';

/** How a generator is made. */
export interface GeneratorOptions<Adapters> {
  /** What the adapters of a call do to the linear maps. Rows of the batch are the prompts, in their order. */
  linear?: (adapters: Adapters) => LinearMap;
  device?: Device;
  /** Threads of one operator; 0 for one on each core. */
  threads?: number;
}

/** How a text is gone on with. */
export interface GenerateOptions<Adapters = Record<string, never>> extends Partial<Sampling> {
  /** The most tokens that are made of each prompt; 64 by default. */
  maxTokens?: number;
  /** Of what is drawn; a row's tokens do not depend on the other rows. */
  seed?: Seed;
  /** Tokens that end a text; the model's own by default. */
  stop?: readonly number[];
  /** What `linear` is given; the same shapes in all calls need one program. */
  adapters?: AsInput<Adapters>;
}

/** How a prompt went on. */
export interface Generation {
  /** Without the stop token. */
  tokens: number[];
  ended: 'stop' | 'length';
}

/** A compiled model that goes on with texts. */
export interface TokenGenerator<Adapters> {
  /**
   * Goes on with each prompt.
   *
   * @param prompts token numbers, at least one each
   * @throws UserError when a prompt is empty, has a token that the model lacks, or does not leave room for maxTokens
   */
  generate(prompts: readonly (readonly number[])[], options?: GenerateOptions<Adapters>): Promise<Generation[]>;
  /** The same, a token of each prompt at a time: undefined where a prompt has ended. The stop token is not shown. */
  stream(prompts: readonly (readonly number[])[], options?: GenerateOptions<Adapters>): AsyncGenerator<(number | undefined)[]>;
  dispose(): Promise<void>;
}

type Trees<Adapters> = { tokens: tf.Tensor; positions: tf.Tensor; adapters: Adapters };
type PrefillInputs<Adapters> = Trees<Adapters> & { padding: tf.Tensor };
type StepInputs<Adapters> = Trees<Adapters> & { past: Past };
/** What both programs give: the next token int32 [B], or the logits float32 [B, V], and new keys and values. */
type Outputs = { next: tf.Tensor; layers: KeyValues[] };

/** Slots that a cache has for new tokens to begin with. */
const ROOM = 64;

/**
 * Compiles a model for batched generation, greedy or sampled, with a key-value cache. Prompts are padded on the left; a step reads the
 * cache where it lies and the new keys and values are written into it. Programs are made for few lengths and used again by later calls.
 * Source: ours.
 */
export function generator<Adapters = Record<string, never>>(
  { config, parameters }: Pick<LanguageModel, 'config' | 'parameters'>,
  options: GeneratorOptions<Adapters> = {},
): TokenGenerator<Adapters> {
  checkOptions('generator', options, ['linear', 'device', 'threads']);
  const { linear, device, threads } = options;
  const jitOptions = { constants: parameters, device, threads };

  const program = (sampled: boolean) => {
    const next = (states: tf.Tensor2D, constants: Parameters) => {
      const logits = project(config, constants, states);
      return sampled ? logits : tf.argMax(logits, -1);
    };
    const prefill = ({ tokens, positions, padding, adapters }: PrefillInputs<Adapters>, constants: Parameters): Outputs => {
      const { states, layers } = decode(config, constants, tokens, { positions, padding, linear: linear?.(adapters) });
      const [B, T] = tokens.shape as [number, number];
      const last = tf.slice(tf.reshape(states, [B, T, config.width]), [0, T - 1, 0], [B, 1, config.width]);
      return { next: next(tf.reshape(last, [B, config.width]), constants), layers };
    };
    const step = ({ tokens, positions, past, adapters }: StepInputs<Adapters>, constants: Parameters): Outputs => {
      const { states, layers } = decode(config, constants, tokens, { positions, past, linear: linear?.(adapters) });
      return { next: next(states, constants), layers };
    };
    return { prefill: compiled(prefill, jitOptions), step: compiled(step, jitOptions) };
  };
  const programs = { greedy: program(false), sampled: program(true) };

  async function* stream(
    prompts: readonly (readonly number[])[],
    options: GenerateOptions<Adapters> = {},
  ): AsyncGenerator<(number | undefined)[]> {
    checkOptions('generate', options, ['maxTokens', 'temperature', 'topK', 'topP', 'seed', 'stop', 'adapters']);
    const { maxTokens = 64, temperature = 0, topK, topP, seed = 0, stop = config.eos, adapters = {} as AsInput<Adapters> } = options;
    checkSampling('generate', { temperature, topK, topP });
    checkPrompts(prompts, maxTokens, config);
    if (prompts.length === 0 || maxTokens === 0) return;
    const B = prompts.length;
    const sampled = temperature > 0;
    const { prefill, step } = sampled ? programs.sampled : programs.greedy;
    const randoms = prompts.map((_, row) => new Random(seed).split(row));
    const longest = Math.max(...prompts.map((prompt) => prompt.length));
    const cache = new KeyValueCache(config, B, longest + Math.min(ROOM, maxTokens - 1));

    const first = padded(prompts, Math.min(roundLength(longest), config.positions));
    const T = first.tokens.shape[1];
    const start = await prefill({ ...first, adapters } as never);
    // Columns that are padding in every row are not kept.
    cache.append(start.layers, T - longest, (row, column) => column >= T - prompts[row].length);
    const tokens = { shape: [B, 1], dtype: 'int32' as const, data: new Int32Array(B) };
    const positions = { ...tokens, data: Int32Array.from(prompts, (prompt) => prompt.length) };
    const open = prompts.map(() => true);
    const into = { ...nextBuffer(B, sampled ? config.vocabulary : undefined), layers: freshLayers(config, B) };

    let { next } = start;
    for (let made = 1; ; made++) {
      const row = (i: number) => (next.data as Float32Array).subarray(i * config.vocabulary, (i + 1) * config.vocabulary);
      for (let i = 0; i < B; i++) {
        if (!open[i]) continue;
        tokens.data[i] = sampled ? draw(candidates(row(i), { temperature, topK, topP }), randoms[i]) : next.data[i];
        if (stop.includes(tokens.data[i])) open[i] = false;
      }
      if (!open.includes(true)) return;
      yield Array.from(tokens.data, (token, i) => (open[i] ? token : undefined));
      if (made === maxTokens) return;
      const past = { layers: cache.layers, mask: cache.mask };
      ({ next } = await step({ tokens, positions, past, adapters } as never, into as never));
      cache.append(into.layers, 0, () => true);
      for (let i = 0; i < B; i++) positions.data[i]++;
    }
  }

  return {
    stream,
    async generate(prompts, options) {
      const rows = prompts.map((): Generation => ({ tokens: [], ended: 'length' }));
      for await (const tokens of stream(prompts, options)) {
        tokens.forEach((token, i) => {
          if (token !== undefined) rows[i].tokens.push(token);
        });
      }
      const { maxTokens = 64 } = options ?? {};
      for (const row of rows) if (row.tokens.length < maxTokens) row.ended = 'stop';
      return rows;
    },
    async dispose() {
      for (const { prefill, step } of Object.values(programs)) {
        await prefill.dispose();
        await step.dispose();
      }
    },
  };
}

/** The results as plain data. */
interface OutputData {
  next: TensorData;
  layers: LayerData[];
}

/** Compiles a function for the shapes of its first call, and for others as they come. */
function compiled<Inputs>(
  fn: (inputs: Inputs, constants: Parameters) => Outputs,
  options: { constants: Record<string, TensorData>; device?: Device; threads?: number },
) {
  let run: Promise<Jitted<Inputs, Outputs>> | undefined;
  const call = async (inputs: AsInput<Inputs>, into?: never): Promise<OutputData> => {
    run ??= jit(fn, inputs as unknown as AsSpec<Inputs>, options);
    return (await (
      await run
    )(inputs, into)) as unknown as OutputData;
  };
  return Object.assign(call, { dispose: async () => (await run)?.dispose() });
}

/** Prompts with padding on the left. */
function padded(prompts: readonly (readonly number[])[], T: number) {
  const shape = [prompts.length, T];
  const tokens = new Int32Array(prompts.length * T);
  const positions = new Int32Array(prompts.length * T);
  const padding = zeros([prompts.length, 1, 1, T]);
  prompts.forEach((prompt, row) => {
    const begin = row * T + T - prompt.length;
    padding.data.fill(UNSEEN, row * T, begin);
    prompt.forEach((token, i) => {
      tokens[begin + i] = token;
      positions[begin + i] = i;
    });
  });
  return {
    tokens: { shape, dtype: 'int32' as const, data: tokens },
    positions: { shape, dtype: 'int32' as const, data: positions },
    padding,
  };
}

function freshLayers({ layers, kvHeads, headDim }: LanguageModel['config'], B: number): LayerData[] {
  const shape = [B, kvHeads, 1, headDim];
  return Array.from({ length: layers }, () => ({ keys: zeros(shape), values: zeros(shape) }));
}

function nextBuffer(B: number, vocabulary: number | undefined): { next: TensorData } {
  if (vocabulary !== undefined) return { next: zeros([B, vocabulary]) };
  return { next: { shape: [B], dtype: 'int32', data: new Int32Array(B) } };
}

function checkPrompts(prompts: readonly (readonly number[])[], maxTokens: number, config: LanguageModel['config']): void {
  const { vocabulary, positions } = config;
  if (!(Number.isInteger(maxTokens) && maxTokens >= 0)) {
    throw new UserError(`generate: maxTokens must be a whole number, got ${maxTokens}`);
  }
  prompts.forEach((prompt, i) => {
    if (prompt.length === 0) throw new UserError(`generate: prompt ${i} must have a token at least, got none`);
    const stranger = prompt.find((token) => !(Number.isInteger(token) && token >= 0 && token < vocabulary));
    if (stranger !== undefined) throw new UserError(`generate: prompt ${i}: tokens must be from 0 to ${vocabulary - 1}, got ${stranger}`);
    if (prompt.length + maxTokens > positions) {
      const got = `${prompt.length} and ${maxTokens}`;
      throw new UserError(
        `generate: prompt ${i} and maxTokens must fit into the model's ${positions} positions together, got ${got} (shorten the prompt or lower maxTokens)`,
      );
    }
  });
}
