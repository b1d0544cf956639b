import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { messageOf, UserError, writeFileSafely } from '../core/index.ts';
import type { Cell, CodeCell, MimeBundle, Notebook, Output, TextCell } from './format.ts';
import { formatJson, parseJson } from './json.ts';
import { jsonProblem } from './json-problem.ts';
import { validateNotebook } from './validate.ts';

/**
 * Reads a notebook of nbformat 4.
 * @throws UserError when the file is missing, is no JSON or no such notebook, saying where
 */
export function readNotebook(path: string): Notebook {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (thrown) {
    const missing = (thrown as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UserError(`readNotebook: ${path} must be a readable file, got ${missing ? 'no such file' : messageOf(thrown)}`);
  }
  return parseNotebook(text, path);
}

/** The notebook that a file's text holds; `file` is its name in messages. Cells without an id get one where the format has ids (4.5). */
export function parseNotebook(text: string, file: string): Notebook {
  let value: unknown;
  try {
    value = parseJson(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new UserError(`readNotebook: ${file} must be JSON, got ${jsonProblem(text)}`);
  }
  validateNotebook(value, file);
  const notebook = value as Notebook;
  for (const cell of notebook.cells) joinLines(cell);
  if (hasIds(notebook)) giveIds(notebook.cells);
  return notebook;
}

/** The text nbformat would write for a notebook, so that a diff shows only what changed. Source: nbformat v4/rwbase.py and nbjson.py. */
export function formatNotebook(notebook: Notebook): string {
  const { orig_nbformat: _, orig_nbformat_minor: __, signature: ___, ...metadata } = notebook.metadata;
  return `${formatJson({ ...notebook, metadata, cells: notebook.cells.map(splitCell) })}\n`;
}

/** Writes a notebook so that a reader or a kill never sees half of it. */
export function writeNotebook(path: string, notebook: Notebook): void {
  writeFileSafely(path, formatNotebook(notebook));
}

/** A cell to be put into a notebook; it gets the id where the notebook has ids and no cell of that id. */
export function newCell(notebook: Notebook, type: 'code' | 'markdown', id: string, source: string, tags: string[]): Cell {
  const taken = notebook.cells.some((cell) => cell.id === id);
  const common = { ...(hasIds(notebook) ? { id: taken ? randomId() : id } : {}), source, metadata: { tags } };
  return type === 'code' ? { cell_type: 'code', ...common, execution_count: null, outputs: [] } : { cell_type: 'markdown', ...common };
}

function hasIds(notebook: Notebook): boolean {
  return notebook.nbformat_minor >= 5;
}

function giveIds(cells: Cell[]): void {
  const seen = new Set<string>();
  for (const cell of cells) {
    if (cell.id === undefined || seen.has(cell.id)) cell.id = randomId();
    seen.add(cell.id);
  }
}

function randomId(): string {
  return randomUUID().slice(0, 8);
}

function joinLines(cell: Cell): void {
  cell.source = joined(cell.source);
  if (cell.cell_type === 'code') {
    for (const output of cell.outputs) {
      if (output.output_type === 'stream') output.text = joined(output.text);
      else if (output.output_type !== 'error') output.data = joinBundle(output.data);
    }
  } else if (cell.attachments) {
    cell.attachments = mapValues(cell.attachments, joinBundle);
  }
}

function joinBundle(bundle: MimeBundle): MimeBundle {
  return mapValues(bundle, (value, type) => (isJsonType(type) ? value : joined(value)));
}

function joined<T>(value: T): T | string {
  return Array.isArray(value) && value.every((line) => typeof line === 'string') ? value.join('') : value;
}

function splitCell(cell: Cell): object {
  const { trusted: _, ...metadata } = cell.metadata;
  const split = { ...cell, metadata, source: lines(cell.source) };
  if (cell.cell_type === 'code') return { ...split, outputs: (cell as CodeCell).outputs.map(splitOutput) };
  const { attachments } = cell as TextCell;
  return attachments ? { ...split, attachments: mapValues(attachments, splitBundle) } : split;
}

function splitOutput(output: Output): object {
  if (output.output_type === 'stream') return { ...output, text: lines(output.text) };
  return output.output_type === 'error' ? output : { ...output, data: splitBundle(output.data) };
}

function splitBundle(bundle: MimeBundle): MimeBundle {
  return mapValues(bundle, (value, type) => {
    const isText = type.startsWith('text/') || type === 'application/javascript' || type === 'image/svg+xml';
    return isText && typeof value === 'string' ? lines(value) : value;
  });
}

const LINE_END = '\\n\\r\\v\\f\\x1c-\\x1e\\x85\\u2028\\u2029';
const LINE = new RegExp(`[^${LINE_END}]*(?:\\r\\n|[${LINE_END}])|[^${LINE_END}]+$`, 'g');

/** Python's `splitlines(True)`, whose idea of a line end is wider than `\n`. */
function lines(text: string): string[] {
  return text.match(LINE) ?? [];
}

function isJsonType(type: string): boolean {
  return type === 'application/json' || (type.startsWith('application/') && type.endsWith('+json'));
}

function mapValues<V, W>(record: Record<string, V>, change: (value: V, key: string) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
}
