import { readdirSync } from 'node:fs';
import { join, parse, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parameterNames, readNotebook } from '../notebook/index.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { runNotebooks } from './run-notebooks.ts';
import { RunProgress } from './run-progress.ts';
import { duration } from './text.ts';
import { parseCommandLine, showHelp, UsageError } from './usage.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** Every notebook by name, in the order they are run, and what it shows; most keep a figure of the same name. */
const NOTEBOOKS = [
  { name: 'coaltmin-recovery', title: 'Recovery of the shared subspace by CoAltMin' },
  { name: 'sample-complexity', title: 'How many measurements: alone, pooled, together' },
  { name: 'task-similarity', title: 'Where collaborating stops paying' },
  { name: 'noise-and-floor', title: 'Noise, and the floor that theory allows' },
  { name: 'grip', title: 'How isotropic the measurements of many tasks are together' },
  { name: 'playground', title: 'A regression problem to change; it keeps no figure' },
  { name: 'base-model', title: 'The base model: its training, what it knows and what it does not' },
  { name: 'colora-in-ten-cells', title: 'Four clients, a fifth, and an export; it keeps no figure' },
  { name: 'fig1-subspace-similarity', title: 'Column subspace similarity of adapters trained alone' },
  { name: 'fig2-task-combinations', title: 'One task trained with three others' },
  { name: 'fig3-similarity-levels', title: 'A fixed task with companions of different similarity' },
  { name: 'fig4-baseline-differences', title: 'CoLoRA minus each federated baseline' },
  { name: 'fig5-layer-similarity', title: 'Similarity from early to late layers' },
  { name: 'tables', title: 'Parameters and communication, tasks, hyper-parameters, scores' },
  { name: 'hypothesis-testing', title: 'A question of your own, from idea to verdict' },
] as const;

const fileOf = (name: string): string => join(REPOSITORY, 'notebooks', `${name}.ipynb`);

const PROFILES = ['quick', 'full'];

/** The text of `colora reproduce --help`. */
export const help = `
colora reproduce [--profile quick|full] [--only NAME] [--recompute]

Makes every figure: runs its notebook in notebooks/ from the top, in place, and then writes the report figures/index.html. What an
experiment of the language model came to is kept in data/records and read the next time, so a run that was killed goes on.

  --profile quick|full  quick (the default) runs everything at a size that ends within minutes; full is the size of the paper
  --only NAME           only the notebook of that name, or those whose names begin so (fig2)
  --recompute           compute what the records have already, and replace it
  -h, --help            show this

Notebooks:
${NOTEBOOKS.map(({ name, title }) => `  ${name}  ${title}`).join('\n')}

${EXIT_CODES}
`;

/** `colora reproduce`. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseCommandLine('reproduce', args, {
    profile: { type: 'string', default: 'quick' },
    only: { type: 'string' },
    recompute: { type: 'boolean', default: false },
  });
  if (values.help) return showHelp(help);
  if (positionals.length > 0) throw new UsageError(`colora reproduce: expected no argument, got '${positionals[0]}' (use --only NAME)`);
  const { profile, only } = values;
  if (!PROFILES.includes(profile))
    throw new UsageError(`colora reproduce: --profile must be one of ${PROFILES.join(', ')}, got '${profile}'`);
  const named = NOTEBOOKS.filter(({ name }) => name === only);
  const chosen = named.length > 0 ? named : NOTEBOOKS.filter(({ name }) => name.startsWith(only ?? ''));
  if (chosen.length === 0) {
    throw new UsageError(`colora reproduce: --only must be one of ${NOTEBOOKS.map(({ name }) => name).join(', ')}, got '${only}'`);
  }
  // The kernels that run the notebooks inherit it; src/experiments/records.ts reads it.
  if (values.recompute) process.env.COLORA_RECOMPUTE = '1';
  const began = performance.now();
  const progress = new RunProgress(process.stderr);
  const files = chosen.map(({ name }) => relative(process.cwd(), fileOf(name)));
  const parametrised = await withProfile(files);
  await runNotebooks(files, (file, signals) => ({
    ...signals,
    parameters: (parametrised.includes(file) ? { profile } : {}) as Record<string, string>,
    onEvent: (event) => progress.show(event),
  }));
  await writeFigures(chosen, began);
  return 0;
}

/** The notebooks whose size depends on the profile; the others have only one. */
async function withProfile(files: string[]): Promise<string[]> {
  const names = await Promise.all(files.map((file) => parameterNames(readNotebook(file), 'typescript')));
  return files.filter((_, index) => names[index].includes('profile'));
}

async function writeFigures(chosen: readonly { name: string }[], began: number): Promise<void> {
  const directory = join(REPOSITORY, 'figures');
  const { writeReport } = await import('../figures/index.ts');
  await writeReport(directory);
  const made = readdirSync(directory).filter((file) => file === 'index.html' || chosen.some(({ name }) => parse(file).name === name));
  const files = [...chosen.map(({ name }) => fileOf(name)), ...made.map((file) => join(directory, file))];
  for (const file of files) process.stdout.write(`${relative(process.cwd(), file)}\n`);
  process.stdout.write(`written in ${duration((performance.now() - began) / 1000)}\n`);
}
