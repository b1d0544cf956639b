import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/index.ts';
import { hasTag, type Notebook } from '../../src/notebook/format.ts';
import { parseNotebook } from '../../src/notebook/notebook-file.ts';
import { asWords, injectParameters } from '../../src/notebook/parameters.ts';

function notebookOf(...cells: { source: string; tags?: string[] }[]): Notebook {
  const written = cells.map(({ source, tags }) => ({
    cell_type: 'code',
    metadata: tags ? { tags } : {},
    source,
    execution_count: null,
    outputs: [],
  }));
  return parseNotebook(JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: written }), 'x.ipynb');
}

/** The lines injected into a notebook that declares the parameters with `source`. */
async function injected(source: string, given: Record<string, string>, language = 'typescript'): Promise<string[]> {
  const notebook = notebookOf({ source, tags: ['parameters'] });
  await injectParameters(notebook, given, language, 'x.ipynb');
  expect(notebook.cells).toHaveLength(2);
  return notebook.cells[1].source.split('\n').slice(1);
}

describe('injectParameters, TypeScript', () => {
  it.each([
    ['const rank = 8', '16', 'const rank: number = 16;'],
    ['const rank = -2 ** 3', '1e-3', 'const rank: number = 0.001;'],
    ['let rank: number', '.5', 'let rank: number = 0.5;'],
    ['export const rank = 8;', '0x10', 'const rank: number = 16;'],
    [`const rank = 'a'`, '5', 'const rank: string = "5";'],
    ['const rank = `a`', '"q" \\', 'const rank: string = "\\"q\\" \\\\";'],
    ['const rank: boolean = true', 'false', 'const rank: boolean = false;'],
    [`const rank: 'quick' | 'full' = 'quick'`, 'full', `const rank: 'quick' | 'full' = "full";`],
    ['const rank: 1 | 2 = 1', '2', 'const rank: 1 | 2 = 2;'],
    ['const rank: number | null = 1', 'null', 'const rank: number | null = null;'],
    ['const rank: string | number = 1', '2', 'const rank: string | number = 2;'],
    ['const rank: string | number = 1', 'two', 'const rank: string | number = "two";'],
    ['const rank = [1, 2]', '[3]', 'const rank = [3];'],
    ['const rank: readonly number[] = []', '[3, 4]', 'const rank: readonly number[] = [3,4];'],
    [`const rank: Array<'a' | 'b'> = []`, '["b"]', `const rank: Array<'a' | 'b'> = ["b"];`],
    ['const rank = { lr: 0.1, name: "x" }', '{"lr": 1, "name": "y"}', 'const rank = {"lr":1,"name":"y"};'],
    ['const rank: { lr: number; steps?: number } = { lr: 1 }', '{"lr": 2}', 'const rank: { lr: number; steps?: number } = {"lr":2};'],
    ['const rank: Record<string, number[]> = {}', '{"a": [1]}', 'const rank: Record<string, number[]> = {"a":[1]};'],
    ['const rank: Profile = start()', 'full', 'const rank: Profile = "full";'],
    [`const rank = 'a' as 'a' | 'b'`, 'b', 'const rank = "b";'],
  ])('%s with %s', async (source, word, line) => {
    expect(await injected(source, { rank: word })).toEqual([line]);
  });

  it.each([
    ['const rank = 8', 'eight', `parameters: rank of x.ipynb must be a number, got 'eight'`],
    ['const rank = 8', '', `must be a number, got ''`],
    ['const rank = 8', 'Infinity', `must be a number, got 'Infinity'`],
    ['const rank = true', '1', `must be true or false, got '1'`],
    [`const rank: 'quick' | 'full' = 'quick'`, 'slow', `must be "quick" or "full", got 'slow'`],
    ['const rank = [1]', '1', `must be a JSON array, each item a number, got '1'`],
    ['const rank = [1]', '["a"]', `must be a JSON array, each item a number, got '["a"]'`],
    ['const rank = { lr: 0.1 }', '{"lr": 1, "x": 2}', `must be a JSON object with lr a number, got`],
    ['const rank = { lr: 0.1 }', '{}', `must be a JSON object with lr a number, got '{}'`],
    ['const rank: Record<string, number> = {}', '{"a": "b"}', 'must be a JSON object, each value a number'],
  ])('%s does not take %s', async (source, word, message) => {
    await expect(injected(source, { rank: word })).rejects.toThrow(message);
  });
});

describe('injectParameters, Python', () => {
  it.each([
    ['rank = 8', '16', 'rank = 16'],
    ['rank: float = 1', '1e-3', 'rank: float = 0.001'],
    ['rank = 0.5  # comment', '2', 'rank = 2'],
    [`rank = 'a'`, '5', 'rank = "5"'],
    ['rank = True', 'false', 'rank = False'],
    ['rank = [\n  1,\n]', '[1, null, {"a": true}]', 'rank = [1, None, {"a": True}]'],
    ['rank: dict[str, int] = {}', '{"a": 1}', 'rank: dict[str, int] = {"a": 1}'],
    ['rank = None', 'x', 'rank = "x"'],
  ])('%s with %s', async (source, word, line) => {
    expect(await injected(source, { rank: word }, 'python')).toEqual([line]);
  });

  it.each([
    ['rank = 8', '2.5', 'must be an integer'],
    ['rank: float = 1', 'x', 'must be a number'],
    ['rank = False', 'yes', 'must be true or false'],
  ])('%s does not take %s', async (source, word, message) => {
    await expect(injected(source, { rank: word }, 'python')).rejects.toThrow(message);
  });

  it('sees only unindented assignments', async () => {
    await expect(injected('a = 1\nif a == 1:\n  b = 2', { b: '1' }, 'python')).rejects.toThrow(`declares (a), got 'b'`);
  });
});

describe('injectParameters', () => {
  it('names the known parameters when a name is unknown', async () => {
    const run = injected('const rank = 8, alpha = 2;\nfunction f() {}\nconst { x } = { x: 1 };', { rnk: '4' });
    await expect(run).rejects.toThrow(UserError);
    await expect(run).rejects.toThrow(`parameters: name must be one that x.ipynb declares (rank, alpha), got 'rnk'`);
  });

  it('needs a cell tagged parameters', async () => {
    await expect(injectParameters(notebookOf({ source: 'const rank = 8' }), { rank: '4' }, 'typescript', 'x.ipynb')).rejects.toThrow(
      `x.ipynb must have a code cell tagged 'parameters' to take rank, got none`,
    );
  });

  it('refuses a language it cannot read', async () => {
    await expect(injected('rank <- 8', { rank: '4' }, 'R')).rejects.toThrow(`must be typescript, javascript or python, got 'R'`);
  });

  it('changes nothing without values', async () => {
    const notebook = notebookOf({ source: 'const rank = 8', tags: ['parameters'] });
    await injectParameters(notebook, {}, 'typescript', 'x.ipynb');
    expect(notebook.cells).toHaveLength(1);
    expect(notebook.metadata).toEqual({});
  });

  it('puts the cell behind the declarations, replaces the former one and records the values', async () => {
    const notebook = notebookOf(
      { source: '1' },
      { source: 'const rank = 8, name = "a"', tags: ['parameters'] },
      { source: 'rank' },
      { source: 'const rank = 1', tags: ['injected-parameters'] },
    );
    await injectParameters(notebook, { name: 'b', rank: '4' }, 'typescript', 'x.ipynb');
    expect(notebook.cells.map((cell) => hasTag(cell, 'injected-parameters'))).toEqual([false, false, true, false]);
    expect(notebook.cells[2].source).toContain('const rank: number = 4;\nconst name: string = "b";');
    expect(notebook.metadata.colora?.parameters).toEqual({ name: 'b', rank: 4 });
  });

  it('makes the same cell again from what was recorded', async () => {
    const source = 'const a = 1, b = "x", c = [1];';
    const notebook = notebookOf({ source, tags: ['parameters'] });
    await injectParameters(notebook, { c: '[2]', b: '7', a: '3' }, 'typescript', 'x.ipynb');
    expect(await injected(source, asWords(notebook.metadata.colora!.parameters!))).toEqual(notebook.cells[1].source.split('\n').slice(1));
  });
});
