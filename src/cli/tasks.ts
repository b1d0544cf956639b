import { join } from 'node:path';
import { Random, writeFileSafely } from '../core/index.ts';
import {
  FAMILIES,
  type Family,
  fileNameOf,
  findTask,
  NI_TASKS,
  shortPrompt,
  splitTask,
  TASKS,
  type Task,
  tkPrompt,
  toNaturalInstructions,
} from '../tasks/index.ts';
import { parseCommandLine, UsageError } from './usage.ts';

/** How many examples are drawn unless -n says otherwise. */
const SAMPLED = 5;
const EXPORTED = 1000;

const PROMPTS: Readonly<Record<string, (task: Task, input: string) => string>> = {
  none: (_task, input) => input,
  short: (task, input) => shortPrompt(task.instruction, input),
  tk: tkPrompt,
};

const FORMATS = ['ni'];

/** The text of `colora tasks --help`. */
export const help = `
colora tasks list [--json]                                     every task with its family and instruction
colora tasks sample TASK [-n N] [--seed S] [--prompt FORM] [--json]   draw examples
colora tasks export [TASK…] --out DIR [-n N] [--seed S] [--format ni] [--json]   write tasks with examples, one file each

TASK is an id (205, rm.l5), a name (remove_even_elements) or both (task205_remove_even_elements).

  -n N             how many examples (sample: ${SAMPLED}, export: ${EXPORTED}); of an export no two share an input
  --seed S         what the examples depend on (a whole number or a word; 0 unless given)
  --prompt FORM    what stands before an input: none (the default), short or tk (that of Tk-Instruct)
  --out DIR        folder to write into; it is made
  --format ni      the JSON layout of Natural Instructions, the only one
  --json           print JSON; sample then prints one example a line
Without TASK, export writes the ${NI_TASKS.length} tasks of Natural Instructions.
`;

/** `colora tasks`. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseCommandLine('tasks', args, {
    number: { type: 'string', short: 'n' },
    seed: { type: 'string', default: '0' },
    prompt: { type: 'string', default: 'none' },
    out: { type: 'string' },
    format: { type: 'string', default: 'ni' },
    json: { type: 'boolean', default: false },
  });
  const [action, ...names] = positionals;
  const { number, prompt, out, format, json } = values;
  const seed = /^-?\d{1,15}$/.test(values.seed) ? Number(values.seed) : values.seed;
  switch (action) {
    case 'list':
      if (names.length > 0) throw new UsageError(`colora tasks list: takes no further words, got '${names.join(' ')}'`);
      return json ? print(JSON.stringify(TASKS.map(summary), null, 2)) : print(table());
    case 'sample': {
      if (names.length !== 1)
        throw new UsageError(`colora tasks sample: TASK must be one task, got ${names.length} (see colora tasks list)`);
      if (!Object.hasOwn(PROMPTS, prompt))
        throw new UsageError(`colora tasks: --prompt must be one of ${Object.keys(PROMPTS).join(', ')}, got '${prompt}'`);
      return sample(findTask(names[0]), { count: countOf(number, SAMPLED), seed, prompt, json });
    }
    case 'export': {
      if (out === undefined) throw new UsageError('colora tasks export: --out must name a folder, got none');
      if (!FORMATS.includes(format)) throw new UsageError(`colora tasks: --format must be one of ${FORMATS.join(', ')}, got '${format}'`);
      const tasks = names.length === 0 ? NI_TASKS : names.map(findTask);
      const files = tasks.map((task) => write(task, { count: countOf(number, EXPORTED), seed, out }));
      return print(json ? JSON.stringify(files) : files.join('\n'));
    }
    default:
      throw new UsageError(`colora tasks: action must be one of list, sample, export, got '${action ?? ''}' (see colora tasks --help)`);
  }
}

function summary({ id, name, family, instruction, definition, attributes }: Task) {
  return { id, name, family, instruction, definition, attributes };
}

function table(): string {
  const width = Math.max(...TASKS.map(({ id }) => id.length));
  return (Object.keys(FAMILIES) as Family[])
    .map((family) => {
      const tasks = TASKS.filter((task) => task.family === family);
      return `${family} ${FAMILIES[family]}\n${tasks.map(({ id, instruction }) => `  ${id.padEnd(width)}  ${instruction}\n`).join('')}`;
    })
    .join('\n')
    .trimEnd();
}

interface SampleOptions {
  readonly count: number;
  readonly seed: number | string;
  readonly prompt: string;
  readonly json: boolean;
}

function sample(task: Task, { count, seed, prompt, json }: SampleOptions): number {
  const random = new Random(seed).split(task.id);
  for (let i = 0; i < count; i++) {
    const { input, output } = task.generate(random);
    const asked = PROMPTS[prompt](task, input);
    if (json) print(JSON.stringify({ input: asked, output }));
    else if (prompt === 'none') print(`${input} → ${output}`);
    else print(`${asked}${asked.endsWith(' ') ? '' : ' '}${output}${asked.includes('\n') ? '\n' : ''}`);
  }
  return 0;
}

/** @returns the file */
function write(task: Task, { count, seed, out }: { count: number; seed: number | string; out: string }): string {
  const file = join(out, `${fileNameOf(task)}.json`);
  const { test } = splitTask(task, { test: count, seed });
  writeFileSafely(file, `${JSON.stringify(toNaturalInstructions(task, test), null, 2)}\n`);
  return file;
}

function countOf(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(text) || Number(text) === 0)
    throw new UsageError(`colora tasks: -n must be a whole number from 1 on, got '${text}'`);
  return Number(text);
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}
