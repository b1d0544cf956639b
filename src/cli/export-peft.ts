import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { exportPeft, loadRun, mergedModel, modelHash } from '../adapters/index.ts';
import { UserError } from '../core/index.ts';
import { loadModel, saveModel } from '../lm/index.ts';
import { parseCommandLine, showHelp, UsageError } from './usage.ts';

const BASE_MODEL = fileURLToPath(new URL('../../data/base-model', import.meta.url));

/** The text of `colora export-peft --help`. */
export const help = `
colora export-peft --run FILE --client ID --out DIR [options]

Writes the adapter of one client of a saved federated run as a PEFT checkpoint: adapter_config.json and adapter_model.safetensors,
with B = UΛ and A = Vᵀ. Python loads it with PeftModel.from_pretrained(base, DIR).

  --run FILE       what saveRun wrote
  --client ID      the client's name
  --out DIR        the folder to write
  --model DIR      the model that was adapted; without it the base model, which 'colora pretrain' makes
  --merged         write the whole model with the adapter added to its weights instead, which needs no PEFT
  -h, --help       show this
`;

const OPTIONS = {
  run: { type: 'string' },
  client: { type: 'string' },
  out: { type: 'string' },
  model: { type: 'string' },
  merged: { type: 'boolean' },
} as const;

/** `colora export-peft`. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseCommandLine('export-peft', args, OPTIONS);
  if (values.help) return showHelp(help);
  if (positionals.length > 0) throw new UsageError(`colora export-peft: there must be options only, got '${positionals[0]}'`);
  const [file, id, folder] = (['run', 'client', 'out'] as const).map((name) => {
    const value = values[name];
    if (value === undefined) throw new UsageError(`colora export-peft: --${name} must be given, got none (see colora export-peft --help)`);
    return value;
  });
  const saved = await loadRun(file);
  const client = saved.clients.indexOf(id);
  if (client < 0) throw new UserError(`colora export-peft: --client must be one of ${saved.clients.join(', ')}, got '${id}'`);
  const path = values.model ?? BASE_MODEL;
  if (values.model === undefined && !existsSync(BASE_MODEL)) {
    throw new UserError(
      `colora export-peft: the base model must be in ${BASE_MODEL}, got none (make it with 'colora pretrain', or give --model)`,
    );
  }
  const base = await loadModel(path);
  if (modelHash(base.config, base.parameters) !== saved.base) {
    throw new UserError(`colora export-peft: ${file} must be a run on the model in ${path}, got one on another (give that with --model)`);
  }
  if (values.merged) {
    saveModel(folder, { ...base, parameters: mergedModel(base.parameters, saved.models, saved.adapter, client) });
  } else {
    exportPeft(folder, saved.models, saved.adapter, { client, baseModel: path });
  }
  process.stdout.write(`${values.merged ? 'model' : 'adapter'} of client ${id} (${saved.strategy}) written to ${folder}\n`);
  return 0;
}
