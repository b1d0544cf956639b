import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError, writeFileSafely } from '../core/index.ts';
import type { TaskRunConfig, TaskRunResult } from './downstream.ts';
import type { ExperimentRecord } from './records.ts';

/** What can be written as a table; a Danfo.js data frame is one. */
export interface Table {
  readonly columns: readonly string[];
  /** Rows of cells. */
  readonly values: readonly unknown[];
}

/** Commands for what TeX reads as something else. */
const TEX: Record<string, string> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  '#': '\\#',
  $: '\\$',
  '%': '\\%',
  '&': '\\&',
  _: '\\_',
  '^': '\\textasciicircum{}',
  '~': '\\textasciitilde{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
};

const GREEK =
  'Γ Gamma Δ Delta Θ Theta Λ Lambda Ξ Xi Π Pi Σ Sigma Φ Phi Ψ Psi Ω Omega α alpha β beta γ gamma δ delta ε epsilon ζ zeta η eta θ theta ι iota κ kappa λ lambda μ mu ν nu ξ xi π pi ρ rho σ sigma τ tau φ phi χ chi ψ psi ω omega';
const SIGNS =
  '· cdot × times ± pm − - ≤ leq ≥ geq ≠ neq ≈ approx ∞ infty → rightarrow √ surd ° ^{\\circ} ² ^{2} ³ ^{3} ᵀ ^{\\top} ᵢ _{i} ₀ _{0} ₁ _{1} ₂ _{2}';

const pairs = (text: string): [string, string][] => {
  const words = text.split(' ');
  return Array.from({ length: words.length / 2 }, (_, i) => [words[2 * i], words[2 * i + 1]]);
};
const MATHS = new Map(
  [...pairs(GREEK), ...pairs(SIGNS)].map(([sign, name]) => [sign, `$${/^[a-z]/i.test(name) ? '\\' : ''}${name}$`] as const),
);

/**
 * A text as LaTeX prints it: what TeX reads as commands is escaped, and Greek letters and the signs of formulas become maths; other
 * letters stay as they are. Source: ours.
 */
export function escapeLatex(text: string): string {
  return Array.from(text.replace(/\s+/g, ' '), (sign) => TEX[sign] ?? MATHS.get(sign) ?? sign).join('');
}

/** Rows of as many cells as there are columns. @throws UserError for a row that has not */
function rowsOf(name: string, { columns, values }: Table): unknown[][] {
  const rows = values.map((row): unknown[] => (Array.isArray(row) ? row : [row]));
  const wrong = rows.findIndex((row) => row.length !== columns.length);
  if (wrong >= 0) throw new UserError(`${name}: every row must have ${columns.length} cells, got ${rows[wrong].length} in row ${wrong}`);
  return rows;
}

const cellText = (value: unknown): string => (value === null || value === undefined ? '' : String(value));

/**
 * A table as comma-separated values with a line of names: cells with commas, quotes or line ends are quoted. Source: RFC 4180, with
 * plain line ends.
 *
 * @throws UserError for a row with too many or too few cells
 */
export function tableToCsv(table: Table): string {
  const quoted = (value: unknown) => {
    const text = cellText(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [table.columns, ...rowsOf('tableToCsv', table)].map((row) => `${row.map(quoted).join(',')}\n`).join('');
}

/** What stands around a LaTeX table. */
export interface LatexOptions {
  /** Plain text. */
  caption: string;
  /** What `\ref` finds it by. */
  label: string;
}

/** Columns of longer texts than this, in characters, are set as paragraphs that share the line. */
const LONG = 30;

/**
 * A table as a LaTeX `table` that needs no package. Columns of numbers are set to the right, long texts in paragraphs.
 *
 * @throws UserError for a row with too many or too few cells
 */
export function tableToLatex(table: Table, { caption, label }: LatexOptions): string {
  const rows = rowsOf('tableToLatex', table);
  const columns = table.columns.map((_, j) => rows.map((row) => row[j]));
  const long = columns.map((cells) => cells.some((cell) => cellText(cell).length > LONG));
  const width = (0.8 / Math.max(2, long.filter(Boolean).length)).toFixed(2);
  const kinds = columns.map((cells, j) => {
    if (long[j]) return `p{${width}\\linewidth}`;
    return rows.length > 0 && cells.every((cell) => typeof cell === 'number') ? 'r' : 'l';
  });
  const line = (cells: readonly unknown[]) => `${cells.map((cell) => escapeLatex(cellText(cell))).join(' & ')} \\\\\n`;
  return [
    '\\begin{table}\n\\centering\n',
    `\\caption{${escapeLatex(caption)}}\n\\label{${label}}\n`,
    `\\begin{tabular}{${kinds.join('')}}\n\\hline\n`,
    line(table.columns),
    '\\hline\n',
    ...rows.map(line),
    '\\hline\n\\end{tabular}\n\\end{table}\n',
  ].join('');
}

const TABLES = fileURLToPath(new URL('../../data/tables', import.meta.url));

/** Options of `saveTable`. */
export interface SaveTableOptions {
  /** Plain text. */
  caption: string;
  /** Where the files go; the repository's `data/tables` by default. */
  folder?: string;
}

/**
 * Writes a table as `<name>.csv` and `<name>.tex`, labelled `tab:<name>`.
 *
 * @param name small letters, digits and hyphens
 * @returns the paths
 * @throws UserError for another name, or a row with too many or too few cells
 */
export function saveTable(name: string, table: Table, { caption, folder = TABLES }: SaveTableOptions): { csv: string; tex: string } {
  if (!/^[a-z0-9-]+$/.test(name)) throw new UserError(`saveTable: name must be small letters, digits and hyphens, got '${name}'`);
  const [csv, tex] = [tableToCsv(table), tableToLatex(table, { caption, label: `tab:${name}` })];
  const files = { csv: join(folder, `${name}.csv`), tex: join(folder, `${name}.tex`) };
  writeFileSafely(files.csv, csv);
  writeFileSafely(files.tex, tex);
  return files;
}

/** Scores of one configuration over seeds. */
export interface ScoreRow {
  config: TaskRunConfig;
  /** How many. */
  seeds: number;
  /** Mean over seeds of the mean over clients, 0 to 100. */
  rougeL: number;
  exact: number;
  /** Standard deviation over seeds of the mean over clients; none of one seed. */
  rougeLDeviation?: number;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Records of downstream runs that differ in the seed only, brought together; in the order of tasks, examples and score. Source: ours. */
export function scoreRows(records: readonly ExperimentRecord<TaskRunConfig, TaskRunResult>[]): ScoreRow[] {
  const groups = new Map<string, (typeof records)[number][]>();
  for (const record of records) {
    const key = JSON.stringify(Object.entries(record.config).sort(([a], [b]) => (a < b ? -1 : 1)));
    groups.set(key, [...(groups.get(key) ?? []), record]);
  }
  const rows = Array.from(groups.values(), (group): ScoreRow => {
    const scores = group.map(({ result }) => mean(result.clients.map((client) => client.rougeL)));
    const centre = mean(scores);
    const squares = scores.reduce((sum, score) => sum + (score - centre) ** 2, 0);
    return {
      config: group[0].config,
      seeds: scores.length,
      rougeL: centre,
      exact: mean(group.map(({ result }) => mean(result.clients.map((client) => client.exact)))),
      ...(scores.length > 1 && { rougeLDeviation: Math.sqrt(squares / (scores.length - 1)) }),
    };
  });
  return rows.sort(
    ({ config: a, rougeL }, { config: b, rougeL: other }) =>
      a.tasks.join(' ').localeCompare(b.tasks.join(' '), 'en') || a.examples - b.examples || other - rougeL,
  );
}
