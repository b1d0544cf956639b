import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/index.ts';
import { figure, saveFigure, writeReport } from '../../../src/figures/index.ts';

const { JSDOM } = createRequire(import.meta.url)('jsdom');
const HOSTILE = `</script><script>alert(1)</script> "double" 'single' & <img src=x onerror=alert(1)>`;

let directory: string;
let html: string;
// biome-ignore lint/suspicious/noExplicitAny: a parsed page, whose types would bring the whole browser library along
let page: any;
const hostile = figure({ data: [{ y: [1, 2], name: HOSTILE }], layout: { title: { text: 'κ & <b>bold</b>' } } });

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'report-'));
  const save = (name: string, claims = {}) => saveFigure(name, hostile, { caption: HOSTILE, directory, ...claims });
  await save('fig10');
  await save('fig2', {
    notebook: '02-rounds.ipynb',
    claims: [
      { claim: HOSTILE, statistic: HOSTILE, value: -0.051234, interval: [-1, 0.25], verdict: 'not reproduced' },
      { claim: 'It falls', statistic: 'p', value: HOSTILE, verdict: 'inconclusive' },
    ],
  });
  const many = { length: 1200 };
  await saveFigure('a-many', figure({ data: [{ mode: 'markers', y: Array.from(many, (_, i) => i % 7) }] }), {
    caption: 'Many points.',
    directory,
  });
  html = readFileSync(await writeReport(directory), 'utf8');
  page = new JSDOM(html).window.document;
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('writeReport', () => {
  it('lists the figures in the order of their numbers, and then the others', () => {
    expect(Array.from(page.querySelectorAll('.frame'), (frame: { dataset: { figure: string } }) => frame.dataset.figure)).toEqual([
      'fig2',
      'fig10',
      'a-many',
    ]);
    expect(Array.from(page.querySelectorAll('nav a'), (link: { hash: string }) => link.hash)).toEqual(['#fig2', '#fig10', '#a-many']);
    expect(page.querySelector('#fig2').textContent).toBe('κ & bold');
  });

  it('shows captions as text, and nothing of them as markup', () => {
    expect(page.querySelector('section[aria-labelledby=fig2] figcaption').textContent).toBe(HOSTILE);
    expect(page.querySelector('section[aria-labelledby=fig2] img').getAttribute('alt')).toBe(HOSTILE);
    expect(page.querySelectorAll('[onerror]').length).toBe(0);
    // Plotly, the specifications, and the page's own.
    expect(page.querySelectorAll('script').length).toBe(3);
  });

  it('has every still picture inside it, as it was saved', () => {
    const source = page.querySelector('section[aria-labelledby=fig2] img').getAttribute('src');
    const [kind, data] = [source.slice(0, source.indexOf(',')), source.slice(source.indexOf(',') + 1)];
    expect(kind).toBe('data:image/svg+xml;charset=utf-8');
    expect(decodeURIComponent(data)).toBe(readFileSync(join(directory, 'fig2.svg'), 'utf8').trim());
  });

  it('takes the smaller picture of a figure with very many points', () => {
    const source = page.querySelector('section[aria-labelledby=a-many] img').getAttribute('src');
    expect(statSync(join(directory, 'a-many.svg')).size).toBeGreaterThan(200_000);
    expect(source === `data:image/png;base64,${readFileSync(join(directory, 'a-many.png')).toString('base64')}`).toBe(true);
  });

  it('links to the files and the notebook of a figure', () => {
    const links = (name: string) =>
      Array.from(page.querySelectorAll(`section[aria-labelledby=${name}] .links a`), (link: { getAttribute(name: string): string }) =>
        link.getAttribute('href'),
      );
    expect(links('fig2')).toEqual(['fig2.svg', 'fig2.png', 'fig2.json', '../notebooks/02-rounds.ipynb']);
    expect(links('fig10')).toEqual(['fig10.svg', 'fig10.png', 'fig10.json']);
  });

  it('tables the claims with outcome and verdict', () => {
    const rows = Array.from(page.querySelectorAll('tbody tr'), (row: { cells: ArrayLike<{ textContent: string }> }) =>
      Array.from(row.cells, (cell) => cell.textContent),
    );
    expect(rows).toEqual([
      [HOSTILE, HOSTILE, '−0.05123\n[−1,\u00a00.25]', '✗ not reproduced', 'fig2'],
      ['It falls', 'p', HOSTILE, '? inconclusive', 'fig2'],
    ]);
  });

  it('tells where a figure comes from, by its record', () => {
    const { provenance } = JSON.parse(readFileSync(join(directory, 'fig2.json'), 'utf8'));
    const line = `${provenance.date.slice(0, 10)}, ${provenance.package}, Node.js ${process.version}`;
    expect(page.querySelector('section[aria-labelledby=fig2] .provenance').textContent).toBe(line);
  });

  it('carries Plotly and the specifications, and fetches nothing', () => {
    const unpacked = (id: string) => gunzipSync(Buffer.from(page.getElementById(id).textContent, 'base64')).toString();
    // The notice with the copyright comes first.
    expect(unpacked('plotly').slice(0, 200)).toMatch(/plotly\.js v4\.1\.1\n.*Copyright/);
    expect(JSON.parse(unpacked('specifications')).fig10).toEqual(hostile.toJSON());
    expect(page.querySelector('meta[http-equiv]').content).toMatch(/^default-src 'none';/);
    const loaded = Array.from(page.querySelectorAll('[src], link'), (element: { getAttribute(name: string): string }) =>
      element.getAttribute('src'),
    );
    expect(loaded.filter((source) => !source?.startsWith('data:'))).toEqual([]);
    expect(html.length).toBeLessThan(3_000_000);
  });

  it('is the same page when written again', async () => {
    expect(readFileSync(await writeReport(directory), 'utf8') === html).toBe(true);
  });

  it('names what is wrong with a record', async () => {
    const broken = mkdtempSync(join(tmpdir(), 'report-'));
    const file = join(broken, 'fig1.json');
    try {
      writeFileSync(file, '{}');
      await expect(writeReport(broken)).rejects.toThrow(
        new UserError(
          `writeReport: ${file} must be a file that saveFigure wrote, but it is no record of a figure (save the figure again, or remove it)`,
        ),
      );
      writeFileSync(file, readFileSync(join(directory, 'fig2.json')));
      await expect(writeReport(broken)).rejects.toThrow(
        new UserError(`writeReport: ${join(broken, 'fig1.svg')} must be there beside fig1.json (save the figure again)`),
      );
    } finally {
      rmSync(broken, { recursive: true });
    }
  });

  it('says so where there are no figures', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'report-'));
    try {
      expect(readFileSync(await writeReport(empty), 'utf8')).toContain('There are no figures yet.');
    } finally {
      rmSync(empty, { recursive: true });
    }
  });
});
