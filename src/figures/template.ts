import type { Config, Layout, Template } from 'plotly.js-dist';
import { FONT_FAMILY } from './font/faces.ts';

/**
 * Colours that stay apart for readers with any common colour blindness, the strongest on white first.
 *
 * Source: Okabe and Ito, Color Universal Design, 2008; its yellow is left out, being too faint on white.
 */
export const COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#404040'];

const INK = '#222222';
const LINE = '#777777';
const GRID = '#e5e5e5';

/** Dark to light in evenly growing lightness, safe for colour-blind readers. */
const SEQUENTIAL = 'Viridis';

const SYMBOLS = ['circle', 'square', 'diamond', 'triangle-up', 'x', 'triangle-down', 'cross'] as const;

const axis = {
  automargin: true,
  exponentformat: 'power',
  gridcolor: GRID,
  linecolor: LINE,
  showline: true,
  tickcolor: LINE,
  ticks: 'outside',
  ticklen: 4,
  title: { standoff: 10 },
  zeroline: false,
} as const;

const colorbar = { outlinewidth: 0, ticks: 'outside', ticklen: 4, thickness: 16, exponentformat: 'power' } as const;

/**
 * The look of all figures: white ground, thin grid, axes with ticks outside, colours and marker shapes that differ together.
 * Whatever a figure's own layout says wins.
 */
export const TEMPLATE: Template = {
  layout: {
    colorway: COLORS,
    colorscale: { sequential: SEQUENTIAL },
    font: { family: `${FONT_FAMILY}, Verdana, sans-serif`, size: 12, color: INK },
    title: { font: { size: 15 }, x: 0, xref: 'paper', xanchor: 'left', yref: 'container', y: 0.97, yanchor: 'top', automargin: true },
    paper_bgcolor: '#ffffff',
    plot_bgcolor: '#ffffff',
    margin: { l: 60, r: 24, t: 28, b: 48 },
    xaxis: axis,
    yaxis: axis,
    legend: { bgcolor: 'rgba(255,255,255,0.8)' },
    hovermode: 'closest',
  },
  data: {
    scatter: SYMBOLS.map((symbol) => ({ marker: { symbol, size: 7 }, line: { width: 2 }, error_y: { thickness: 1.2, width: 3 } })),
    contour: [{ colorscale: SEQUENTIAL, colorbar }],
    heatmap: [{ colorscale: SEQUENTIAL, colorbar }],
    histogram2d: [{ colorscale: SEQUENTIAL, colorbar }],
    bar: [{ marker: { line: { width: 0 } }, error_y: { thickness: 1.2, width: 3 } }],
    box: [{ line: { width: 1.5 }, marker: { size: 4 } }],
    violin: [{ line: { width: 1.5 }, marker: { size: 4 } }],
  },
};

/** Size of a figure in pixels where its layout names none. */
export const SIZE = { width: 720, height: 440 };

/** A layout with the house template and a size, unless it brings its own. */
export function withTemplate(layout: Partial<Layout>): Partial<Layout> {
  return { template: TEMPLATE, ...SIZE, ...layout };
}

/** A configuration without Plotly's logo, and without LaTeX, which would need a further program: text is Unicode. */
export function withDefaults(config: Partial<Config>): Partial<Config> {
  return { displaylogo: false, typesetMath: false, responsive: false, ...config };
}
