import { describe, expect, it } from 'vitest';
import { openWindow } from '../../../src/figures/render/window.ts';

describe('a path of the page', () => {
  const { document } = openWindow();
  const path = (d: string) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    element.setAttribute('d', d);
    return element as unknown as { getTotalLength(): number; getPointAtLength(length: number): { x: number; y: number } };
  };

  it('has the length of the figure it draws', () => {
    expect(path('M0,0H3V4Z').getTotalLength()).toBeCloseTo(12, 9);
    expect(path('m1 1l3 4m10 10h-2').getTotalLength()).toBeCloseTo(7, 9);
    expect(path('M6,0A6,6 0 1,1 0,-6A6,6 0 0,1 6,0Z').getTotalLength()).toBeCloseTo(12 * Math.PI, 9);
    // A parabola: the integral of sqrt(1 + u²) from 0 to 2.
    expect(path('M0,0Q1,2 2,0').getTotalLength()).toBeCloseTo(Math.sqrt(5) + Math.asinh(2) / 2, 9);
  });

  it('keeps to the ellipse on every arc', () => {
    for (const flags of ['0,0', '0,1', '1,0', '1,1']) {
      const arc = path(`M2,0A2,1 0 ${flags} 0,1`);
      // One of the two ellipses through both ends: about (0, 0) or about (2, 1).
      const centre = flags === '0,1' || flags === '1,0' ? [0, 0] : [2, 1];
      for (let step = 0; step <= 16; step++) {
        const { x, y } = arc.getPointAtLength((step * arc.getTotalLength()) / 16);
        expect(((x - centre[0]) / 2) ** 2 + (y - centre[1]) ** 2).toBeCloseTo(1, 9);
      }
    }
  });

  it('has a point at every length, and ends', () => {
    const point = (length: number) => path('M0,0H3V4').getPointAtLength(length);
    expect([point(-1), point(1), point(3), point(5), point(99)]).toEqual([
      { x: 0, y: 0 },
      { x: 1, y: 0 },
      { x: 3, y: 0 },
      { x: 3, y: 2 },
      { x: 3, y: 4 },
    ]);
  });
});
