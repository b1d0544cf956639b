import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { checkOptions, UserError, writeFileSafely } from '../core/index.ts';
import type { TensorData } from '../engine/index.ts';
import { checkConfig, type LlamaConfig, parameterShapes } from './config.ts';
import { configFile, endTokens, readConfig } from './config-file.ts';
import { readGguf } from './gguf.ts';
import { readJson } from './json-file.ts';
import { type FileTensor, type FloatType, readSafetensors, writeSafetensors } from './safetensors.ts';
import { checkTokenizer, loadTokenizer, type Tokenizer } from './tokenizer.ts';

/** A model as its files have it. */
export interface LanguageModel {
  config: LlamaConfig;
  /** float32, under Hugging Face's names. */
  parameters: Record<string, TensorData>;
  /** None where the folder has no `tokenizer.json`. */
  tokenizer?: Tokenizer;
}

const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

/**
 * Loads a model: a folder with `config.json`, `model.safetensors` (or its parts and their index) and `tokenizer.json`, or a `.gguf`
 * file, whose `tokenizer.json` lies beside it.
 *
 * @throws UserError when a file is missing or malformed, a tensor is missing, unknown or of another shape, or the tokenizer does not fit
 */
export async function loadModel(path: string): Promise<LanguageModel> {
  if (path.endsWith('.gguf')) {
    const model = await readGguf(path);
    return { ...model, ...tokenizerOf(dirname(path), model.config) };
  }
  if (!(existsSync(path) && statSync(path).isDirectory())) {
    throw new UserError(`loadModel: path must be a model's folder or a .gguf file, got ${path}, which is neither`);
  }
  const config = readModelConfig(path);
  return { config, parameters: await readParameters(path, config), ...tokenizerOf(path, config) };
}

/**
 * Writes a model's folder, which transformers can load. Each file appears whole or not at all, the weights last.
 *
 * @param options `floats`: the type to round to, float32 by default; `metadata`: texts for the header;
 * `shardBytes`: the most bytes of tensors in one file, 10⁹ by default
 * @throws UserError when parameters are missing, unknown or of another shape
 */
export function saveModel(
  folder: string,
  { config, parameters, tokenizer }: LanguageModel,
  options: { floats?: FloatType; metadata?: Record<string, string>; shardBytes?: number } = {},
): void {
  checkOptions('saveModel', options, ['floats', 'metadata', 'shardBytes']);
  const { floats = 'float32', metadata, shardBytes = 1e9 } = options;
  checkParameters('saveModel', checkConfig(config), new Map(Object.entries(parameters)));
  writeFileSafely(join(folder, 'config.json'), json({ ...configFile(config), torch_dtype: floats }));
  for (const [name, text] of Object.entries(tokenizer?.files ?? {})) writeFileSafely(join(folder, name), text);
  const header = { floats, metadata: { format: 'pt', ...metadata } };
  const shards = inShards(parameters, shardBytes, floats === 'float32' ? 4 : 2);
  if (shards.length === 1) {
    writeSafetensors(join(folder, SINGLE), shards[0], header);
    return;
  }
  const padded = (number: number) => String(number).padStart(5, '0');
  const places: Record<string, string> = {};
  shards.forEach((shard, i) => {
    const name = `model-${padded(i + 1)}-of-${padded(shards.length)}.safetensors`;
    for (const [tensor] of shard) places[tensor] = name;
    writeSafetensors(join(folder, name), shard, header);
  });
  writeFileSafely(join(folder, INDEX), json({ metadata: {}, weight_map: places }));
}

/** The configuration, with the ends of text that `generation_config.json` adds. */
function readModelConfig(folder: string): LlamaConfig {
  const path = join(folder, 'config.json');
  const config = readConfig(readJson('loadModel', path).contents, `loadModel: ${path}`);
  const more = readJson('loadModel', join(folder, 'generation_config.json'), true)?.contents as { eos_token_id?: unknown } | undefined;
  const ends = endTokens(more?.eos_token_id, () => new UserError(`loadModel: ${folder}: eos_token_id must be a token number or a list`));
  return { ...config, eos: [...new Set([...config.eos, ...ends])] };
}

async function readParameters(folder: string, config: LlamaConfig): Promise<Record<string, TensorData>> {
  const shapes = parameterShapes(config);
  // Some files repeat the tied head, or have the rotary tables.
  const ignored = (name: string) => name.endsWith('.rotary_emb.inv_freq') || (config.tied && name === 'lm_head.weight');
  const found = new Map<string, FileTensor>();
  for (const file of weightFiles(folder)) {
    const { tensors } = await readSafetensors(join(folder, file), (name) => !ignored(name));
    for (const [name, tensor] of tensors) {
      if (found.has(name)) throw new UserError(`loadModel: ${folder}: tensors must be in one file each, got '${name}' twice`);
      found.set(name, tensor);
    }
  }
  checkParameters(`loadModel: ${folder}`, config, found);
  return Object.fromEntries(Object.keys(shapes).map((name) => [name, found.get(name) as TensorData]));
}

/** Names of the files with weights. */
function weightFiles(folder: string): string[] {
  if (existsSync(join(folder, SINGLE))) return [SINGLE];
  const index = readJson('loadModel', join(folder, INDEX), true);
  if (index === undefined) throw new UserError(`loadModel: ${folder} must have ${SINGLE} or ${INDEX}, got neither`);
  const map = (index.contents as { weight_map?: unknown } | null)?.weight_map;
  const files = typeof map === 'object' && map !== null ? [...new Set(Object.values(map))] : [];
  // A name with a folder in it could lead anywhere.
  const isName = (file: unknown) => typeof file === 'string' && file.endsWith('.safetensors') && basename(file) === file;
  if (files.length === 0 || !files.every(isName)) {
    throw new UserError(`loadModel: ${join(folder, INDEX)}: weight_map must map tensors to names of .safetensors files beside it`);
  }
  return files;
}

/** @throws UserError naming what is missing, unknown or of another shape or type */
function checkParameters(where: string, config: LlamaConfig, tensors: ReadonlyMap<string, FileTensor>): void {
  const shapes = parameterShapes(config);
  const few = (names: string[]) => names.slice(0, 3).join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : '');
  const missing = Object.keys(shapes).filter((name) => !tensors.has(name));
  if (missing.length > 0) throw new UserError(`${where}: the model must have ${few(missing)}, got none`);
  const extra = [...tensors.keys()].filter((name) => !Object.hasOwn(shapes, name));
  if (extra.length > 0) throw new UserError(`${where}: tensors must be those of the model, got ${few(extra)} besides`);
  for (const [name, shape] of Object.entries(shapes)) {
    const tensor = tensors.get(name)!;
    if (tensor.dtype !== 'float32' || `${tensor.shape}` !== `${shape}`) {
      const got = `${tensor.dtype} [${tensor.shape.join(', ')}]`;
      throw new UserError(`${where}: '${name}' must be float32 [${shape.join(', ')}], as the configuration says, got ${got}`);
    }
  }
}

function tokenizerOf(folder: string, config: LlamaConfig): { tokenizer?: Tokenizer } {
  if (!existsSync(join(folder, 'tokenizer.json'))) return {};
  return { tokenizer: checkTokenizer(loadTokenizer(folder), config) };
}

/** Parameters in their order, split where a file would grow above the limit. */
function inShards(parameters: Record<string, TensorData>, limit: number, width: number): [string, TensorData][][] {
  const shards: [string, TensorData][][] = [[]];
  let bytes = 0;
  for (const entry of Object.entries(parameters)) {
    const more = entry[1].data.length * width;
    if (bytes > 0 && bytes + more > limit) {
      shards.push([]);
      bytes = 0;
    }
    shards.at(-1)!.push(entry);
    bytes += more;
  }
  return shards;
}

const json = (contents: unknown): string => `${JSON.stringify(contents, null, 2)}\n`;
