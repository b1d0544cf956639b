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

/** Every figure, the notebook that makes it and what it shows. */
const FIGURES = [
  { name: 'coaltmin-recovery', notebook: 'notebooks/coaltmin-recovery.ipynb', title: 'Recovery of the shared subspace by CoAltMin' },
  { name: 'sample-complexity', notebook: 'notebooks/sample-complexity.ipynb', title: 'How many measurements: alone, pooled, together' },
  { name: 'task-similarity', notebook: 'notebooks/task-similarity.ipynb', title: 'Where collaborating stops paying' },
  { name: 'noise-and-floor', notebook: 'notebooks/noise-and-floor.ipynb', title: 'Noise, and the floor that theory allows' },
  { name: 'grip', notebook: 'notebooks/grip.ipynb', title: 'How isotropic the measurements of many tasks are together' },
  { name: 'playground', notebook: 'notebooks/playground.ipynb', title: 'A problem to change; it keeps no figure' },
] as const;

const PROFILES = ['quick', 'full'];

/** The text of `colora reproduce --help`. */
export const help = `
colora reproduce [--profile quick|full] [--only NAME]

Makes every figure: runs its notebook in notebooks/ from the top, in place, and then writes the report figures/index.html.

  --profile quick|full  quick (the default) runs everything at a size that ends within minutes; full is the size of the paper
  --only NAME           only the figure of that name
  -h, --help            show this

Figures:
${FIGURES.map(({ name, title }) => `  ${name}  ${title}`).join('\n')}

${EXIT_CODES}
`;

/** `colora reproduce`. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseCommandLine('reproduce', args, {
    profile: { type: 'string', default: 'quick' },
    only: { type: 'string' },
  });
  if (values.help) return showHelp(help);
  if (positionals.length > 0) throw new UsageError(`colora reproduce: expected no argument, got '${positionals[0]}' (use --only NAME)`);
  const { profile, only } = values;
  if (!PROFILES.includes(profile))
    throw new UsageError(`colora reproduce: --profile must be one of ${PROFILES.join(', ')}, got '${profile}'`);
  const chosen = FIGURES.filter(({ name }) => only === undefined || name === only);
  if (chosen.length === 0) {
    throw new UsageError(`colora reproduce: --only must be one of ${FIGURES.map(({ name }) => name).join(', ')}, got '${only}'`);
  }
  const began = performance.now();
  const progress = new RunProgress(process.stderr);
  const files = chosen.map(({ notebook }) => relative(process.cwd(), join(REPOSITORY, notebook)));
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

async function writeFigures(chosen: readonly { name: string; notebook: string }[], began: number): Promise<void> {
  const directory = join(REPOSITORY, 'figures');
  const { writeReport } = await import('../figures/index.ts');
  await writeReport(directory);
  const made = readdirSync(directory).filter((file) => file === 'index.html' || chosen.some(({ name }) => parse(file).name === name));
  const files = [...chosen.map(({ notebook }) => join(REPOSITORY, notebook)), ...made.map((file) => join(directory, file))];
  for (const file of files) process.stdout.write(`${relative(process.cwd(), file)}\n`);
  process.stdout.write(`written in ${duration((performance.now() - began) / 1000)}\n`);
}
