import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeCells, DeadKernelError, prepareRun, readNotebook, type StepperTerminal, stepNotebook } from '../../src/notebook/index.ts';

const NOTEBOOKS = join(import.meta.dirname, '..', 'notebooks');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stepper-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Steps through a copy of a notebook with these lines typed. Gives what was printed after each of them, and the saved notebook. */
async function step(name: string, lines: string[], more: Partial<StepperTerminal> = {}) {
  const file = join(folder, `${name}.ipynb`);
  copyFileSync(join(NOTEBOOKS, `${name}.ipynb`), file);
  const printed = [''];
  const terminal: StepperTerminal = {
    color: false,
    write: (text) => {
      printed[printed.length - 1] += text;
    },
    readLine: async (prompt) => {
      printed[printed.length - 1] += prompt;
      printed.push('');
      return lines[printed.length - 2];
    },
    onInterrupt: () => () => {},
    ...more,
  };
  await stepNotebook(await prepareRun(file), terminal);
  return { printed, cells: codeCells(readNotebook(file)) };
}

describe('stepNotebook', () => {
  it('shows text and source, runs, goes on, and ends with the input', async () => {
    const { printed, cells } = await step('typed-parameters', ['run', 'r', '', 'run']);
    expect(printed[0]).toContain(
      '# Parameters\n\nThe values of a run replace those declared here.\n\n--- cell 1 of 3 ---\nconst rank = 8;',
    );
    expect(printed[2]).toBe('16\n\n--- cell 3 of 3 ---\n`${profile} ${rates.length}`\n> ');
    expect(printed[3]).toBe(`'quick 2'\n\n--- end of the notebook ---\n> `);
    expect(printed[4]).toContain('there must be a cell here, got the end of the notebook');
    expect(cells.map(({ execution_count }) => execution_count)).toEqual([1, 2, 3]);
  });

  it('keeps the state while a failed cell is changed and run again', async () => {
    const { printed, cells } = await step('error-with-traceback', [
      'run',
      'run',
      `edit 1 + 1;`,
      'run',
      'rerun',
      'print typeof fails',
      'quit',
    ]);
    expect(printed[2]).toContain('TypeError: no such thing');
    expect(printed[2]).toContain('cell 2 failed: TypeError: no such thing\n> ');
    expect(printed[3]).toContain('--- cell 2 of 3 ---\n1 + 1;\n> ');
    expect(printed[4]).toContain('2\n\n--- cell 3 of 3 ---');
    expect(printed[5]).toBe('2\n> ');
    expect(printed[6]).toBe(`'function'\n> `);
    expect(printed[7]).toContain('saved ');
    expect(cells[1]).toMatchObject({ source: '1 + 1;', outputs: [{ output_type: 'execute_result', data: { 'text/plain': '2' } }] });
    // a cell that was not run keeps what it had
    expect(cells[2].outputs).toEqual([]);
  });

  it('changes a value in the source', async () => {
    const { printed, cells } = await step('typed-parameters', ['=rank 16', 'all', 'p', 'p', 'p', '=none 1', 'q']);
    expect(printed[1]).toContain('const rank = 16;');
    expect(printed[2]).toContain('32\n');
    expect(printed[2]).toContain('--- end of the notebook ---');
    expect(printed[6]).toContain(`name must be one the cell gives a value to (rank, profile, rates), got 'none'`);
    expect(cells[0].source.split('\n')[0]).toBe('const rank = 16;');
  });

  it('runs all up to the first that fails', async () => {
    const { printed } = await step('error-with-traceback', ['a', 'n', 'q']);
    expect(printed[1]).toContain('--- cell 2 of 3 ---');
    expect(printed[1]).not.toContain('--- cell 3 of 3 ---');
    expect(printed[2]).toContain('--- cell 3 of 3 ---');
  });

  it('hands lines to a cell that asks', async () => {
    const { printed } = await step('input', ['run', 'Ada', 'q']);
    expect(printed[1]).toBe('name? ');
    expect(printed[2]).toContain('hello Ada\n');
  });

  it('notes images with their size and saves them', async () => {
    const { printed } = await step('rich-outputs', ['run', 'q']);
    expect(printed[1]).toContain('[text/html]\n');
    expect(printed[1]).toMatch(/\[image\/svg\+xml, 62 bytes, saved as .*1\.svg\]/);
    const [, path] = /\[image\/png, 2×3, saved as (.*2\.png)\]/.exec(printed[1])!;
    expect(existsSync(path)).toBe(true);
    rmSync(join(path, '..'), { recursive: true });
  });

  it('lets the source be edited at length', async () => {
    const edit = async (source: string, extension: string) => `${source} + '${extension}'`;
    const { cells } = await step('working-directory', ['edit', 'q'], { edit });
    expect(cells[0].source).toMatch(/existsSync\('working-directory.ipynb'\) \+ '.ts'$/);
  });

  it('interrupts a cell and goes on', async () => {
    let interrupt = () => {};
    const written: string[] = [];
    const loop = `edit let turns = 0; console.log('looping'); while (true) turns++;`;
    await step('empty-cells', [loop, 'run', 'print turns > 0', 'q'], {
      write: (text) => {
        written.push(text);
        if (text === 'looping\n') interrupt();
      },
      onInterrupt: (callback) => {
        interrupt = callback;
        return () => {};
      },
    });
    expect(written).toContain('cell 1 was interrupted\n');
    expect(written).toContain('true\n');
  });

  it('says what can be typed', async () => {
    const { printed } = await step('empty-cells', ['what', 'help', 'rerun', 'q']);
    expect(printed[1]).toContain(`command must be one of run, next, rerun, previous, all, edit, =, print, help, quit, got 'what'`);
    expect(printed[2]).toContain('previous (p)');
    expect(printed[3]).toContain('rerun: a cell must have been run before');
  });

  it('ends with the kernel', async () => {
    await expect(step('kernel-killed', ['run', 'run', 'q'])).rejects.toThrow(DeadKernelError);
  });
});
