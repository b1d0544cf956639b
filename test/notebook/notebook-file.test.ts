import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/index.ts';
import { formatNotebook, newCell, parseNotebook, readNotebook, writeNotebook } from '../../src/notebook/notebook-file.ts';

// Written by nbformat 5 (Python): a code cell, a markdown cell and an empty one, holding every line end that str.splitlines knows, mime
// types that are split into lines and others that are not, numbers that JavaScript writes differently, a JSON output with keys '10' and
// '9', and metadata that is not saved.
const WRITTEN_BY_NBFORMAT = join(import.meta.dirname, 'files', 'written-by-nbformat.ipynb');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'notebook-file-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function notebookText(change: (notebook: Record<string, unknown>) => void = () => {}): string {
  const notebook = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [codeCell()] };
  change(notebook);
  return JSON.stringify(notebook);
}

function codeCell(fields: object = {}) {
  return { cell_type: 'code', id: 'a', metadata: {}, source: '', execution_count: null, outputs: [] as unknown[], ...fields };
}

describe('readNotebook and writeNotebook', () => {
  it('write byte for byte what nbformat writes', () => {
    const copy = join(folder, 'copy.ipynb');
    writeNotebook(copy, readNotebook(WRITTEN_BY_NBFORMAT));
    expect(readFileSync(copy, 'utf8')).toBe(readFileSync(WRITTEN_BY_NBFORMAT, 'utf8'));
    expect(readdirSync(folder)).toEqual(['copy.ipynb']);
  });

  it('join lines in memory', () => {
    const [code, markdown] = readNotebook(WRITTEN_BY_NBFORMAT).cells;
    expect(markdown.source).toBe(code.source);
    expect(code.source).toContain('a\nb\r\nc\rd');
  });

  it('leave JSON outputs as they are', () => {
    const cell = readNotebook(WRITTEN_BY_NBFORMAT).cells[0];
    if (cell.cell_type !== 'code' || cell.outputs[1].output_type !== 'execute_result') throw new Error('not the notebook expected');
    expect(cell.outputs[1].data['application/vnd.x+json']).toEqual(['a\n', 'b']);
  });
});

describe('parseNotebook', () => {
  it.each([
    ['', 'readNotebook: x.ipynb must be JSON, got an empty file'],
    ['{\n "cells": [}\n', 'readNotebook: x.ipynb must be JSON, got "}" in line 2, column 12 where a value should be'],
    ['{"a": 1}\n<<<<<<< HEAD\n', 'readNotebook: x.ipynb must be JSON, got a git conflict marker in line 2'],
    ['[]', 'readNotebook: the notebook in x.ipynb must be an object, got []'],
    [
      notebookText((n) => {
        n.nbformat = 3;
      }),
      'readNotebook: nbformat of x.ipynb must be 4, got 3 (convert it',
    ],
    [
      notebookText((n) => {
        n.nbformat = 5;
      }),
      'readNotebook: nbformat of x.ipynb must be 4, got 5 (save it as version 4',
    ],
    [
      notebookText((n) => {
        delete n.nbformat_minor;
      }),
      'nbformat_minor in x.ipynb must be a number, got nothing',
    ],
    [
      notebookText((n) => {
        delete n.metadata;
      }),
      'metadata in x.ipynb must be an object, got nothing',
    ],
    [
      notebookText((n) => {
        n.metadata = { kernelspec: { display_name: 'Python' } };
      }),
      'metadata.kernelspec.name in x.ipynb must be a string, got nothing',
    ],
    [
      notebookText((n) => {
        n.cells = {};
      }),
      'cells in x.ipynb must be an array, got {}',
    ],
    [
      notebookText((n) => {
        n.cells = [codeCell({ cell_type: 'heading' })];
      }),
      `cells[0].cell_type in x.ipynb must be 'code', 'markdown' or 'raw', got "heading"`,
    ],
    [
      notebookText((n) => {
        n.cells = [codeCell(), codeCell({ source: 1 })];
      }),
      'cells[1].source in x.ipynb must be a string or an array of strings, got 1',
    ],
    [
      notebookText((n) => {
        n.cells = [codeCell({ metadata: { tags: 'a' } })];
      }),
      'cells[0].metadata.tags in x.ipynb must be an array of strings, got "a"',
    ],
    [
      notebookText((n) => {
        n.cells = [codeCell({ outputs: undefined })];
      }),
      'cells[0].outputs in x.ipynb must be an array, got nothing',
    ],
    [
      notebookText((n) => {
        n.cells = [codeCell({ outputs: [{ output_type: 'pyout' }] })];
      }),
      'cells[0].outputs[0].output_type in x.ipynb must be',
    ],
    [
      notebookText((n) => {
        n.cells = [codeCell({ outputs: [{ output_type: 'display_data', metadata: {} }] })];
      }),
      'cells[0].outputs[0].data in x.ipynb must be an object, got nothing',
    ],
    [
      notebookText((n) => {
        n.cells = [codeCell({ outputs: [{ output_type: 'error', ename: 'E', evalue: '', traceback: 'x' }] })];
      }),
      'cells[0].outputs[0].traceback in x.ipynb must be an array of strings, got "x"',
    ],
  ])('says what is wrong in %s', (text, message) => {
    expect(() => parseNotebook(text, 'x.ipynb')).toThrow(UserError);
    expect(() => parseNotebook(text, 'x.ipynb')).toThrow(message);
  });

  it('gives ids to the cells that lack one or share one, from 4.5 on', () => {
    const cells = [codeCell(), codeCell(), codeCell({ id: undefined })];
    const ids = parseNotebook(
      notebookText((n) => {
        n.cells = cells;
      }),
      'x',
    ).cells.map((cell) => cell.id);
    expect(ids[0]).toBe('a');
    expect(new Set(ids).size).toBe(3);
    expect(ids[2]).toMatch(/^[a-zA-Z0-9-_]{1,64}$/);
    const old = parseNotebook(
      notebookText((n) => {
        n.cells = [codeCell({ id: undefined })];
        n.nbformat_minor = 4;
      }),
      'x',
    );
    expect(formatNotebook(old)).not.toContain('"id"');
  });
});

describe('readNotebook', () => {
  it('says so when there is no file', () => {
    expect(() => readNotebook(join(folder, 'none.ipynb'))).toThrow('none.ipynb must be a readable file, got no such file');
  });
});

describe('newCell', () => {
  it('takes another id when the wished one is taken', () => {
    const notebook = parseNotebook(notebookText(), 'x');
    expect(newCell(notebook, 'code', 'b', '1', ['t'])).toEqual({
      cell_type: 'code',
      id: 'b',
      source: '1',
      metadata: { tags: ['t'] },
      execution_count: null,
      outputs: [],
    });
    expect(newCell(notebook, 'markdown', 'a', '', []).id).not.toBe('a');
  });
});
