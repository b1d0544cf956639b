import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkOptions, progress, type Seed, UserError, writeFileSafely } from '../core/index.ts';

/** A pure function of a configuration and a seed, whose results are kept. */
export interface Experiment<Config, Result> {
  /** Small letters, digits and hyphens; the name of its file of records. */
  name: string;
  /** To be raised when the code changes what the function gives: older records are then no answer. */
  version: number;
  run(config: Config, seed: Seed): Promise<Result>;
}

/** One line of a file of records. */
export interface ExperimentRecord<Config = unknown, Result = unknown> {
  /** Of name, version, configuration and seed. */
  hash: string;
  version: number;
  config: Config;
  seed: Seed;
  result: Result;
  seconds: number;
  /** When it was made, and on what. */
  at: string;
  node: string;
  cpu: string;
  /** The commit of the code, and whether the tree had other changes; none outside a repository. */
  commit?: string;
  dirty?: boolean;
}

/** The sizes experiments are run at: `full` made the committed figures, `quick` shows the same within minutes. */
export type Profile = 'quick' | 'full';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
/** Committed records are those of the full profile; quick ones stay on the machine that made them. */
const recordsFolder = (profile: Profile): string => join(REPOSITORY, 'data', 'records', ...(profile === 'quick' ? ['quick'] : []));

/** Where the records of an experiment are; the file need not exist. */
export const recordsFile = ({ name }: Pick<Experiment<never, never>, 'name'>, profile: Profile): string =>
  join(recordsFolder(profile), `${name}.jsonl`);

/** What is to be computed: one configuration with one seed. */
export interface Cell<Config> {
  config: Config;
  seed: Seed;
}

/** Options of `recorded`. */
export interface RecordedOptions {
  profile?: Profile;
  /** Where the records are; the repository's `data/records` by default. */
  folder?: string;
  /** What the progress bar says. */
  label?: string;
}

/**
 * The results of an experiment for each cell, in their order: read where a record has them, else computed, one after the other, and
 * kept at once, so that a kill loses the one under way at most. With the environment's COLORA_RECOMPUTE=1 all are computed anew and
 * replace the records. Source: ours.
 */
export async function recorded<Config extends object, Result>(
  experiment: Experiment<Config, Result>,
  cells: readonly Cell<Config>[],
  options: RecordedOptions = {},
): Promise<Result[]> {
  checkOptions('recorded', options, ['profile', 'folder', 'label']);
  const { profile = 'quick', label = experiment.name } = options;
  const file = join(options.folder ?? recordsFolder(profile), `${experiment.name}.jsonl`);
  const known = new Map(readRecords<Config, Result>(file).map((record) => [record.hash, record]));
  const fresh = new Set<string>();
  const bar = progress(cells.length, label);
  const results: Result[] = [];
  for (const [index, { config, seed }] of cells.entries()) {
    const hash = hashOf(experiment, config, seed);
    let record = known.get(hash);
    if (record === undefined || (process.env.COLORA_RECOMPUTE === '1' && !fresh.has(hash))) {
      if (fresh.size === 0) endLine(file);
      const began = performance.now();
      const result = await experiment.run(config, seed);
      const isNew = record === undefined;
      const seconds = (performance.now() - began) / 1000;
      // As it will be read: what JSON changes (typed arrays, NaN) is changed the first time as well.
      record = asRead({ hash, version: experiment.version, config, seed, result, seconds, ...provenance() });
      known.set(hash, record);
      fresh.add(hash);
      if (isNew) appendFileSync(file, lineOf(record));
      else rewrite(file, known.values());
    }
    results.push(record.result);
    bar.update(index + 1);
  }
  bar.finish();
  return results;
}

const asRead = <T>(value: T): T => JSON.parse(JSON.stringify(value));

/** Keys in alphabetical order, so that the order they are written in does not matter. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => [name, canonical(item)]),
  );
}

function hashOf({ name, version }: Pick<Experiment<never, never>, 'name' | 'version'>, config: object, seed: Seed): string {
  const text = JSON.stringify([name, version, canonical(config), seed]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/**
 * The records of a file; none where there is no file. What a kill left of a last line is passed over.
 *
 * @throws UserError for a line before the last that is no record
 */
export function readRecords<Config = unknown, Result = unknown>(file: string): ExperimentRecord<Config, Result>[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  const records: ExperimentRecord<Config, Result>[] = [];
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    const record = recordOf(line);
    if (record !== undefined) records.push(record as ExperimentRecord<Config, Result>);
    else if (index < lines.length - 1)
      throw new UserError(`records: line ${index + 1} of ${file} must be a record as JSON (remove the line)`);
  }
  return records;
}

/** The record of a line; undefined when it is none. */
function recordOf(line: string): ExperimentRecord | undefined {
  try {
    const record = JSON.parse(line);
    return typeof record?.hash === 'string' ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Makes the folder, and takes away what a kill left of a last line, which would swallow the next. */
function endLine(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file) && !/(^|\n)$/.test(readFileSync(file, 'utf8'))) rewrite(file, readRecords(file));
}

function rewrite(file: string, records: Iterable<ExperimentRecord>): void {
  writeFileSafely(file, Array.from(records, lineOf).join(''));
}

const lineOf = (record: ExperimentRecord): string => `${JSON.stringify(record)}\n`;

let where: Pick<ExperimentRecord, 'node' | 'cpu' | 'commit' | 'dirty'> | undefined;

function provenance(): Pick<ExperimentRecord, 'at' | 'node' | 'cpu' | 'commit' | 'dirty'> {
  if (where === undefined) {
    const git = (...args: string[]) => {
      const { status, stdout } = spawnSync('git', args, { cwd: REPOSITORY, encoding: 'utf8' });
      return status === 0 ? stdout.trim() : undefined;
    };
    const commit = git('rev-parse', '--short', 'HEAD');
    const changed = git('status', '--porcelain', '--untracked-files=no', 'src');
    where = { node: process.versions.node, cpu: cpus()[0].model, ...(commit && { commit, dirty: changed !== '' }) };
  }
  return { at: new Date().toISOString(), ...where };
}
