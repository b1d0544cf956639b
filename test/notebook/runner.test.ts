import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  CellError,
  codeCells,
  InterruptedError,
  NotebookTimeoutError,
  type Output,
  parseNotebook,
  prepareRun,
  type RunEvent,
  type RunOptions,
  readNotebook,
  runNotebook,
  TypeCheckError,
  writeNotebook,
} from '../../src/notebook/index.ts';

const NOTEBOOKS = join(import.meta.dirname, '..', 'notebooks');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runner-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A copy of a notebook of the corpus. */
function copyOf(name: string): string {
  const file = join(folder, `${name}.ipynb`);
  copyFileSync(join(NOTEBOOKS, `${name}.ipynb`), file);
  return file;
}

/** A notebook of these code cells. */
function notebookOf(...sources: string[]): string {
  const file = join(folder, 'made.ipynb');
  const cells = sources.map((source) => ({ cell_type: 'code', metadata: {}, source, execution_count: null, outputs: [] }));
  writeNotebook(file, parseNotebook(JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }), file));
  return file;
}

const changeSource = (file: string, index: number, source: string) => {
  const notebook = readNotebook(file);
  codeCells(notebook)[index].source = source;
  writeNotebook(file, notebook);
};

const outputsIn = (file: string): Output[][] => codeCells(readNotebook(file)).map((cell) => cell.outputs);
const textOf = (outputs: Output[]) =>
  outputs.map((output) =>
    output.output_type === 'stream' ? output.text : output.output_type === 'error' ? output.ename : output.data['text/plain'],
  );
const textsIn = (file: string) => outputsIn(file).map(textOf);

describe('runNotebook', () => {
  it('runs nothing when a cell does not compile', async () => {
    const file = copyOf('type-error-before-run');
    const before = readFileSync(file, 'utf8');
    const events: RunEvent[] = [];
    const run = runNotebook(file, { onEvent: (event) => events.push(event) });
    await expect(run).rejects.toThrow(TypeCheckError);
    await expect(run).rejects.toThrow(`${file} has 2 type errors, so no cell was run`);
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(events.filter(({ event }) => event === 'diagnostic')).toMatchObject([
      { cell: 2, line: 2, column: 6, code: 2339, message: `Property 'toUpperCase' does not exist on type 'number'.` },
      { cell: 3, line: 1, column: 7, code: 2322 },
    ]);
    expect(events.map(({ event }) => event)).toEqual(['start', 'diagnostic', 'diagnostic', 'end']);
  });

  it('runs what compiles all the same when errors are allowed', async () => {
    const file = copyOf('type-error-before-run');
    await runNotebook(file, { allowErrors: true });
    expect(textsIn(file)).toEqual([['this would have run\n'], ['TypeScriptError'], ['TypeScriptError']]);
  });

  it('runs on after a failed cell when errors are allowed', async () => {
    const file = copyOf('error-with-traceback');
    const ends: unknown[] = [];
    await runNotebook(file, { allowErrors: true, onEvent: (event) => event.event === 'cell-end' && ends.push([event.cell, event.status]) });
    expect(textsIn(file)).toEqual([[], ['TypeError'], [`'after'`]]);
    expect(ends).toEqual([
      [1, 'ok'],
      [2, 'error'],
      [3, 'ok'],
    ]);
  });

  it('injects parameters', async () => {
    const file = copyOf('typed-parameters');
    const output = join(folder, 'out', 'typed-parameters.ipynb');
    await runNotebook(file, { output, parameters: { rank: '4', profile: 'full', rates: '[1]' } });
    expect(textsIn(output)).toEqual([[], [], ['8'], [`'full 1'`]]);
    expect(readNotebook(output).metadata.colora).toEqual({ parameters: { rank: 4, profile: 'full', rates: [1] } });
    expect(textsIn(file)[1]).toEqual(['16']);
  });

  it('saves after every cell and empties what has not run yet', async () => {
    const file = copyOf('clear-output');
    const seen: unknown[] = [];
    await runNotebook(file, { onEvent: (event) => event.event === 'cell-start' && seen.push(textsIn(file)) });
    expect(seen).toEqual([
      [['two\n'], ['one\n'], ['two\n']],
      [['two\n'], [], []],
      [['two\n'], ['one\n'], []],
    ]);
  });

  it('records times and expects them the next time', async () => {
    const file = notebookOf('await new Promise((resolve) => setTimeout(resolve, 60));', '');
    await runNotebook(file);
    const names = ['iopub.execute_input', 'iopub.status.busy', 'iopub.status.idle', 'shell.execute_reply'];
    expect(Object.keys(codeCells(readNotebook(file))[0].metadata.execution ?? {}).sort()).toEqual(names);
    const starts: RunEvent[] = [];
    await runNotebook(file, { onEvent: (event) => event.event === 'start' && starts.push(event) });
    expect(starts).toMatchObject([{ cells: 2, expectedSeconds: [expect.any(Number), null] }]);
  });

  it('stops at the limit for the whole notebook', async () => {
    const run = runNotebook(copyOf('infinite-loop-with-limit'), { totalSeconds: 3 });
    await expect(run).rejects.toThrow(NotebookTimeoutError);
    await expect(run).rejects.toThrow('the notebook must end within 3 s');
  });

  it('kills a cell that does not heed the interrupt', async () => {
    // a native call that does not return to JavaScript
    const file = notebookOf(`'started'`, 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100_000);');
    await expect(runNotebook(file, { cellSeconds: 1, graceSeconds: 1 })).rejects.toThrow('cell 2 must end within 1 s');
    expect(textsIn(file)[0]).toEqual([`'started'`]);
  });

  it('interrupts the cell and saves when it is told to stop', async () => {
    const file = copyOf('infinite-loop-with-limit');
    const stop = new AbortController();
    const run = runNotebook(file, {
      stop: stop.signal,
      onEvent: (event) => event.event === 'cell-start' && event.cell === 2 && stop.abort(),
    });
    await expect(run).rejects.toThrow(InterruptedError);
    expect(textsIn(file)).toEqual([['before\n'], expect.anything(), []]);
    expect(readNotebook(file).cells[0].source).toContain('Cell 2 was interrupted.');
  });

  it('kills the kernel when it is told to', async () => {
    const file = notebookOf('Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100_000);');
    const [stop, kill] = [new AbortController(), new AbortController()];
    const run = runNotebook(file, {
      stop: stop.signal,
      kill: kill.signal,
      graceSeconds: 1000,
      onEvent: (event) => {
        if (event.event !== 'cell-start') return;
        stop.abort();
        setTimeout(() => kill.abort(), 200);
      },
    });
    await expect(run).rejects.toThrow(InterruptedError);
  });

  it('takes the banner away when the run succeeds', async () => {
    const file = copyOf('error-with-traceback');
    await expect(runNotebook(file)).rejects.toThrow(CellError);
    expect(readNotebook(file).cells).toHaveLength(4);
    changeSource(file, 1, `'repaired'`);
    await runNotebook(file);
    expect(textsIn(file)).toEqual([[], [`'repaired'`], [`'after'`]]);
    expect(readNotebook(file).cells).toHaveLength(3);
  });
});

describe('runNotebook with resume', () => {
  const flag = 'RESUME_TEST_FILE';
  beforeEach(() => {
    process.env[flag] = join(folder, 'there');
  });
  afterEach(() => {
    delete process.env[flag];
  });

  it('keeps the outputs of completed cells and makes the others, with the state rebuilt', async () => {
    const file = copyOf('resume-after-failure');
    await expect(runNotebook(file)).rejects.toThrow('cell 2 failed: Error: not there yet');
    const [stamp] = outputsIn(file);
    writeFileSync(process.env[flag]!, '');
    const replayed: boolean[] = [];
    await runNotebook(file, { resume: true, onEvent: (event) => event.event === 'cell-start' && replayed.push(event.replayed) });
    expect(outputsIn(file)[0]).toEqual(stamp);
    expect(textsIn(file).slice(1)).toEqual([['true'], [`'the end'`]]);
    expect(replayed).toEqual([true, false, false]);
    expect(readNotebook(file).cells).toHaveLength(3);
  });

  it('makes new outputs from the first changed cell on', async () => {
    const file = copyOf('resume-after-failure');
    await expect(runNotebook(file)).rejects.toThrow(CellError);
    writeFileSync(process.env[flag]!, '');
    changeSource(file, 0, `const stamp = 1n;\nconsole.log('changed');`);
    await runNotebook(file, { resume: true });
    expect(textsIn(file)).toEqual([['changed\n'], ['true'], [`'the end'`]]);
  });

  it('shows the new failure of a cell that had completed', async () => {
    const file = notebookOf(`if (process.env.${flag} === 'fail') throw new Error('this time');\n'fine'`, `throw new Error('always');`);
    await expect(runNotebook(file)).rejects.toThrow('cell 2 failed: Error: always');
    process.env[flag] = 'fail';
    await expect(runNotebook(file, { resume: true })).rejects.toThrow('cell 1 failed: Error: this time');
    expect(textsIn(file)).toEqual([['Error'], []]);
  });

  it('finds outputs and parameters of the earlier run in another folder', async () => {
    const file = copyOf('typed-parameters');
    const output = join(folder, 'out', basename(file));
    changeSource(file, 2, `throw new Error('not yet');`);
    await expect(runNotebook(file, { output, parameters: { rank: '4', profile: 'full' } })).rejects.toThrow(
      'cell 4 failed: Error: not yet',
    );
    changeSource(file, 2, 'profile');
    const replayed: boolean[] = [];
    await runNotebook(file, { output, resume: true, onEvent: (event) => event.event === 'cell-start' && replayed.push(event.replayed) });
    expect(replayed).toEqual([true, true, true, false]);
    expect(textsIn(output)).toEqual([[], [], ['8'], [`'full'`]]);
  });
});

describe('prepareRun', () => {
  it.each([
    [{ parameters: { rnk: '4' } } as RunOptions, `declares (rank, profile, rates), got 'rnk'`],
    [{ parameters: { rank: 'four' } }, `must be a number, got 'four'`],
    [{ kernel: 'none' }, `kernel must be one of colora`],
    [{ unknown: 1 } as RunOptions, `runNotebook: option must be one of output, `],
  ])('refuses %j before any kernel starts', async (options, message) => {
    await expect(prepareRun(copyOf('typed-parameters'), options)).rejects.toThrow(message);
  });

  it('leaves the file alone', async () => {
    const file = copyOf('typed-parameters');
    const before = readFileSync(file, 'utf8');
    await prepareRun(file, { parameters: { rank: '4' }, output: join(folder, 'out.ipynb') });
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(existsSync(join(folder, 'out.ipynb'))).toBe(false);
  });
});
