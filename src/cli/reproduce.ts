import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FigureRecord } from '../figures/index.ts';
import { parameterNames, readNotebook } from '../notebook/index.ts';
import { driftOf, keepClaims } from './drift.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { runNotebooks } from './run-notebooks.ts';
import { RunProgress } from './run-progress.ts';
import { duration } from './text.ts';
import { type Reproducible, UpToDate } from './up-to-date.ts';
import { parseCommandLine, showHelp, UsageError } from './usage.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

interface Listed extends Reproducible {
  /** What it shows; most keep a figure of the same name. */
  title: string;
  /** What it took on two cores; only the proportions count. */
  seconds: Record<Profile, number>;
}

/** Every notebook, in the order they are run. */
const NOTEBOOKS: readonly Listed[] = [
  { name: 'coaltmin-recovery', title: 'Recovery of the shared subspace by CoAltMin', seconds: { quick: 34, full: 150 } },
  { name: 'sample-complexity', title: 'How many measurements: alone, pooled, together', seconds: { quick: 30, full: 600 } },
  { name: 'task-similarity', title: 'Where collaborating stops paying', seconds: { quick: 27, full: 360 } },
  { name: 'noise-and-floor', title: 'Noise, and the floor that theory allows', seconds: { quick: 18, full: 240 } },
  { name: 'grip', title: 'How isotropic the measurements of many tasks are together', seconds: { quick: 17, full: 480 } },
  { name: 'playground', title: 'A regression problem to change; it keeps no figure', seconds: { quick: 14, full: 14 } },
  { name: 'base-model', title: 'The base model: its training, what it knows and what it does not', seconds: { quick: 21, full: 21 } },
  { name: 'colora-in-ten-cells', title: 'Four clients, a fifth, and an export; it keeps no figure', seconds: { quick: 19, full: 19 } },
  { name: 'fig1-subspace-similarity', title: 'Column subspace similarity of adapters trained alone', seconds: { quick: 73, full: 370 } },
  { name: 'fig2-task-combinations', title: 'One task trained with three others', seconds: { quick: 49, full: 720 } },
  { name: 'fig3-similarity-levels', title: 'A fixed task with companions of different similarity', seconds: { quick: 48, full: 420 } },
  {
    name: 'fig4-baseline-differences',
    title: 'CoLoRA minus each federated baseline',
    reads: ['data/records/rate-search.jsonl'],
    seconds: { quick: 112, full: 1900 },
  },
  { name: 'fig5-layer-similarity', title: 'Similarity from early to late layers', seconds: { quick: 11, full: 11 } },
  { name: 'hypothesis-testing', title: 'A question of your own, from idea to verdict', seconds: { quick: 73, full: 600 } },
  {
    name: 'tables',
    title: 'Parameters and communication, tasks, hyper-parameters, scores',
    reads: ['data/records'],
    seconds: { quick: 23, full: 120 },
  },
];

const fileOf = (name: string): string => join(REPOSITORY, 'notebooks', `${name}.ipynb`);

const PROFILES = ['quick', 'full'] as const;
type Profile = (typeof PROFILES)[number];

/** What the claims of the quick profile came to, as it was committed. */
const CLAIMS = join(REPOSITORY, 'data', 'quick-claims.json');

/** The text of `colora reproduce --help`. */
export const help = `
colora reproduce [--profile quick|full] [--only NAME] [--recompute | --check]

Makes every figure: runs its notebook in notebooks/ from the top, in place, and then writes the report figures/index.html. A notebook
is not run when nothing has changed since its last run: its code, src, the packages, the profile, and what came of it. What an
experiment of the language model came to is kept in data/records and read the next time, so a run that was killed goes on.

  --profile quick|full  quick (the default) runs everything at a size that ends within minutes; full is the size of the paper
  --only NAME           only the notebook of that name, or those whose names begin so (fig2)
  --recompute           run everything, compute what the records have already, and replace it
  --check               the quick profile as --recompute, and then compare: exit code 1 when a verdict is not that of
                        data/quick-claims.json, or a value lies elsewhere. Without it the quick profile writes that file
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
    check: { type: 'boolean', default: false },
  });
  if (values.help) return showHelp(help);
  if (positionals.length > 0) throw new UsageError(`colora reproduce: expected no argument, got '${positionals[0]}' (use --only NAME)`);
  const { only, check } = values;
  const profile = PROFILES.find((known) => known === values.profile);
  if (profile === undefined)
    throw new UsageError(`colora reproduce: --profile must be one of ${PROFILES.join(', ')}, got '${values.profile}'`);
  if (check && profile !== 'quick') throw new UsageError(`colora reproduce: --check compares the quick profile, got --profile ${profile}`);
  const named = NOTEBOOKS.filter(({ name }) => name === only);
  const chosen = named.length > 0 ? named : NOTEBOOKS.filter(({ name }) => name.startsWith(only ?? ''));
  if (chosen.length === 0) {
    throw new UsageError(`colora reproduce: --only must be one of ${NOTEBOOKS.map(({ name }) => name).join(', ')}, got '${only}'`);
  }
  const began = performance.now();
  const recompute = values.recompute || check;
  // The kernels that run the notebooks inherit it; src/experiments/records.ts reads it.
  if (recompute) process.env.COLORA_RECOMPUTE = '1';
  await runAll(chosen, profile, recompute);
  const { readFigures, writeReport } = await import('../figures/index.ts');
  const directory = join(REPOSITORY, 'figures');
  await writeReport(directory);
  const figures = readFigures(directory).filter(({ notebook }) => chosen.some(({ name }) => name === notebook));
  for (const { name } of figures) process.stdout.write(`figures/${name}.svg\n`);
  process.stdout.write(`figures/index.html\nwritten in ${duration((performance.now() - began) / 1000)}\n`);
  if (check) return showDrift(figures);
  if (profile === 'quick') keepClaims(CLAIMS, figures);
  return 0;
}

/** Runs the notebooks that are not up to date. */
async function runAll(chosen: readonly Listed[], profile: Profile, recompute: boolean): Promise<void> {
  const upToDate = new UpToDate(REPOSITORY, profile);
  const unchanged = recompute ? [] : chosen.filter((notebook) => upToDate.has(notebook));
  const due = chosen.filter((notebook) => !unchanged.includes(notebook));
  for (const { name } of unchanged) process.stderr.write(`unchanged notebooks/${name}.ipynb\n`);
  const progress = new RunProgress(process.stderr);
  const byFile = new Map(due.map((notebook) => [relative(process.cwd(), fileOf(notebook.name)), notebook]));
  const parametrised = await withProfile([...byFile.keys()]);
  const outlook = new Outlook(due.map(({ seconds }) => seconds[profile]));
  let began = Date.now();
  await runNotebooks([...byFile.keys()], (file, signals) => ({
    ...signals,
    parameters: (parametrised.includes(file) ? { profile } : {}) as Record<string, string>,
    onEvent: (event) => {
      progress.show(event);
      if (event.event === 'start') began = Date.now();
      if (event.event !== 'end' || event.status !== 'ok') return;
      upToDate.keep(byFile.get(file)!, began);
      process.stderr.write(outlook.afterNext());
    },
  }));
}

/** How long several notebooks will still take, from what they took elsewhere and how fast they were here. */
class Outlook {
  readonly #expected: readonly number[];
  readonly #began = performance.now();
  #done = 0;

  constructor(expected: readonly number[]) {
    this.#expected = expected;
  }

  /** Takes that the next notebook is done. @returns a line that says so; none after the last */
  afterNext(): string {
    this.#done++;
    const sum = (part: readonly number[]) => part.reduce((total, seconds) => total + seconds, 0);
    const left = this.#expected.slice(this.#done);
    if (left.length === 0) return '';
    const pace = (performance.now() - this.#began) / 1000 / sum(this.#expected.slice(0, this.#done));
    return `${this.#done} of ${this.#expected.length} notebooks, about ${duration(pace * sum(left))} left\n`;
  }
}

function showDrift(figures: readonly FigureRecord[]): number {
  const drift = driftOf(CLAIMS, figures);
  for (const line of drift) process.stdout.write(`drift: ${line}\n`);
  const count = figures.flatMap(({ claims }) => claims).length;
  process.stdout.write(
    `${count} claims compared with ${relative(process.cwd(), CLAIMS)}: ${drift.length === 0 ? 'no drift' : `${drift.length} drifted`}\n`,
  );
  return drift.length === 0 ? 0 : 1;
}

/** The notebooks whose size depends on the profile; the others have only one. */
async function withProfile(files: string[]): Promise<string[]> {
  const names = await Promise.all(files.map((file) => parameterNames(readNotebook(file), 'typescript')));
  return files.filter((_, index) => names[index].includes('profile'));
}
