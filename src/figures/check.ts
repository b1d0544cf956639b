import { UserError } from '../core/index.ts';
import type { PlotlyComplaint } from './render/window.ts';
import type { FigureSpec } from './spec.ts';
import { inWords } from './spec.ts';

const MOST_SHOWN = 3;

function valueAt(spec: FigureSpec, { container, trace, path }: PlotlyComplaint): unknown {
  let value: unknown = container === 'data' ? spec.data[trace ?? 0] : spec.layout;
  for (const key of path) value = (value as Record<string | number, unknown> | undefined)?.[key];
  return value;
}

function nameOf({ container, trace, path }: PlotlyComplaint): string {
  const steps = Array.from(path, (key) => (typeof key === 'number' ? `[${key}]` : `.${key}`));
  return `${container}${trace === null ? '' : `[${trace}]`}${steps.join('')}`;
}

function sentence(spec: FigureSpec, complaint: PlotlyComplaint): string {
  const name = nameOf(complaint);
  const type = complaint.trace === null ? undefined : (spec.data[complaint.trace].type ?? 'scatter');
  const got = inWords(valueAt(spec, complaint));
  switch (complaint.code) {
    case 'schema':
      return `${name} must be an attribute Plotly knows in ${type ? `a ${type} trace` : 'a layout'} (remove or rename it)`;
    case 'object':
      return `${name} must be an object${name.endsWith('title') ? ' such as { text: … }' : ''}, got ${got}`;
    case 'array':
      return `${name} must be an array, got ${got}`;
    default:
      return `${name} must be a value Plotly accepts there, got ${got} (see Plotly's reference${type ? ` of ${type}` : ''})`;
  }
}

/**
 * Turns what Plotly's validation says about a specification into an error. Attributes that are known but have no effect are let pass.
 *
 * @returns the numbers of the traces that would draw nothing, for lack of data
 * @throws UserError naming unknown attributes and values that Plotly would silently replace by its defaults
 */
export function checkComplaints(spec: FigureSpec, complaints: readonly PlotlyComplaint[]): number[] {
  const wrong = complaints.filter(({ code }) => ['schema', 'value', 'object', 'array'].includes(code));
  if (wrong.length > 0) {
    const shown = wrong.slice(0, MOST_SHOWN).map((complaint) => sentence(spec, complaint));
    const more = wrong.length - shown.length;
    throw new UserError(`figure: ${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}`);
  }
  return complaints.filter(({ code }) => code === 'invisible').map(({ trace }) => trace!);
}
