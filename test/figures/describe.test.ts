import { describe, expect, it } from 'vitest';
import { figure } from '../../src/figures/index.ts';

describe('the line of text that stands for a figure', () => {
  it('tells title, names, types and extents, without markup', () => {
    const drawn = figure({
      data: [
        { type: 'scatter', name: '<i>κ</i> = 2', x: [1, 2, 3], y: [1, 2, 3] },
        { type: 'heatmap', z: [[1, 2, 3], [4]] },
        { type: 'bar', y: [1] },
      ],
      layout: { title: { text: 'Loss<br><b>by round</b>' } },
    });
    expect(String(drawn)).toBe('Figure “Loss by round”: κ = 2 (scatter, 3 points), trace 1 (heatmap, 2 × 3 cells), trace 2 (bar, 1 point)');
  });

  it('stays one line for many traces and for none', () => {
    expect(String(figure({ data: Array.from({ length: 10 }, () => ({ y: [1, 2] })) }))).toMatch(
      /trace 7 \(scatter, 2 points\), and 2 more$/,
    );
    expect(String(figure({ data: [] }))).toBe('Figure: no traces');
  });
});
