import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CellError,
  CellTimeoutError,
  DeadKernelError,
  type Notebook,
  type RunOptions,
  readNotebook,
  runNotebook,
} from '../../src/notebook/index.ts';

/*
 * Every notebook in test/notebooks/ is named after the behaviour it shows and holds the outputs it must have. Each is run by this
 * project's kernel and compared after removing what differs from run to run; those of a run that fails hold what was saved, without the
 * banner.
 */
const NOTEBOOKS = join(import.meta.dirname, '..', 'notebooks');

/** Tested in runner.test.ts, because they need more than one run or none. */
const ELSEWHERE = ['resume-after-failure', 'type-error-before-run'];

const OPTIONS: Record<string, RunOptions> = {
  'infinite-loop-with-limit': { cellSeconds: 1 },
  'endless-await-with-limit': { cellSeconds: 1 },
  input: { onInput: async (prompt) => (prompt === 'name? ' ? 'Ada' : 'an unknown question') },
};

const FAILURES: Record<string, { error: abstract new (...args: never[]) => Error; banner: string }> = {
  'infinite-loop-with-limit': {
    error: CellTimeoutError,
    banner: 'Cell 2 must end within 1 s (the limit for a cell), but it was still running.',
  },
  'endless-await-with-limit': {
    error: CellTimeoutError,
    banner: 'Cell 1 must end within 1 s (the limit for a cell), but it was still running.',
  },
  'out-of-memory': { error: CellError, banner: 'Cell 1 failed: OutOfMemory: The cell ran out of memory' },
  'process-exit': { error: CellError, banner: 'Cell 2 failed: ProcessExit: The cell called process.exit(3).' },
  'error-with-traceback': { error: CellError, banner: 'Cell 2 failed: TypeError: no such thing.' },
  'kernel-killed': { error: DeadKernelError, banner: `Cell 2 was running when kernel 'colora' died: its process was ended by SIGKILL` },
};

let folder: string;
let nodeOptions: string | undefined;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'corpus-'));
  nodeOptions = process.env.NODE_OPTIONS;
  // for out-of-memory: small enough to be full soon, large enough for the compiler
  process.env.NODE_OPTIONS = '--max-old-space-size=400';
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  if (nodeOptions === undefined) delete process.env.NODE_OPTIONS;
  else process.env.NODE_OPTIONS = nodeOptions;
});

/** Type, source, tags and outputs of the cells, without the banner. */
function essence(notebook: Notebook) {
  return notebook.cells
    .filter(({ metadata }) => !metadata.tags?.includes('colora-failure'))
    .map((cell) => ({
      type: cell.cell_type,
      source: cell.source,
      tags: cell.metadata.tags,
      ...(cell.cell_type === 'code' ? { outputs: cell.outputs, execution_count: cell.execution_count } : {}),
    }));
}

const names = readdirSync(NOTEBOOKS)
  .filter((file) => file.endsWith('.ipynb'))
  .map((file) => basename(file, '.ipynb'))
  .filter((name) => !ELSEWHERE.includes(name));

describe('the notebooks of the corpus', () => {
  it('are all there that a table above names', () => {
    expect(names).toEqual(expect.arrayContaining([...Object.keys(FAILURES), ...Object.keys(OPTIONS)]));
  });

  it.each(names)('%s', async (name) => {
    const file = join(NOTEBOOKS, `${name}.ipynb`);
    const output = join(folder, `${name}.ipynb`);
    const run = runNotebook(file, { totalSeconds: 25, ...OPTIONS[name], output });
    const failure = FAILURES[name];
    if (failure) await expect(run).rejects.toBeInstanceOf(failure.error);
    else await run;
    const saved = readNotebook(output);
    expect(essence(saved)).toEqual(essence(readNotebook(file)));
    if (failure) expect(saved.cells[0].source.replace(/\\/g, '')).toContain(failure.banner);
    else expect(saved.metadata.colora).toBeUndefined();
  });
});
