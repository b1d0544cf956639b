import type { Face } from '../font/faces.ts';
import { faceOf, textWidth } from '../font/faces.ts';
import type { DomElement } from './dom.ts';
import { isElement, styleOf } from './dom.ts';

/** A stretch of text in one style on one line; x and y are the left end of its baseline in pixels. */
export type TextRun = { text: string; x: number; y: number; width: number; size: number; face: Face };

type Style = { size: number; bold: boolean; italic: boolean; anchor: string };

const BROWSER_DEFAULT: Style = { size: 16, bold: false, italic: false, anchor: 'start' };

/** A length such as `12px`, `1.3em` or `70%` in pixels, for a font of the given size. */
function pixels(length: string, size: number): number {
  const value = Number.parseFloat(length) || 0;
  if (length.endsWith('em')) return value * size;
  return length.endsWith('%') ? (value / 100) * size : value;
}

function styleWithin(element: DomElement, outer: Style): Style {
  const size = styleOf(element, 'font-size');
  const weight = styleOf(element, 'font-weight');
  const slant = styleOf(element, 'font-style');
  return {
    size: size === undefined ? outer.size : pixels(size, outer.size),
    bold: weight === undefined ? outer.bold : weight.startsWith('bold') || Number(weight) >= 600,
    italic: slant === undefined ? outer.italic : slant !== 'normal',
    anchor: styleOf(element, 'text-anchor') ?? outer.anchor,
  };
}

function styleOutside(element: DomElement): Style {
  const parent = element.parentNode;
  return parent && isElement(parent) ? styleWithin(parent, styleOutside(parent)) : BROWSER_DEFAULT;
}

/**
 * Lays out an SVG text element as browsers do: lines by `tspan` with x, shifts by dy, nested styles, anchors; white space is kept.
 *
 * @returns the runs in the coordinates of the element, without its own transform
 */
export function layoutText(element: DomElement): TextRun[] {
  const runs: TextRun[] = [];
  const pen = { x: 0, y: 0 };
  let line: TextRun[] = [];
  let anchor = BROWSER_DEFAULT.anchor;

  const endLine = () => {
    const width = line.reduce((sum, run) => sum + run.width, 0);
    const shift = anchor === 'middle' ? width / 2 : anchor === 'end' ? width : 0;
    for (const run of line) run.x -= shift;
    runs.push(...line);
    line = [];
  };

  const enter = (node: DomElement, outer: Style) => {
    const style = styleWithin(node, outer);
    const x = node.getAttribute('x');
    const y = node.getAttribute('y');
    if (x !== null) {
      endLine();
      anchor = style.anchor;
      pen.x = pixels(x, style.size);
    }
    if (y !== null) pen.y = pixels(y, style.size);
    pen.x += pixels(node.getAttribute('dx') ?? '', style.size);
    pen.y += pixels(node.getAttribute('dy') ?? '', style.size);
    for (const child of Array.from(node.childNodes)) {
      if (isElement(child)) {
        enter(child, style);
        continue;
      }
      const text = child.textContent ?? '';
      const face = faceOf(style.bold, style.italic);
      const width = textWidth(text, style.size, face);
      if (text !== '') line.push({ text, x: pen.x, y: pen.y, width, size: style.size, face });
      pen.x += width;
    }
  };

  enter(element, styleOutside(element));
  endLine();
  return runs;
}
