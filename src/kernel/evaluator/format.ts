import { inspect } from 'node:util';
import type { MimeBundle } from '../frames.ts';

/** By this symbol an object says how it looks: a method that returns a mime bundle, or a promise of one. */
const DISPLAY = Symbol.for('Jupyter.display');
const MAX_TABLE_ROWS = 50;
const MAX_MATRIX_CELLS = 400;

/** What asynchronous tracking leaves on promises before Node.js 24. */
const ASYNC_TRACES = /,?\s*\[Symbol\((?:async_id_symbol|trigger_async_id_symbol|kResourceStore)\)\]: (?:\{[^{}]*\}|\d+)/g;

/** How a value is shown. */
export async function toBundle(value: unknown): Promise<MimeBundle> {
  if (isObject(value)) {
    const own = value[DISPLAY];
    if (typeof own === 'function') {
      const bundle: unknown = await own.call(value);
      if (isObject(bundle)) return bundle as MimeBundle;
    }
    for (const { matches, bundle } of KNOWN) if (matches(value)) return bundle(value);
  }
  return { 'text/plain': asText(value) };
}

/** A value as a REPL prints it. */
export function asText(value: unknown): string {
  const text = inspect(value, { depth: 4, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 100 });
  return text.includes('[Symbol(async_id_symbol)]') ? text.replace(ASYNC_TRACES, '') : text;
}

// biome-ignore lint/suspicious/noExplicitAny: values of packages that this file does not import, told by their shape
type Shape = Record<PropertyKey, any>;

const KNOWN: { matches: (value: Shape) => boolean; bundle: (value: Shape) => MimeBundle }[] = [
  {
    // Danfo.js DataFrame
    matches: (value) =>
      Array.isArray(value.columns) && Array.isArray(value.index) && Array.isArray(value.values) && Array.isArray(value.shape),
    bundle: (value) => ({
      'text/plain': String(value),
      'text/html': table(
        ['', ...value.columns],
        value.values.map((row: unknown) => (Array.isArray(row) ? row : [row])),
        value.index,
      ),
    }),
  },
  {
    // TensorFlow.js Tensor
    matches: (value) => typeof value.dataSync === 'function' && Array.isArray(value.shape) && typeof value.dtype === 'string',
    bundle: (value) => ({
      'text/plain': value.isDisposed
        ? `Tensor ${value.dtype} [${value.shape}] (disposed)`
        : (value as { toString(verbose: boolean): string }).toString(true),
    }),
  },
  {
    // mathjs Matrix
    matches: (value) => value.isMatrix === true && typeof value.valueOf() === 'object' && typeof value.size === 'function',
    bundle: (value) => {
      const rows: unknown = value.valueOf();
      const [height, width] = value.size() as number[];
      const text = { 'text/plain': String(value) };
      if (!Array.isArray(rows) || value.size().length !== 2 || height * width > MAX_MATRIX_CELLS) return text;
      return { ...text, 'text/html': table(undefined, rows) };
    },
  },
];

function table(header: unknown[] | undefined, rows: unknown[][], labels?: unknown[]): string {
  const shown = rows.slice(0, MAX_TABLE_ROWS);
  const head = header ? `<thead><tr>${header.map((name) => `<th>${escapeHtml(name)}</th>`).join('')}</tr></thead>` : '';
  const body = shown
    .map(
      (row, i) =>
        `<tr>${labels ? `<th>${escapeHtml(labels[i])}</th>` : ''}${row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`,
    )
    .join('');
  const rest = rows.length > shown.length ? `<p>${rows.length - shown.length} more rows</p>` : '';
  return `<table>${head}<tbody>${body}</tbody></table>${rest}`;
}

function escapeHtml(value: unknown): string {
  return String(value).replace(/[&<>"]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[char] as string);
}

function isObject(value: unknown): value is Shape {
  return typeof value === 'object' && value !== null;
}
