import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UpToDate } from '../../src/cli/up-to-date.ts';

let root: string;

const notebookOf = (...sources: string[]): string =>
  JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: sources.map((source, i) => ({ cell_type: 'code', id: `c${i}`, source, metadata: {}, outputs: [], execution_count: null })),
  });

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

const BEGAN = Date.now() - 60_000;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'up-to-date-'));
  write('src/a/b.ts', '1');
  write('package-lock.json', '{}');
  write('data/base-model/model.safetensors', 'w');
  write('data/records/x.jsonl', '');
  write('notebooks/n.ipynb', notebookOf('1'));
  write('figures/n.svg', '<svg/>');
  write('figures/old.svg', '<svg/>');
  utimesSync(join(root, 'figures/old.svg'), 1, 1);
  write('figures/index.html', '');
  new UpToDate(root, 'quick').keep({ name: 'n' }, BEGAN);
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

describe('UpToDate', () => {
  it('knows a notebook that was run, and none other', () => {
    expect(new UpToDate(root, 'quick').has({ name: 'n' })).toBe(true);
    write('notebooks/m.ipynb', notebookOf());
    expect(new UpToDate(root, 'quick').has({ name: 'm' })).toBe(false);
  });

  it.each([
    ['the code', 'src/a/c.ts', ''],
    ['the base model', 'data/base-model/model.safetensors', 'v'],
    ['the packages', 'package-lock.json', '{ }'],
    ['a cell', 'notebooks/n.ipynb', notebookOf('2')],
    ['a picture', 'figures/n.svg', ''],
  ])('runs it again after a change of %s', (_, file, text) => {
    write(file, text);
    expect(new UpToDate(root, 'quick').has({ name: 'n' })).toBe(false);
  });

  it('runs it again with another profile, or when a picture is gone', () => {
    expect(new UpToDate(root, 'full').has({ name: 'n' })).toBe(false);
    rmSync(join(root, 'figures/n.svg'));
    expect(new UpToDate(root, 'quick').has({ name: 'n' })).toBe(false);
  });

  it('lets pass what is not its own: the report, figures of others, records it does not read', () => {
    write('figures/index.html', 'new');
    write('figures/old.svg', '');
    write('data/records/x.jsonl', '{}\n');
    expect(new UpToDate(root, 'quick').has({ name: 'n' })).toBe(true);
  });

  it('looks at the files that a notebook says it reads', () => {
    const notebook = { name: 'n', reads: ['data/records', 'data/none'] };
    new UpToDate(root, 'quick').keep(notebook, BEGAN);
    expect(new UpToDate(root, 'quick').has(notebook)).toBe(true);
    write('data/records/y.jsonl', '');
    expect(new UpToDate(root, 'quick').has(notebook)).toBe(false);
  });

  it('takes a damaged file for none', () => {
    write('.cache/up-to-date.json', '{');
    expect(new UpToDate(root, 'quick').has({ name: 'n' })).toBe(false);
  });
});
