import { describe, expect, it } from 'vitest';
import { textWidth } from '../../../src/figures/font/faces.ts';
import type { DomElement } from '../../../src/figures/render/dom.ts';
import { layoutText } from '../../../src/figures/render/text.ts';
import { svgElement } from './element.ts';

describe('layoutText', () => {
  const runsOf = (markup: string) => layoutText(svgElement(markup));
  const width = textWidth('abc', 10, 'regular');

  it('places text by its anchor', () => {
    const left = (anchor: string) => runsOf(`<text x="50" y="20" text-anchor="${anchor}" style="font-size: 10px">abc</text>`)[0].x;
    expect(left('start')).toBe(50);
    expect(left('middle')).toBeCloseTo(50 - width / 2, 9);
    expect(left('end')).toBeCloseTo(50 - width, 9);
  });

  it('starts lines at their x and moves them down by their own dy', () => {
    const runs = runsOf(
      '<text x="5" y="20" style="font-size: 10px"><tspan x="5" y="20" dy="0em">abc</tspan><tspan x="5" y="20" dy="1.3em">abc</tspan></text>',
    );
    expect(runs.map(({ x, y }) => [x, y])).toEqual([
      [5, 20],
      [5, 33],
    ]);
  });

  it('nests sizes, weights and slants, and goes on where the last run ended', () => {
    const [plain, raised, slanted] = runsOf(
      '<text y="20" style="font-size: 10px">abc<tspan style="font-size: 70%" dy="-0.6em">2</tspan><tspan dy="0.42em" style="font-style: italic; font-weight: bold">x</tspan></text>',
    );
    expect(raised).toMatchObject({ x: plain.width, size: 7, face: 'regular' });
    expect(raised.y).toBeCloseTo(20 - 4.2, 9);
    expect(slanted.face).toBe('boldItalic');
    expect(slanted.y).toBeCloseTo(20, 9);
    expect(slanted.x).toBeCloseTo(plain.width + raised.width, 9);
  });

  it('inherits from the groups around it', () => {
    const group = svgElement('<g style="font-size: 30px; font-weight: 700"><text>abc</text></g>');
    expect(layoutText(group.childNodes[0] as DomElement)[0]).toMatchObject({ size: 30, face: 'bold' });
  });
});
