import { describe, expect, it } from 'vitest';
import { fontOf, textWidth } from '../../../src/figures/font/faces.ts';
import type { DomElement } from '../../../src/figures/render/dom.ts';
import type { Box } from '../../../src/figures/render/geometry.ts';
import { ownBox, pageBox } from '../../../src/figures/render/geometry.ts';
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

  it('touches curves where they turn', () => {
    // The second curve goes on from the mirrored control point of the first.
    expectBox(ownBox(svgElement('<path d="M0,0C0,1 1,1 1,0S2,-1 2,0"/>')), [0, -0.75, 2, 0.75]);
    expectBox(ownBox(svgElement('<path d="M6,0A6,6 0 1,1 0,-6A6,6 0 0,1 6,0Z"/>')), [-6, -6, 6, 6]);
    for (const [flags, box] of [
      ['0,0', [0, 0, 2, 1]],
      ['0,1', [0, 0, 2, 1]],
      ['1,0', [-2, -1, 2, 1]],
      ['1,1', [0, 0, 4, 2]],
    ] as const) {
      expectBox(ownBox(svgElement(`<path d="M2,0A2,1 0 ${flags} 0,1"/>`)), [...box]);
    }
  });

  it('is the cell of the font for text', () => {
    const { ascent, descent } = fontOf('regular');
    const unit = 10 / fontOf('regular').unitsPerEm;
    const box = ownBox(svgElement('<text x="10" y="20" style="font-size: 10px">abc</text>'));
    expectBox(box, [10, 20 - ascent * unit, 10 + textWidth('abc', 10, 'regular'), 20 - descent * unit]);
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
    expect(ownBox(svgElement('<path d="M0,NaNL1,1"/>'))).toBeUndefined();
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
