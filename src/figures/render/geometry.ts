import type { PathArray } from 'svg-path-commander';
import { getPathBBox, isValidPath, pathToString, shapeToPathArray } from 'svg-path-commander/util';
import svgPath from 'svgpath';
import { fontOf } from '../font/faces.ts';
import type { DomElement, DomNode } from './dom.ts';
import { elementsOf, isElement, numberOf, styleOf } from './dom.ts';
import { layoutText } from './text.ts';

/** A rectangle by its edges, in pixels. */
export type Box = { left: number; top: number; right: number; bottom: number };

/** Elements that draw nothing where they stand. */
const UNDRAWN = new Set(['defs', 'clipPath', 'style', 'title', 'linearGradient', 'radialGradient', 'pattern', 'mask']);

const rectangle = (x: number, y: number, width: number, height: number) => `M${x},${y}h${width}v${height}h${-width}Z`;

function textCells(element: DomElement): string[] {
  return layoutText(element).map(({ x, y, width, size, face }) => {
    const { ascent, descent, unitsPerEm } = fontOf(face);
    return rectangle(x, y - (ascent * size) / unitsPerEm, width, ((ascent - descent) * size) / unitsPerEm);
  });
}

/** Path data in the coordinates of the element around. */
function transformed(d: string, element: DomElement): string {
  return svgPath(d)
    .transform(element.getAttribute('transform') ?? '')
    .toString();
}

/** What an element draws, as path data in its own coordinates; empty for nothing, and for what is not well formed. */
function outlineOf(element: DomElement): string {
  if (styleOf(element, 'display') === 'none' || UNDRAWN.has(element.nodeName)) return '';
  switch (element.nodeName) {
    case 'text':
    case 'tspan':
      return textCells(element).join('');
    case 'image':
      return rectangle(numberOf(element, 'x'), numberOf(element, 'y'), numberOf(element, 'width'), numberOf(element, 'height'));
    case 'path': {
      const d = element.getAttribute('d') ?? '';
      return isValidPath(d) ? d : '';
    }
    case 'rect':
    case 'circle':
    case 'ellipse':
    case 'line':
      return pathToString(shapeToPathArray(element as never) as PathArray, 'off');
    default:
      return elementsOf(element)
        .map((child) => transformed(outlineOf(child), child))
        .join('');
  }
}

function boxOf(d: string): Box | undefined {
  if (d === '') return undefined;
  const { x, y, x2, y2 } = getPathBBox(d);
  return { left: x, top: y, right: x2, bottom: y2 };
}

/**
 * The box around what an element draws, in its own coordinates (its own transform left out), strokes and clips not counted.
 *
 * Source: SVG 2, the fill bounding box.
 *
 * @returns undefined for an element that draws nothing
 */
export function ownBox(element: DomElement): Box | undefined {
  return boxOf(outlineOf(element));
}

/** The box around what an element draws, in the coordinates of the outermost svg element. */
export function pageBox(element: DomElement): Box | undefined {
  let d = outlineOf(element);
  for (let node: DomNode | null = element; node && isElement(node); node = node.parentNode) d = transformed(d, node);
  return boxOf(d);
}
