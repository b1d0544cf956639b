import { fontOf } from '../font/faces.ts';
import type { DomElement, DomNode } from './dom.ts';
import { elementsOf, isElement, numberOf, styleOf } from './dom.ts';
import { strokesOf } from './path.ts';
import { layoutText } from './text.ts';

/** A rectangle by its edges, in pixels. */
export type Box = { left: number; top: number; right: number; bottom: number };

/** An affine map as SVG writes it: x' = a x + c y + e, y' = b x + d y + f. */
type Matrix = [a: number, b: number, c: number, d: number, e: number, f: number];

const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];

/** Elements that draw nothing where they stand. */
const UNDRAWN = new Set(['defs', 'clipPath', 'style', 'title', 'linearGradient', 'radialGradient', 'pattern', 'mask']);

function multiply(m: Matrix, n: Matrix): Matrix {
  return [
    m[0] * n[0] + m[2] * n[1],
    m[1] * n[0] + m[3] * n[1],
    m[0] * n[2] + m[2] * n[3],
    m[1] * n[2] + m[3] * n[3],
    m[0] * n[4] + m[2] * n[5] + m[4],
    m[1] * n[4] + m[3] * n[5] + m[5],
  ];
}

function matrixOf(kind: string, n: number[]): Matrix {
  if (kind === 'translate') return [1, 0, 0, 1, n[0], n[1] ?? 0];
  if (kind === 'scale') return [n[0], 0, 0, n[1] ?? n[0], 0, 0];
  if (kind === 'matrix') return n as Matrix;
  if (kind !== 'rotate') return IDENTITY;
  const [cos, sin] = [Math.cos((n[0] * Math.PI) / 180), Math.sin((n[0] * Math.PI) / 180)];
  const [x, y] = [n[1] ?? 0, n[2] ?? 0];
  return [cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y];
}

function transformOf(element: DomElement): Matrix {
  let matrix = IDENTITY;
  for (const [, kind, list] of (element.getAttribute('transform') ?? '').matchAll(/(\w+)\(([^)]*)\)/g)) {
    matrix = multiply(matrix, matrixOf(kind, list.split(/[\s,]+/).map(Number)));
  }
  return matrix;
}

function around(points: { x: number; y: number }[]): Box | undefined {
  if (points.length === 0) return undefined;
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const { x, y } of points) {
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y);
  }
  return box;
}

const corners = ({ left, top, right, bottom }: Box) => [
  { x: left, y: top },
  { x: right, y: top },
  { x: left, y: bottom },
  { x: right, y: bottom },
];

function mapped([a, b, c, d, e, f]: Matrix, box: Box): Box {
  return around(corners(box).map(({ x, y }) => ({ x: a * x + c * y + e, y: b * x + d * y + f })))!;
}

function textBox(element: DomElement): Box | undefined {
  const cells = layoutText(element).map(({ x, y, width, size, face }) => {
    const { ascent, descent } = fontOf(face);
    return { left: x, right: x + width, top: y - ascent * size, bottom: y + descent * size };
  });
  return around(cells.flatMap(corners));
}

function circleBox(element: DomElement, rx: number, ry: number): Box {
  const [x, y] = [numberOf(element, 'cx'), numberOf(element, 'cy')];
  return { left: x - rx, right: x + rx, top: y - ry, bottom: y + ry };
}

function straightBox(element: DomElement): Box {
  const [left, top] = [numberOf(element, 'x'), numberOf(element, 'y')];
  return { left, top, right: left + numberOf(element, 'width'), bottom: top + numberOf(element, 'height') };
}

/**
 * The box around what an element draws, in its own coordinates (its own transform left out), strokes and clips not counted.
 *
 * Source: SVG 2, the fill bounding box.
 *
 * @returns undefined for an element that draws nothing
 */
export function ownBox(element: DomElement): Box | undefined {
  if (styleOf(element, 'display') === 'none' || UNDRAWN.has(element.nodeName)) return undefined;
  switch (element.nodeName) {
    case 'text':
    case 'tspan':
      return textBox(element);
    case 'rect':
    case 'image':
      return straightBox(element);
    case 'circle':
      return circleBox(element, numberOf(element, 'r'), numberOf(element, 'r'));
    case 'ellipse':
      return circleBox(element, numberOf(element, 'rx'), numberOf(element, 'ry'));
    case 'line':
      return around([1, 2].map((end) => ({ x: numberOf(element, `x${end}`), y: numberOf(element, `y${end}`) })));
    case 'path':
      return around(strokesOf(element.getAttribute('d') ?? '').flat());
    default: {
      const boxes = elementsOf(element).flatMap((child) => {
        const box = ownBox(child);
        return box ? corners(mapped(transformOf(child), box)) : [];
      });
      return around(boxes);
    }
  }
}

/** The box around what an element draws, in the coordinates of the outermost svg element. */
export function pageBox(element: DomElement): Box | undefined {
  let box = ownBox(element);
  for (let node: DomNode | null = element; box && node && isElement(node); node = node.parentNode) box = mapped(transformOf(node), box);
  return box;
}
