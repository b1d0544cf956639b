import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../src/core/index.ts';
import type { Claim, FigureRecord } from '../../src/figures/index.ts';
import { figure, saveFigure } from '../../src/figures/index.ts';

const loss = figure({ data: [{ y: [3, 2, 1] }], layout: { title: { text: 'Loss by <i>round</i>' } } });
const claim: Claim = { claim: 'It falls', statistic: 'slope', value: -1, interval: [-2, -0.5], verdict: 'reproduced' };

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'figures-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const read = (file: string) => readFileSync(join(directory, file), 'utf8');
const record = (name: string) => JSON.parse(read(`${name}.json`)) as FigureRecord;

describe('saveFigure', () => {
  it('writes the record and both pictures, and nothing else', async () => {
    const files = await saveFigure('loss-1', loss, { caption: 'Loss falls.', notebook: '01-loss.ipynb', claims: [claim], directory });
    expect(readdirSync(directory).sort()).toEqual(['loss-1.json', 'loss-1.png', 'loss-1.svg']);
    expect(files).toEqual({
      json: join(directory, 'loss-1.json'),
      svg: join(directory, 'loss-1.svg'),
      png: join(directory, 'loss-1.png'),
    });
    expect(record('loss-1')).toEqual({
      name: 'loss-1',
      title: 'Loss by round',
      caption: 'Loss falls.',
      notebook: '01-loss',
      claims: [claim],
      provenance: {
        date: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        node: process.version,
        package: expect.stringMatching(/^colora-workbench \d/),
      },
      figure: loss.toJSON(),
    });
    expect(read('loss-1.svg')).toBe(await loss.toSVG());
    expect(readFileSync(join(directory, 'loss-1.png')).equals(Buffer.from(await loss.toPNG({ scale: 2 })))).toBe(true);
  });

  it('has a line for each trace in the record', async () => {
    await saveFigure('two', figure({ data: [{ y: [1] }, { y: [2] }] }), { caption: 'Two.', directory });
    expect(read('two.json').split('\n')).toEqual(expect.arrayContaining(['  {"y":[1]},', '  {"y":[2]}']));
  });

  it('changes no byte when the same figure is saved again, and the date when it has changed', async () => {
    vi.useFakeTimers({ now: new Date('2025-01-01T00:00:00Z'), toFake: ['Date'] });
    try {
      await saveFigure('loss', loss, { caption: 'Loss falls.', directory });
      const before = read('loss.json');
      vi.setSystemTime(new Date('2025-02-02T00:00:00Z'));
      await saveFigure('loss', loss, { caption: 'Loss falls.', directory });
      expect(read('loss.json')).toBe(before);
      await saveFigure('loss', loss, { caption: 'Loss falls fast.', directory });
      expect(record('loss').provenance.date).toBe('2025-02-02T00:00:00.000Z');
    } finally {
      vi.useRealTimers();
    }
  });

  it('replaces a damaged record', async () => {
    writeFileSync(join(directory, 'loss.json'), '{"name": "lo');
    await saveFigure('loss', loss, { caption: 'Loss falls.', directory });
    expect(record('loss').caption).toBe('Loss falls.');
  });

  it('leaves earlier files alone when the figure cannot be drawn', async () => {
    await saveFigure('loss', loss, { caption: 'Loss falls.', directory });
    const before = readdirSync(directory).map((file) => read(file));
    const wrong = figure({ data: [{ y: [1], mode: 'linez' as never }] });
    await expect(saveFigure('loss', wrong, { caption: 'Wrong.', directory })).rejects.toThrow(UserError);
    expect(readdirSync(directory).map((file) => read(file))).toEqual(before);
  });

  it('writes to figures/ beside the nearest package.json, from any folder below', async () => {
    writeFileSync(join(directory, 'package.json'), '{}');
    mkdirSync(join(directory, 'notebooks', 'deep'), { recursive: true });
    const here = process.cwd();
    process.chdir(join(directory, 'notebooks', 'deep'));
    try {
      await saveFigure('loss', loss, { caption: 'Loss falls.' });
    } finally {
      process.chdir(here);
    }
    expect(readdirSync(join(directory, 'figures'))).toContain('loss.json');
  });

  it.each([
    [['Loss', loss, { caption: 'c' }], "saveFigure: name must be made of small letters, digits and hyphens, got 'Loss'"],
    [['../loss', loss, { caption: 'c' }], "saveFigure: name must be made of small letters, digits and hyphens, got '../loss'"],
    [['loss', { data: [] }, { caption: 'c' }], 'saveFigure: figure must come from figure(…), got an object'],
    [['loss', loss], 'saveFigure: caption must be a sentence on what the figure shows, got undefined'],
    [['loss', loss, { caption: ' ' }], "saveFigure: caption must be a sentence on what the figure shows, got ' '"],
    [['loss', loss, { caption: 'c', notebook: 'a/b' }], "saveFigure: notebook must be a file name without folders, got 'a/b'"],
    [
      ['loss', loss, { caption: 'c', captoin: 'd' }],
      "saveFigure: option must be one of caption, notebook, directory, claims, got 'captoin' (remove or rename it)",
    ],
    [['loss', loss, { caption: 'c', claims: {} }], 'saveFigure: claims must be an array, got an object'],
    [['loss', loss, { caption: 'c', claims: [{ ...claim, statistic: 1 }] }], 'saveFigure: claims[0].statistic must be text, got 1'],
    [
      ['loss', loss, { caption: 'c', claims: [{ ...claim, interval: [1] }] }],
      'saveFigure: claims[0].interval must be two numbers [low, high], got an array',
    ],
    [
      ['loss', loss, { caption: 'c', claims: [claim, { ...claim, verdict: 'yes' }] }],
      "saveFigure: claims[1].verdict must be one of reproduced, not reproduced, inconclusive, got 'yes'",
    ],
  ])('rejects %#', async (given, message) => {
    const [name, drawing, options] = given as Parameters<typeof saveFigure>;
    const wanted = options && { ...options, directory };
    await expect(saveFigure(name, drawing, wanted)).rejects.toThrow(new UserError(message));
    expect(readdirSync(directory)).toEqual([]);
  });
});
