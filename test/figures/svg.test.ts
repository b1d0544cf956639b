import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { UserError } from '../../src/core/index.ts';
import type { FigureInput } from '../../src/figures/index.ts';
import { figure } from '../../src/figures/index.ts';
import type { DomElement } from '../../src/figures/render/dom.ts';
import { pageBox } from '../../src/figures/render/geometry.ts';

const { JSDOM } = createRequire(import.meta.url)('jsdom');

// What we use of a parsed drawing.
type Parsed = {
  querySelectorAll(selector: string): ArrayLike<{ textContent: string; getAttribute(name: string): string }>;
};

/** Draws and parses; parsing as XML throws for what is not well formed. */
async function drawn(input: FigureInput): Promise<Parsed> {
  return new JSDOM(await figure(input).toSVG(), { contentType: 'image/svg+xml' }).window.document;
}

const count = (svg: Parsed, selector: string) => svg.querySelectorAll(selector).length;
const texts = (svg: Parsed, selector = 'text') =>
  Array.from(svg.querySelectorAll(selector), ({ textContent }) => textContent.replace(/\u200b/g, ''));

describe('toSVG', () => {
  it('gives the same bytes for the same specification, whatever was drawn between', async () => {
    const input: FigureInput = {
      data: [
        { type: 'box', y: [1, 2, 3, 9], boxpoints: 'all', jitter: 0.5 },
        { type: 'scatter', y: [1, 2] },
      ],
    };
    const first = await figure(input).toSVG();
    const other = await figure({ ...input, layout: { title: { text: 'other' } } }).toSVG();
    expect(await figure(input).toSVG()).toBe(first);
    const ids = (svg: string) => new Set(Array.from(svg.matchAll(/ id="([^"]+)"/g), ([, id]) => id));
    expect(ids(first).size).toBeGreaterThan(3);
    // Two figures inlined in one page must not take each other's clip paths or fonts.
    expect([...ids(first)].filter((id) => ids(other).has(id))).toEqual([]);
    expect(/font-family="(figure-\w+)/.exec(first)![1]).not.toBe(/font-family="(figure-\w+)/.exec(other)![1]);
  });

  it('draws figures asked for at once as it draws them one by one', async () => {
    const inputs: FigureInput[] = [1, 2, 3].map((k) => ({
      data: [{ type: 'bar', y: [k, 2 * k] }],
      layout: { title: { text: `Run ${k}` }, yaxis: { title: { text: 'Score' } } },
    }));
    const together = await Promise.all(inputs.map((input) => figure(input).toSVG()));
    for (const [i, input] of inputs.entries()) expect(await figure(input).toSVG()).toBe(together[i]);
  });

  it('draws a mark for each value, and none for a gap', async () => {
    const svg = await drawn({
      data: [
        { type: 'scatter', mode: 'markers', x: [1, 2, 3, 4, 5], y: [1, Number.NaN, 3, Infinity, 5] },
        { type: 'bar', y: [1, 2, 3], error_y: { type: 'data', array: [1, 1, 1] } },
      ],
    });
    expect(count(svg, '.scatterlayer path.point')).toBe(3);
    expect(count(svg, '.barlayer g.point')).toBe(3);
    expect(count(svg, '.barlayer path.yerror')).toBe(3);
  });

  it('draws boxes and violins', async () => {
    const svg = await drawn({
      data: [
        { type: 'box', y: [1, 2, 3, 4, 20], boxpoints: 'outliers' },
        { type: 'violin', y: [1, 2, 2, 3], points: 'all', box: { visible: true }, meanline: { visible: true } },
      ],
    });
    expect(count(svg, '.boxlayer path.box')).toBe(1);
    expect(count(svg, '.boxlayer path.point')).toBe(1);
    expect(count(svg, '.violinlayer path.violin')).toBe(1);
    expect(count(svg, '.violinlayer path.point')).toBe(4);
    expect(count(svg, '.violinlayer path.box')).toBe(1);
  });

  it('draws heat maps as cells in their colours, missing ones left out', async () => {
    const svg = await drawn({
      data: [
        {
          type: 'heatmap',
          z: [
            [0, 1],
            [1, null],
          ],
          colorscale: [
            [0, '#ff0000'],
            [1, '#0000ff'],
          ],
        },
      ],
    });
    expect(count(svg, '.heatmaplayer image')).toBe(0);
    const paths = Array.from(svg.querySelectorAll('g.cells[shape-rendering="crispEdges"] path'));
    const cells = new Map(paths.map((path) => [path.getAttribute('fill'), path.getAttribute('d').match(/M/g)!.length]));
    expect(cells).toEqual(
      new Map([
        ['rgba(255,0,0,1)', 1],
        ['rgba(0,0,255,1)', 2],
      ]),
    );
  });

  it('makes an image of a heat map that is smooth or very large, not blurred in the latter', async () => {
    const smooth = await drawn({
      data: [
        {
          type: 'heatmap',
          z: [
            [0, 1],
            [1, 0],
          ],
          zsmooth: 'best',
        },
      ],
    });
    const [image] = Array.from(smooth.querySelectorAll('.heatmaplayer image'));
    expect(image.getAttribute('xlink:href')).toMatch(/^data:image\/png;base64,/);
    expect(image.getAttribute('image-rendering')).toBeNull();
    const large = await drawn({
      data: [{ type: 'heatmap', z: Array.from({ length: 160 }, (_, i) => Array.from({ length: 160 }, (_, j) => i * j)) }],
    });
    expect(large.querySelectorAll('.heatmaplayer image')[0].getAttribute('image-rendering')).toBe('optimizeSpeed');
  });

  it('labels logarithmic axes by powers and time axes by dates', async () => {
    const log = await drawn({ data: [{ x: [1, 2, 3], y: [1, 1e-4, 1e-8] }], layout: { yaxis: { type: 'log' } } });
    expect(texts(log, '.ytick text')).toEqual(expect.arrayContaining(['10−8', '10−4', '1']));
    const time = await drawn({ data: [{ x: [new Date(Date.UTC(2024, 0, 1)), new Date(Date.UTC(2024, 5, 1))], y: [1, 2] }] });
    expect(texts(time, '.xtick text').join()).toContain('2024');
  });

  it('takes Unicode and markup in every text, in its own font only', async () => {
    const label = 'ξ ≤ 10⁻³ & “Λ → Θ” <i>κ</i>';
    const svg = await drawn({
      data: [{ y: [1, 2], name: label }],
      layout: {
        showlegend: true,
        title: { text: label },
        xaxis: { title: { text: label, font: { family: 'Comic Sans MS' } } },
        annotations: [{ text: label, x: 0, y: 1 }],
      },
    });
    expect(texts(svg).filter((text) => text === 'ξ ≤ 10⁻³ & “Λ → Θ” κ')).toHaveLength(4);
    const source = await figure({
      data: [{ y: [1] }],
      layout: { xaxis: { title: { text: 'a <b>b</b>', font: { family: 'Comic Sans MS' } } } },
    }).toSVG();
    expect(source).not.toContain('Comic');
    expect(source.match(/@font-face/g)).toHaveLength(2);
    expect(source).toMatch(/font-weight:700;font-style:normal;src:url\(data:font\/woff;base64,d09GR/);
  });

  it('keeps every text inside the picture', async () => {
    const tasks = ['coding', 'summarise → short', 'a very long name of a task, which needs room', 'Θ ≤ QA'];
    const width = 640;
    const svg = await drawn({
      data: [
        {
          type: 'heatmap',
          x: tasks,
          y: tasks,
          z: tasks.map((_, i) => tasks.map((__, j) => i + j)),
          colorbar: { title: { text: 'similarity γ' } },
        },
        { type: 'scatter', x: tasks, y: tasks, name: 'a name in the legend', showlegend: true },
      ],
      layout: { width, height: 520, title: { text: 'Similarity' }, xaxis: { title: { text: 'task' } }, yaxis: { title: { text: 'task' } } },
    });
    const boxes = Array.from(svg.querySelectorAll('text'), (text) => pageBox(text as unknown as DomElement)!);
    expect(boxes.length).toBeGreaterThan(12);
    for (const { left, top, right, bottom } of boxes) {
      expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
      expect(right).toBeLessThanOrEqual(width);
      expect(bottom).toBeLessThanOrEqual(520);
    }
  });

  it('describes itself to those who cannot see it, escaped', async () => {
    const svg = await figure({ data: [{ y: [1, 2], name: 'x"<y' }] }).toSVG();
    expect(svg).toContain('role="img" aria-label="Figure: x&quot;&lt;y (scatter, 2 points)"');
  });
});

describe('what Plotly finds wrong', () => {
  const failing = (input: unknown) => expect(figure(input as FigureInput).toSVG()).rejects;

  it('is an error where a value or an attribute would be ignored', async () => {
    await failing({ data: [{ y: [1], mode: 'linez' }] }).toThrow(
      new UserError("figure: data[0].mode must be a value Plotly accepts there, got 'linez' (see Plotly's reference of scatter)"),
    );
    await failing({ data: [{ type: 'bar', y: [1], marker: { colr: 'red' } }] }).toThrow(
      new UserError('figure: data[0].marker.colr must be an attribute Plotly knows in a bar trace (remove or rename it)'),
    );
    await failing({ data: [], layout: { title: 'plain', annotations: [{ txt: 'x' }] } }).toThrow(
      new UserError(
        "figure: layout.title must be an object such as { text: … }, got 'plain'; layout.annotations[0].txt must be an attribute Plotly knows in a layout (remove or rename it)",
      ),
    );
  });

  it('shows the first three complaints and the number of the others', async () => {
    await failing({ data: [{ y: [1], a: 1, b: 1, c: 1, d: 1, e: 1 }] }).toThrow(/\.a must .*\.b must .*\.c must .*; and 2 more$/);
  });

  it('is a warning where a trace has no data or the font no glyph', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    try {
      await figure({
        data: [
          { x: [], y: [] },
          { y: [1], name: '漢' },
        ],
        layout: { showlegend: true },
      }).toSVG();
      expect(warn.mock.calls).toEqual([
        ['figure: data[0] draws nothing (it has no data)'],
        ["figure: the font has no glyph for '漢', shown as a box"],
      ]);
    } finally {
      warn.mockRestore();
    }
  });

  it('does not spoil the next figure', async () => {
    const good = figure({ data: [{ y: [1, 2] }] });
    const before = await figure({ data: [{ y: [1, 2] }] }).toSVG();
    await failing({ data: [{ y: [1], mode: 'linez' }] }).toThrow(UserError);
    expect(await good.toSVG()).toBe(before);
  });
});

describe('in a notebook', () => {
  it('a figure is live, a picture and a line of text', async () => {
    const drawing = figure({ data: [{ type: 'scatter', name: 'loss', y: [3, 2, 1] }] });
    const bundle = await (drawing as unknown as Record<symbol, () => Promise<Record<string, unknown>>>)[Symbol.for('Jupyter.display')]();
    expect(Object.keys(bundle)).toEqual(['application/vnd.plotly.v1+json', 'image/svg+xml', 'image/png', 'text/plain']);
    expect(bundle['application/vnd.plotly.v1+json']).toEqual(drawing.toJSON());
    expect(bundle['image/svg+xml']).toBe(await drawing.toSVG());
    expect(bundle['image/png']).toBe(Buffer.from(await drawing.toPNG({ scale: 1 })).toString('base64'));
    expect(bundle['text/plain']).toBe('Figure: loss (scatter, 3 points)');
  });
});

const index = new URL('../../src/figures/index.ts', import.meta.url).href;
const dated = { data: [{ x: ['2024-01-01', '2024-01-02'], y: [1.5, 2.5] }], layout: { title: { text: 'Ii' } } };

// Runs by itself: loads the folder, draws once, and tells what changed around it. It is not told to exit.
const program = `
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
const cached = () => Object.keys(createRequire(import.meta.url).cache).filter((file) => /jsdom|plotly|canvas|resvg|fontkit|subset-font/.test(file)).length;
const { figure } = await import(${JSON.stringify(index)});
const before = new Set(Reflect.ownKeys(globalThis));
const loadedByImport = cached();
const svg = await figure(${JSON.stringify(dated)}).toSVG();
const added = Reflect.ownKeys(globalThis).filter((key) => !before.has(key)).map(String);
console.log(JSON.stringify({ loadedByImport, loadedByDrawing: cached() > 0, added, random: Math.random.toString(), hash: createHash('sha256').update(svg).digest('hex') }));
`;

describe('a process that draws', () => {
  it('loads what it needs only then, keeps its globals, draws what any other draws, and ends by itself', async () => {
    const child = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...process.env, TZ: 'Asia/Tokyo', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
      encoding: 'utf8',
      timeout: 25_000,
    });
    expect([child.status, child.signal], child.stderr).toEqual([0, null]);
    const hash = createHash('sha256')
      .update(await figure(dated as never).toSVG())
      .digest('hex');
    expect(JSON.parse(child.stdout)).toEqual({ loadedByImport: 0, loadedByDrawing: true, added: [], random: Math.random.toString(), hash });
  });
});
