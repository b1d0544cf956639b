import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, UserError, writeFileSafely } from '../core/index.ts';
import type { TensorData } from '../engine/index.ts';
import { LINEAR_MODULES, type LinearModule, type LlamaConfig, parameterShapes, readSafetensors, writeSafetensors } from '../lm/index.ts';
import { type AdapterConfig, adapterConfig } from './config.ts';
import type { AdapterData } from './factors.ts';
import { type ClientModels, loraAdapter } from './models.ts';
import { tensor } from './tensors.ts';

const CONFIG = 'adapter_config.json';
const WEIGHTS = 'adapter_model.safetensors';
/** Before a module's name in PEFT's files. */
const PREFIX = 'base_model.model.';

/** Options of `exportPeft`. */
export interface PeftOptions {
  /** Which client's; the first by default. */
  client?: number;
  /** Where PEFT finds the base model: a folder or a name. */
  baseModel?: string;
}

/**
 * Writes one client's adapter as a PEFT checkpoint: `adapter_config.json` and `adapter_model.safetensors`, with B = U Λᵢ and A = Vᵀ.
 *
 * @throws UserError when there is no such client, or the strategy changed the weights themselves
 */
export function exportPeft(
  folder: string,
  models: ClientModels,
  adapter: AdapterConfig,
  { client = 0, baseModel }: PeftOptions = {},
): void {
  const { config, modules } = loraAdapter(models, adapter, client);
  const tensors = Object.entries(modules).flatMap(([module, { a, b }]): [string, TensorData][] => [
    [`${PREFIX}${module}.lora_A.weight`, a],
    [`${PREFIX}${module}.lora_B.weight`, b],
  ]);
  const fields = {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: baseModel ?? null,
    r: config.rank,
    lora_alpha: config.alpha,
    use_rslora: config.scaling === 'alpha/sqrt(r)',
    target_modules: config.targets,
    lora_dropout: 0,
    bias: 'none',
    fan_in_fan_out: false,
    inference_mode: true,
  };
  writeFileSafely(join(folder, CONFIG), `${JSON.stringify(fields, null, 2)}\n`);
  writeSafetensors(join(folder, WEIGHTS), tensors, { metadata: { format: 'pt' } });
}

/** What a LoRA adapter must be for its two factors to say all, by PEFT's names. */
const PLAIN: Record<string, unknown[]> = {
  peft_type: ['LORA'],
  use_dora: [false],
  use_qalora: [false],
  use_bdlora: [false],
  fan_in_fan_out: [false],
  bias: ['none'],
  lora_bias: [false],
};
const EMPTY = [
  'rank_pattern',
  'alpha_pattern',
  'modules_to_save',
  'trainable_token_indices',
  'target_parameters',
  'layer_replication',
  'alora_invocation_tokens',
  'arrow_config',
];

/**
 * Reads a PEFT checkpoint of a LoRA adapter.
 *
 * @param model the model that it adapts
 * @returns a [1, r, in] and b [1, out, r] of each module
 * @throws UserError when a file is missing or malformed, the adapter is more than LoRA on linear maps, or is of another model
 */
export async function importPeft(folder: string, model: LlamaConfig): Promise<{ adapter: AdapterData; config: AdapterConfig }> {
  const where = `importPeft: ${join(folder, CONFIG)}`;
  const fields = readFields(where, join(folder, CONFIG));
  const { tensors } = await readSafetensors(join(folder, WEIGHTS));
  const shapes = parameterShapes(model);
  const adapter: Record<string, { a?: TensorData; b?: TensorData }> = {};
  for (const [name, found] of tensors) {
    const [, module, letter] = /^base_model\.model\.(.+)\.lora_([AB])\.weight$/.exec(name) ?? [];
    const shape = shapes[`${module}.weight`];
    if (shape === undefined || !LINEAR_MODULES.some((target) => module.endsWith(`.${target}`))) {
      throw new UserError(`importPeft: ${folder}: tensors must be lora_A and lora_B of the model's linear maps, got '${name}'`);
    }
    const expected = letter === 'A' ? [fields.r, shape[1]] : [shape[0], fields.r];
    if (`${found.shape}` !== `${expected}`) {
      const got = found.shape.join(', ');
      throw new UserError(`importPeft: ${folder}: '${name}' must be [${expected.join(', ')}] for this model, got [${got}]`);
    }
    adapter[module] ??= {};
    adapter[module][letter === 'A' ? 'a' : 'b'] = tensor([1, ...expected], found.data as Float32Array);
  }
  const half = Object.entries(adapter).find(([, { a, b }]) => a === undefined || b === undefined);
  if (half !== undefined || tensors.size === 0) {
    throw new UserError(`importPeft: ${folder}: every module must have lora_A and lora_B, got ${half ? `one of ${half[0]}` : 'none'}`);
  }
  const targets = LINEAR_MODULES.filter((target) => Object.keys(adapter).some((module) => module.endsWith(`.${target}`)));
  const scaling = fields.use_rslora ? 'alpha/sqrt(r)' : 'alpha/r';
  const config = adapterConfig({ rank: fields.r, alpha: fields.lora_alpha, scaling, targets: targets as LinearModule[] });
  return { adapter: adapter as AdapterData, config };
}

function readFields(where: string, path: string): { r: number; lora_alpha: number; use_rslora: boolean } {
  if (!existsSync(path)) throw new UserError(`${where} must be there, got no such file (give the folder of a PEFT checkpoint)`);
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(readFileSync(path, 'utf8'));
  } catch (thrown) {
    throw new UserError(`${where} must be a JSON file, got: ${messageOf(thrown)}`, { cause: thrown });
  }
  const wrong = (name: string, expected: string) =>
    new UserError(`${where}: ${name} must be ${expected}, got ${JSON.stringify(fields[name])}`);
  for (const [name, allowed] of Object.entries(PLAIN)) {
    const value = fields[name];
    if (value !== undefined && value !== null && !allowed.includes(value)) throw wrong(name, JSON.stringify(allowed[0]));
  }
  for (const name of EMPTY) {
    if (Object.keys(fields[name] ?? {}).length > 0) throw wrong(name, 'empty');
  }
  const { r, lora_alpha, use_rslora = false } = fields;
  if (typeof r !== 'number') throw wrong('r', 'a number');
  if (typeof lora_alpha !== 'number') throw wrong('lora_alpha', 'a number');
  return { r, lora_alpha, use_rslora: use_rslora === true };
}
