import type { FigureSpec } from './spec.ts';

/** What we look at in a trace or a layout, whatever its type. */
type Loose = Record<string, unknown>;

const MOST_NAMES = 8;

/** A text with Plotly's markup taken out. */
export function withoutMarkup(text: string): string {
  return text
    .replace(/<br\s*\/?>/gi, ' ')
    .replace(/<[^<>]*>/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The title of a figure as plain text; empty if it has none. */
export function titleOf(spec: FigureSpec): string {
  const title = (spec.layout as Loose).title as { text?: unknown } | undefined;
  return typeof title?.text === 'string' ? withoutMarkup(title.text) : '';
}

/** How much a trace shows: rows × columns of a grid, or the number of points. */
function extentOf(trace: Loose): string {
  const { z } = trace;
  if (Array.isArray(z) && Array.isArray(z[0])) return `${z.length} × ${Math.max(...z.map((row: unknown[]) => row.length))} cells`;
  const lengths = Object.values(trace).map((value) => (Array.isArray(value) ? value.length : 0));
  const count = Math.max(0, ...lengths);
  return count === 1 ? '1 point' : `${count} points`;
}

function nameOf(trace: Loose, index: number): string {
  const name = typeof trace.name === 'string' ? withoutMarkup(trace.name) : '';
  return `${name || `trace ${index}`} (${String(trace.type ?? 'scatter')}, ${extentOf(trace)})`;
}

/** A figure in one line: its title, then the name, type and number of points of each trace. */
export function describe(spec: FigureSpec): string {
  const names = spec.data.slice(0, MOST_NAMES).map((trace, i) => nameOf(trace as Loose, i));
  const more = spec.data.length - names.length;
  const series = [...names, ...(more > 0 ? [`and ${more} more`] : [])].join(', ') || 'no traces';
  return `Figure${titleOf(spec) === '' ? '' : ` “${titleOf(spec)}”`}: ${series}`;
}
