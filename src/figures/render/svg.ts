import { createHash } from 'node:crypto';
import { checkComplaints } from '../check.ts';
import { describe } from '../describe.ts';
import { escapeMarkup } from '../escape.ts';
import { fontRules, missingCharacters } from '../font/embed.ts';
import type { Face } from '../font/faces.ts';
import { FONT_FAMILY } from '../font/faces.ts';
import type { FigureSpec } from '../spec.ts';
import { numberOf, styleOf } from './dom.ts';
import { layoutText } from './text.ts';
import { Turns } from './turns.ts';
import type { GraphDiv, PageElement, PlotlyWindow } from './window.ts';
import { intoWindow, openWindow } from './window.ts';

/** A drawn figure and what its author should know about it. */
export type Drawing = { svg: string; warnings: string[] };

// A drawing holds the process until it is done, but for moments: whatever has not ended by then never will.
const turns = new Turns(2_000);
let page: PlotlyWindow | undefined;
let drawing = false;

/** Random numbers in [0, 1) that depend on the figure alone: Plotly makes the ids of its clip paths from them. Source: Mulberry32. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

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
function withRoot(svg: string, width: number, height: number, label: string, family: string, used: Map<Face, Set<string>>): string {
  const inner = svg.slice(svg.indexOf('>') + 1);
  const attributes = [
    'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"',
    `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeMarkup(label)}"`,
    `font-family="${family}, ${FONT_FAMILY}, Verdana, sans-serif" style="font-kerning:none" text-rendering="geometricPrecision"`,
  ];
  return `<svg ${attributes.join(' ')}><style>${fontRules(family, used)}</style>${inner}\n`;
}

function warningsOf(spec: FigureSpec, undrawn: number[], used: Map<Face, Set<string>>): string[] {
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
  const hash = createHash('sha256').update(json).digest();
  window.Math.random = numbersFrom(hash.readInt32LE());
  window.canvases = [];
  const { data, layout, config } = intoWindow(window, json);
  const undrawn = checkComplaints(spec, window.Plotly.validate(data, layout) ?? []);
  const div = window.document.createElement('div') as GraphDiv;
  window.document.body.append(div);
  try {
    await window.Plotly.newPlot(div, data, layout, { ...config, staticPlot: true });
    drawCells(window, div);
    const used = prepareText(div);
    const { width, height } = div._fullLayout;
    const svg = withRoot(
      window.Plotly.Snapshot.toSVG(div, 'svg'),
      width,
      height,
      describe(spec),
      `figure-${hash.toString('hex', 0, 4)}`,
      used,
    );
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
export function drawSvg(spec: FigureSpec): Promise<Drawing> {
  return turns.take(async () => {
    // A drawing that was broken off may have left Plotly in the middle of something.
    if (drawing) page = undefined;
    drawing = true;
    page ??= openWindow();
    try {
      return await draw(page, spec);
    } finally {
      drawing = false;
    }
  });
}
