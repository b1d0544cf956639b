import { basename, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { stripVTControlCharacters } from 'node:util';
import { UserError } from '../core/index.ts';
import { CellError, prepareRun, type RunEvent, type RunOptions, STEPPER_HELP, stepNotebook } from '../notebook/index.ts';
import { EXIT_CODES, exitCodeOf } from './exit-codes.ts';
import { runNotebooks } from './run-notebooks.ts';
import { RunProgress } from './run-progress.ts';
import { openTerminal } from './terminal.ts';
import { mayColor } from './text.ts';
import { parseCommandLine, secondsOption, showHelp, UsageError } from './usage.ts';

/** The text of `colora run --help`. */
export const help = `
colora run NOTEBOOK… [options]

Runs the cells of each notebook from the top and saves it with its outputs, after every cell.

  -p, --parameter NAME=VALUE  give a parameter that the cell tagged 'parameters' declares another value; may be repeated.
                              Arrays and objects are written as JSON. Names and types are checked before anything runs.
  --kernel NAME               the kernel to run it with; without it the one the notebook names
  --out DIR                   save the executed notebooks in DIR; without it over the notebooks themselves
  --timeout S                 stop when one cell takes more than S seconds
  --total-timeout S           stop when a notebook takes more than S seconds
  --allow-errors              run on after a cell that fails, or that does not compile
  --resume                    after a run that failed: keep the outputs of the cells that were completed and have not changed since
  --step                      walk through one notebook cell by cell
  --json                      print what happens as one JSON object per line on standard output
  -h, --help                  show this

Before the first cell runs, the TypeScript (CoLoRA) kernel checks the types of all cells; if one does not compile, nothing runs.
A cell tagged 'skip-execution' is not run, one tagged 'raises-exception' may fail. "Cell 3" is the third code cell.

When a run ends early (a cell fails, a time limit, Ctrl-C, the kernel dies), the notebook is saved as far as it came, with the cause
on top. Ctrl-C once interrupts the cell and stops, twice kills the kernel.

--resume starts a fresh kernel, which knows nothing of the earlier run. So the cells that run completed are run again to rebuild
the state, but their saved outputs and times stay; from the first cell that failed or was changed on, outputs are new. Without -p it
takes the parameters of the earlier run. To go on with the state as it is, use --step: there a cell that failed can be
changed and run again in the same kernel.

--step: at the prompt,
${STEPPER_HELP.replace(/^/gm, '  ')}

${EXIT_CODES}
`;

const OPTIONS = {
  parameter: { type: 'string', short: 'p', multiple: true },
  kernel: { type: 'string' },
  out: { type: 'string' },
  timeout: { type: 'string' },
  'total-timeout': { type: 'string' },
  'allow-errors': { type: 'boolean' },
  resume: { type: 'boolean' },
  step: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

/** `colora run`. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals: files } = parseCommandLine('run', args, OPTIONS);
  if (values.help) return showHelp(help);
  if (files.length === 0) throw new UsageError('colora run: expected at least one notebook, got none (see colora run --help)');
  checkNames(files, values.out);
  const options: RunOptions = {
    kernel: values.kernel,
    parameters: parseParameters(values.parameter ?? []),
    cellSeconds: secondsOption('--timeout', values.timeout),
    totalSeconds: secondsOption('--total-timeout', values['total-timeout']),
    allowErrors: values['allow-errors'],
    resume: values.resume,
  };
  const outputOf = (file: string) => (values.out === undefined ? undefined : join(values.out, basename(file)));
  if (values.step) {
    const unfit = (['json', 'resume', 'allow-errors', 'total-timeout'] as const).find((name) => values[name] !== undefined);
    if (unfit !== undefined) throw new UsageError(`colora run: --step and --${unfit} exclude each other, got both`);
    if (files.length > 1) throw new UsageError(`colora run: --step takes one notebook, got ${files.length}`);
    return await step(files[0], { ...options, output: outputOf(files[0]) });
  }
  return await runAll(files, values.json === true, (file) => ({ ...options, output: outputOf(file) }));
}

async function runAll(files: string[], json: boolean, optionsOf: (file: string) => RunOptions): Promise<number> {
  const progress = new RunProgress(process.stderr);
  const canAsk = process.stdin.isTTY && process.stderr.isTTY && !json;
  const onInput = canAsk ? (prompt: string) => progress.aside(() => ask(prompt)) : undefined;
  let reported = false;
  const onEvent = (event: RunEvent) => {
    if (event.event === 'end') reported = event.status === 'failed';
    if (json) process.stdout.write(`${JSON.stringify(event)}\n`);
    else progress.show(event);
  };
  try {
    await runNotebooks(files, (file, signals) => ({ ...optionsOf(file), ...signals, onEvent, onInput }));
    return 0;
  } catch (error) {
    if (!reported || !(error instanceof UserError)) throw error;
    if (error instanceof CellError && !json) process.stderr.write(`${tracebackOf(error)}\n`);
    return await exitCodeOf(error);
  }
}

async function step(file: string, options: RunOptions): Promise<number> {
  const prepared = await prepareRun(file, options);
  const terminal = openTerminal();
  try {
    await stepNotebook(prepared, terminal);
    return 0;
  } finally {
    terminal.close();
  }
}

/** Asks the person at the terminal what a cell asks. */
async function ask(prompt: string): Promise<string> {
  const readline = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await readline.question(prompt);
  } finally {
    readline.close();
  }
}

function tracebackOf({ traceback }: CellError): string {
  const text = traceback.join('\n');
  return mayColor(process.stderr) ? text : stripVTControlCharacters(text);
}

function parseParameters(words: string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const [, name, value] = /^([^=]+)=(.*)$/s.exec(word) ?? [];
      if (name === undefined) throw new UsageError(`colora run: -p must be NAME=VALUE, got '${word}'`);
      return [name, value];
    }),
  );
}

/** Two notebooks of one name would overwrite each other in the folder of --out. */
function checkNames(files: string[], out: string | undefined): void {
  if (out === undefined) return;
  const names = files.map((file) => basename(file));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`colora run: notebooks must differ in name to be saved in ${out}, got '${twice}' twice`);
}
