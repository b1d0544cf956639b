import { describe, expect, it } from 'vitest';
import { fontOf, textWidth } from '../../../src/figures/font/faces.ts';
import type { DomElement } from '../../../src/figures/render/dom.ts';
import type { Box } from '../../../src/figures/render/geometry.ts';
import { ownBox, pageBox } from '../../../src/figures/render/geometry.ts';
import { pathLength, pointAtLength, strokesOf } from '../../../src/figures/render/path.ts';
import { svgElement } from './element.ts';

function expectBox(box: Box | undefined, [left, top, right, bottom]: number[], digits = 9): void {
  expect(box?.left).toBeCloseTo(left, digits);
  expect(box?.top).toBeCloseTo(top, digits);
  expect(box?.right).toBeCloseTo(right, digits);
  expect(box?.bottom).toBeCloseTo(bottom, digits);
}

describe('ownBox', () => {
  it('is the shape itself for simple shapes', () => {
    expectBox(ownBox(svgElement('<rect x="1" y="2" width="3" height="4"/>')), [1, 2, 4, 6]);
    expectBox(ownBox(svgElement('<circle cx="5" cy="5" r="2"/>')), [3, 3, 7, 7]);
    expectBox(ownBox(svgElement('<line x1="4" y1="1" x2="0" y2="3"/>')), [0, 1, 4, 3]);
    expectBox(ownBox(svgElement('<path d="M1,1h4v-3Z"/>')), [1, -2, 5, 1]);
  });

  it('is the cell of the font for text', () => {
    const { ascent, descent } = fontOf('regular');
    const box = ownBox(svgElement('<text x="10" y="20" style="font-size: 10px">abc</text>'));
    expectBox(box, [10, 20 - 10 * ascent, 10 + textWidth('abc', 10, 'regular'), 20 + 10 * descent]);
  });

  it('joins the children of a group, moved by their transforms but not by its own', () => {
    const group = svgElement(
      '<g transform="translate(100,100)"><rect width="2" height="2"/><rect transform="translate(5,0) scale(2)" width="1" height="3"/></g>',
    );
    expectBox(ownBox(group), [0, 0, 7, 6]);
  });

  it('leaves out what is not drawn', () => {
    expect(ownBox(svgElement('<g><clipPath><rect width="9" height="9"/></clipPath></g>'))).toBeUndefined();
    expect(ownBox(svgElement('<g style="display: none"><rect width="9" height="9"/></g>'))).toBeUndefined();
    expect(ownBox(svgElement('<text></text>'))).toBeUndefined();
  });
});

describe('pageBox', () => {
  it('adds the transforms on the way up', () => {
    const group = svgElement('<g transform="translate(10,20)"><rect transform="rotate(90)" width="4" height="2"/></g>');
    expectBox(pageBox(group.childNodes[0] as DomElement), [8, 20, 10, 24]);
  });

  it('turns about a given point', () => {
    expectBox(pageBox(svgElement('<rect transform="rotate(-90,4,2)" width="4" height="2"/>')), [2, 2, 4, 6]);
  });
});

describe('paths', () => {
  it('have the lengths of the figures they draw', () => {
    expect(pathLength('M0,0H3V4Z')).toBeCloseTo(12, 9);
    expect(pathLength('m1 1l3 4m10 10h-2')).toBeCloseTo(7, 9);
    // A circle of radius 6, as Plotly draws its markers, in chords: 1 % short at most.
    const circle = pathLength('M6,0A6,6 0 1,1 0,-6A6,6 0 0,1 6,0Z');
    expect(circle).toBeLessThan(12 * Math.PI);
    expect(circle).toBeGreaterThan(0.99 * 12 * Math.PI);
    // A parabola: the integral of sqrt(1 + u²) from 0 to 2.
    expect(pathLength('M0,0Q1,2 2,0')).toBeCloseTo(Math.sqrt(5) + Math.asinh(2) / 2, 2);
  });

  it('go on from the mirrored control point after a curve', () => {
    const smooth = strokesOf('M0,0C0,1 1,1 1,0S2,-1 2,0');
    const written = strokesOf('M0,0C0,1 1,1 1,0C1,-1 2,-1 2,0');
    expect(smooth).toEqual(written);
  });

  it('keep to the ellipse on every arc', () => {
    for (const flags of ['0,0', '0,1', '1,0', '1,1']) {
      const points = strokesOf(`M2,0A2,1 0 ${flags} 0,1`)[0];
      // One of the two ellipses through both ends: about (0, 0) or about (2, 1).
      const centre = flags === '0,1' || flags === '1,0' ? [0, 0] : [2, 1];
      for (const { x, y } of points) expect(((x - centre[0]) / 2) ** 2 + (y - centre[1]) ** 2).toBeCloseTo(1, 9);
      expect(points.at(-1)!.x).toBeCloseTo(0, 9);
      expect(points.at(-1)!.y).toBeCloseTo(1, 9);
    }
  });

  it('have a point at every length, and ends', () => {
    const point = (length: number) => pointAtLength('M0,0H3V4', length);
    expect([point(-1), point(1), point(3), point(5), point(99)]).toEqual([
      { x: 0, y: 0 },
      { x: 1, y: 0 },
      { x: 3, y: 0 },
      { x: 3, y: 2 },
      { x: 3, y: 4 },
    ]);
  });
});
