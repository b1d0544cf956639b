import { describe, expect, it } from 'vitest';
import { addBanner, removeBanner } from '../../src/notebook/banner.ts';
import { codeCells, type Notebook } from '../../src/notebook/format.ts';
import { parseNotebook } from '../../src/notebook/notebook-file.ts';
import { forgetCompleted, recordCompleted, takeOverCompleted } from '../../src/notebook/resume.ts';

function notebookOf(sources: string[], output?: string): Notebook {
  const outputs = output === undefined ? [] : [{ output_type: 'stream', name: 'stdout', text: output }];
  const cells = sources.map((source) => ({ cell_type: 'code', metadata: {}, source, execution_count: null, outputs }));
  return parseNotebook(JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }), 'x.ipynb');
}

const outputCounts = (notebook: Notebook) => codeCells(notebook).map((cell) => cell.outputs.length);

describe('takeOverCompleted', () => {
  it.each([
    ['all that were completed', ['a', 'b', 'c'], [1, 1, 0]],
    ['none from the first change on', ['a', 'B', 'c'], [1, 0, 0]],
    ['none when the first cell is new', ['new', 'a', 'b'], [0, 0, 0]],
    ['no more than there are', ['a'], [1]],
  ])('takes over %s', (_, sources, counts) => {
    const partial = notebookOf(['a', 'b', 'c'], 'saved');
    recordCompleted(partial, 2);
    const notebook = notebookOf(sources);
    expect(takeOverCompleted(notebook, partial)).toBe(counts.filter((count) => count > 0).length);
    expect(outputCounts(notebook)).toEqual(counts);
  });

  it('takes over nothing from a notebook that was not left unfinished', () => {
    const done = notebookOf(['a'], 'saved');
    recordCompleted(done, 1);
    forgetCompleted(done);
    expect(done.metadata).toEqual({});
    expect(takeOverCompleted(notebookOf(['a']), done)).toBe(0);
  });
});

describe('addBanner', () => {
  it('puts one banner on top, with the cause as plain text', () => {
    const notebook = notebookOf(['a']);
    addBanner(notebook, 'an earlier cause');
    addBanner(notebook, 'cell 1 failed: \x1b[31mE\x1b[39m: <b>*x*</b>\nmore.');
    expect(notebook.cells.map((cell) => cell.cell_type)).toEqual(['markdown', 'code']);
    expect(notebook.cells[0].source).toContain('Cell 1 failed: E: \\<b\\>\\*x\\*\\</b\\> more.\n');
    removeBanner(notebook);
    expect(notebook.cells).toHaveLength(1);
  });
});
