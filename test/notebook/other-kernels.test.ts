import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  codeCells,
  DeadKernelError,
  listKernelspecs,
  parseNotebook,
  type RunOptions,
  readNotebook,
  runNotebook,
  writeNotebook,
} from '../../src/notebook/index.ts';

// ipykernel is interrupted by a signal, sends no iopub_welcome and dies with its cell: what the own kernel cannot show.
const python = listKernelspecs().get('python3');
const available = python !== undefined && spawnSync(python.argv[0], ['-c', 'import ipykernel']).status === 0;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'other-kernels-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function run(cells: { source: string; tags?: string[] }[], options: RunOptions = {}) {
  const file = join(folder, 'python.ipynb');
  const written = cells.map(({ source, tags }) => ({
    cell_type: 'code',
    metadata: tags ? { tags } : {},
    source,
    execution_count: null,
    outputs: [],
  }));
  const metadata = { kernelspec: { name: 'python3', display_name: 'Python 3' } };
  writeNotebook(file, parseNotebook(JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells: written }), file));
  const error = await runNotebook(file, options).catch((thrown) => thrown);
  return { error, cells: codeCells(readNotebook(file)), banner: readNotebook(file).cells[0].source };
}

describe.skipIf(!available)('ipykernel (skipped where no python3 kernel is installed)', () => {
  it('runs a notebook with parameters', async () => {
    const { error, cells } = await run([{ source: 'rank = 8', tags: ['parameters'] }, { source: 'print(rank)\nrank + 1' }], {
      parameters: { rank: '4' },
    });
    expect(error).toBeUndefined();
    expect(cells[2].outputs).toMatchObject([
      { output_type: 'stream', text: '4\n' },
      { output_type: 'execute_result', data: { 'text/plain': '5' } },
    ]);
  });

  it('is interrupted by a signal at a time limit', async () => {
    const { error, cells } = await run([{ source: 'while True: pass' }], { cellSeconds: 1 });
    expect(error.message).toContain('cell 1 must end within 1 s');
    expect(cells[0].outputs).toMatchObject([{ output_type: 'error', ename: 'KeyboardInterrupt' }]);
  });

  it('is reported dead with its exit code', async () => {
    const { error, cells, banner } = await run([{ source: 'import os\nprint("last", flush=True)\nos._exit(7)' }, { source: '1' }]);
    expect(error).toBeInstanceOf(DeadKernelError);
    expect(error.exit.exitCode).toBe(7);
    expect(cells[0].outputs).toMatchObject([{ text: 'last\n' }]);
    expect(banner).toContain(`Cell 1 was running when kernel 'python3' died: its process ended with exit code 7`);
  });
});
