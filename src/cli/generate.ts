import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { UserError } from '../core/index.ts';
import { type GenerateOptions, generateText, loadModel } from '../lm/index.ts';
import { parseCommandLine, showHelp, UsageError } from './usage.ts';

const BASE_MODEL = fileURLToPath(new URL('../../data/base-model', import.meta.url));

/** The text of `colora generate --help`. */
export const help = `
colora generate [options] PROMPT…

Goes on with each prompt, all in one batch; without a prompt with what standard input says. One prompt's text is shown as it comes.

  --model DIR      the model: a folder with config.json, model.safetensors and tokenizer.json, or a .gguf file with tokenizer.json
                   beside it; without it the base model, which 'colora pretrain' makes
  --max-tokens N   the most tokens to make of each prompt (64)
  --temperature T  0 takes the most likely token, which is the default; 1 draws as the model says
  --top-k K        draw among the K most likely tokens only
  --top-p P        draw among the most likely tokens that have probability P together only
  --seed S         of what is drawn (0)
  --json           print one JSON object per prompt: prompt, text, tokens, ended ('stop' or 'length')
  -h, --help       show this
`;

const OPTIONS = {
  model: { type: 'string' },
  'max-tokens': { type: 'string' },
  temperature: { type: 'string' },
  'top-k': { type: 'string' },
  'top-p': { type: 'string' },
  seed: { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** `colora generate`. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseCommandLine('generate', args, OPTIONS);
  if (values.help) return showHelp(help);
  const number = (name: Exclude<keyof typeof OPTIONS, 'model' | 'json'>) => numberOption(`colora generate: --${name}`, values[name]);
  const options: GenerateOptions = {
    maxTokens: number('max-tokens'),
    temperature: number('temperature') ?? (values['top-k'] === undefined && values['top-p'] === undefined ? 0 : 1),
    topK: number('top-k'),
    topP: number('top-p'),
    seed: number('seed'),
  };
  const prompts = positionals.length > 0 ? positionals : [(await text(process.stdin)).replace(/\r?\n$/, '')];
  if (values.model === undefined && !existsSync(BASE_MODEL)) {
    throw new UserError(
      `colora generate: the base model must be in ${BASE_MODEL}, got none (make it with 'colora pretrain', or give --model)`,
    );
  }
  const model = await loadModel(values.model ?? BASE_MODEL);
  const isStreamed = prompts.length === 1 && values.json !== true;
  const made = await generateText(model, prompts, options, isStreamed ? (part) => process.stdout.write(part) : undefined);
  if (isStreamed) process.stdout.write('\n');
  else
    for (const [i, one] of made.entries())
      process.stdout.write(`${values.json ? JSON.stringify({ prompt: prompts[i], ...one }) : one.text}\n`);
  return 0;
}

function numberOption(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new UsageError(`${option} must be a number, got '${text}'`);
  return value;
}
