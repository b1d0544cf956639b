import type { Config, Data, Layout } from 'plotly.js-dist';
import { checkOptions, UserError } from '../core/index.ts';

/** One series of a figure, as Plotly types it. */
export type Trace = Data;

/** What a figure is made from. Source: Plotly's figure reference. */
export type FigureInput = { data: readonly Trace[]; layout?: Partial<Layout>; config?: Partial<Config> };

/** A complete figure as plain JSON: what Plotly draws, here and in a browser. */
export type FigureSpec = { data: Trace[]; layout: Partial<Layout>; config: Partial<Config> };

/** The trace types that are drawn as vectors: those on WebGL, on maps or from image files are not among them. */
const DRAWABLE = [
  'bar',
  'barpolar',
  'box',
  'candlestick',
  'contour',
  'funnel',
  'funnelarea',
  'heatmap',
  'histogram',
  'histogram2d',
  'histogram2dcontour',
  'icicle',
  'indicator',
  'ohlc',
  'parcats',
  'pie',
  'quiver',
  'sankey',
  'scatter',
  'scatterpolar',
  'scattersmith',
  'scatterternary',
  'sunburst',
  'treemap',
  'violin',
  'waterfall',
];

/** A value in words, for the second half of an error message. */
export function inWords(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 40 ? `${value.slice(0, 39)}…` : value}'`;
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  const name: unknown = value.constructor?.name;
  return typeof name === 'string' && name !== 'Object' ? `a value of class ${name}` : 'an object';
}

/** Whether a value is a plain object, of this realm or another (a notebook's cells may run in their own). */
function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function plainNumber(value: number | bigint): number | null {
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

function plainArray(values: readonly unknown[], path: string, above: readonly object[]): unknown[] {
  return Array.from(values, (value, i) => {
    // Numbers first, and without their names: there may be a million of them.
    if (typeof value === 'number') return plainNumber(value);
    return plain(value, `${path}[${i}]`, above) ?? null;
  });
}

function plain(value: unknown, path: string, above: readonly object[]): unknown {
  if (value === null || value === undefined || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return plainNumber(value);
  if (typeof value === 'object') {
    if (above.includes(value)) throw new UserError(`figure: ${path} must not contain itself`);
    const inside = [...above, value];
    if (Array.isArray(value)) return plainArray(value, path, inside);
    if (ArrayBuffer.isView(value) && 'length' in value) return Array.from(value as unknown as ArrayLike<number | bigint>, plainNumber);
    if (Object.prototype.toString.call(value) === '[object Date]') return (value as Date).toJSON();
    if (isPlain(value)) {
      const entries = Object.entries(value).map(([key, entry]) => [key, plain(entry, path === '' ? key : `${path}.${key}`, inside)]);
      return Object.fromEntries(entries.filter(([, entry]) => entry !== undefined));
    }
  }
  throw new UserError(
    `figure: ${path} must be made of arrays, numbers, text, dates and plain objects, got ${inWords(value)} (pass its values)`,
  );
}

/**
 * Copies a value into plain JSON: typed arrays become arrays, dates ISO 8601, and NaN and ±Infinity `null`, which Plotly draws as a gap.
 *
 * @param path the value's name in messages
 * @throws UserError for anything else, naming where it is
 */
export function toPlain<T>(value: T, path: string): T {
  return plain(value, path, []) as T;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkTrace(trace: unknown, index: number): void {
  if (!isObject(trace)) {
    throw new UserError(`figure: data[${index}] must be a trace such as { type: 'scatter', x, y }, got ${inWords(trace)}`);
  }
  const type = 'type' in trace ? trace.type : 'scatter';
  if (!DRAWABLE.includes(type as string)) {
    const why = 'what needs WebGL, a map or an image file cannot be drawn without a browser';
    throw new UserError(`figure: data[${index}].type must be one of ${DRAWABLE.join(', ')}, got ${inWords(type)} (${why})`);
  }
}

/**
 * Checks the shape of what a figure is made from; what is inside the traces is checked by Plotly when the figure is drawn.
 *
 * @throws UserError naming the part that is wrong
 */
export function checkInput(input: FigureInput): void {
  if (!isObject(input)) throw new UserError(`figure: argument must be an object { data, layout, config }, got ${inWords(input)}`);
  checkOptions('figure', input, ['data', 'layout', 'config']);
  if (!Array.isArray(input.data)) throw new UserError(`figure: data must be an array of traces, got ${inWords(input.data)}`);
  input.data.forEach(checkTrace);
  for (const part of ['layout', 'config'] as const) {
    if (input[part] !== undefined && !isObject(input[part])) {
      throw new UserError(`figure: ${part} must be an object, got ${inWords(input[part])}`);
    }
  }
}
