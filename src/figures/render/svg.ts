import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { Random } from '../../core/index.ts';
import { checkComplaints } from '../check.ts';
import { describe } from '../describe.ts';
import { escapeMarkup } from '../escape.ts';
import type { UsedCharacters } from '../font/embed.ts';
import { fontRules, forgetSubsetter, missingCharacters } from '../font/embed.ts';
import type { Face } from '../font/faces.ts';
import { FONT_FAMILY } from '../font/faces.ts';
import type { FigureSpec } from '../spec.ts';
import { numberOf, styleOf } from './dom.ts';
import { layoutText } from './text.ts';
import type { GraphDiv, PageElement, PlotlyWindow } from './window.ts';

/** A drawn figure and what its author should know about it. */
export type Drawing = { svg: string; warnings: string[] };

/** Milliseconds after which a drawing that has not ended never will: it holds the process until it is done, but for moments. */
const PATIENCE = 2_000;

let page: PlotlyWindow | undefined;
/** The drawing in progress, of which there is one at a time. */
let current: { since: number } | undefined;

/** Puts vector cells in the place of the images of heat maps. */
function drawCells(window: PlotlyWindow, div: GraphDiv): void {
  for (const image of Array.from(div.querySelectorAll('image'))) {
    const number = /^canvas:(\d+)$/.exec(image.getAttribute('href') ?? '')?.[1];
    if (number === undefined) continue;
    const canvas = window.canvases[Number(number)];
    const paths = canvas.toPaths();
    if (!paths) {
      image.setAttribute('href', canvas.toDataURL());
      if (canvas.isCells) image.setAttribute('image-rendering', 'optimizeSpeed');
      continue;
    }
    const group = window.document.createElementNS('http://www.w3.org/2000/svg', 'g');
    group.setAttribute('class', 'cells');
    group.setAttribute('shape-rendering', 'crispEdges');
    group.setAttribute('transform', `translate(${numberOf(image, 'x')},${numberOf(image, 'y')})`);
    group.setAttribute('opacity', styleOf(image, 'opacity') ?? '1');
    for (const { d, fill } of paths) {
      const path = window.document.createElementNS('http://www.w3.org/2000/svg', 'path');
      path.setAttribute('d', d);
      path.setAttribute('fill', fill);
      group.append(path);
    }
    image.replaceWith(group);
  }
}

/** Leaves the family to the picture's root, whatever a figure asked for, and collects the characters drawn. */
function prepareText(div: GraphDiv): Map<Face, Set<string>> {
  const used = new Map<Face, Set<string>>();
  for (const text of Array.from(div.querySelectorAll('text'))) {
    for (const run of layoutText(text)) {
      const characters = used.get(run.face) ?? new Set();
      for (const character of run.text) characters.add(character);
      used.set(run.face, characters);
    }
    text.setAttribute('xml:space', 'preserve');
    for (const element of [text, ...Array.from(text.querySelectorAll('tspan'))] as PageElement[]) {
      element.style.removeProperty('font-family');
      element.style.removeProperty('white-space');
    }
  }
  return used;
}

/** The root element: sizes, a name for screen readers, and the fonts. */
async function withRoot(
  svg: string,
  { width, height }: { width: number; height: number },
  label: string,
  family: string,
  used: UsedCharacters,
): Promise<string> {
  const inner = svg.slice(svg.indexOf('>') + 1);
  const attributes = [
    'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"',
    `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeMarkup(label)}"`,
    `font-family="${family}, ${FONT_FAMILY}, Verdana, sans-serif" style="font-kerning:none" text-rendering="geometricPrecision"`,
  ];
  return `<svg ${attributes.join(' ')}><style>${await fontRules(family, used)}</style>${inner}\n`;
}

function warningsOf(spec: FigureSpec, undrawn: number[], used: UsedCharacters): string[] {
  const boxes = missingCharacters(used).map((character) => `'${character}'`);
  return [
    ...undrawn
      .filter((trace) => (spec.data[trace] as { visible?: unknown }).visible === undefined)
      .map((trace) => `figure: data[${trace}] draws nothing (it has no data)`),
    ...(boxes.length > 0 ? [`figure: the font has no glyph for ${boxes.join(', ')}, shown as a box`] : []),
  ];
}

async function draw(window: PlotlyWindow, spec: FigureSpec): Promise<Drawing> {
  const json = JSON.stringify(spec);
  // Plotly makes the ids of its clip paths from random numbers: these depend on the figure alone.
  const random = new Random(json);
  window.Math.random = () => random.uniform();
  window.canvases = [];
  // The page's own objects and arrays, which Plotly may change as it likes.
  const { data, layout, config } = window.JSON.parse(json) as FigureSpec;
  const undrawn = checkComplaints(spec, window.Plotly.validate(data, layout) ?? []);
  const div = window.document.createElement('div') as GraphDiv;
  window.document.body.append(div);
  try {
    await window.Plotly.newPlot(div, data, layout, { ...config, staticPlot: true });
    drawCells(window, div);
    const used = prepareText(div);
    const family = `figure-${createHash('sha256').update(json).digest('hex').slice(0, 8)}`;
    const svg = await withRoot(window.Plotly.Snapshot.toSVG(div, 'svg'), div._fullLayout, describe(spec), family, used);
    return { svg, warnings: warningsOf(spec, undrawn, used) };
  } finally {
    window.Plotly.purge(div);
    div.remove();
  }
}

/**
 * Draws a figure as SVG, without a browser. The same specification gives the same bytes in every process and on every machine.
 *
 * The first call takes about a second, for loading Plotly; drawings wait for each other.
 *
 * @throws UserError for what Plotly's validation finds wrong in the specification
 */
export async function drawSvg(spec: FigureSpec): Promise<Drawing> {
  const { openWindow } = await import('./window.ts');
  while (current && performance.now() - current.since < PATIENCE) await setTimeout(5);
  if (current) {
    // It was broken off with the cell it belonged to, and may have left Plotly in the middle of something.
    page = undefined;
    forgetSubsetter();
  }
  page ??= openWindow();
  const mine = { since: performance.now() };
  current = mine;
  try {
    return await draw(page, spec);
  } finally {
    if (current === mine) current = undefined;
  }
}
