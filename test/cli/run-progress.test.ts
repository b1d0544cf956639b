import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RunProgress } from '../../src/cli/run-progress.ts';
import type { RunEvent } from '../../src/notebook/index.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

function screen(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  return { isTTY, columns, written, write: (text: string) => written.push(text) };
}

const START: Extract<RunEvent, { event: 'start' }> = {
  event: 'start',
  notebook: 'dir/x.ipynb',
  kernel: 'k',
  cells: 2,
  expectedSeconds: [4, 10],
};
const CELL = { event: 'cell-start', notebook: 'dir/x.ipynb', cell: 1, source: '\n  const rank = 8;\nrank', replayed: false } as const;

describe('RunProgress', () => {
  it('updates one line in a terminal, with the time that is left', () => {
    vi.stubEnv('NO_COLOR', '1');
    const terminal = screen(true);
    const progress = new RunProgress(terminal);
    progress.show(START);
    progress.show(CELL);
    vi.advanceTimersByTime(1000);
    expect(terminal.written[0]).toBe('\r\x1b[Kx.ipynb [1/2] const rank = 8;  0.0 s, about 14 s left');
    expect(terminal.written.at(-1)).toBe('\r\x1b[Kx.ipynb [1/2] const rank = 8;  1.0 s, about 13 s left');
    progress.show({ event: 'cell-end', notebook: 'dir/x.ipynb', cell: 1, status: 'ok', seconds: 1 });
    const count = terminal.written.length;
    vi.advanceTimersByTime(10_000);
    expect(terminal.written).toHaveLength(count);
    progress.show({ event: 'end', notebook: 'dir/x.ipynb', status: 'ok', seconds: 3725, saved: 'dir/x.ipynb' });
    expect(terminal.written.slice(count)).toEqual(['\r\x1b[K', 'done dir/x.ipynb in 1 h 2 min\n']);
  });

  it('leaves the line alone while something else uses the terminal', async () => {
    vi.stubEnv('NO_COLOR', '1');
    const terminal = screen(true);
    const progress = new RunProgress(terminal);
    progress.show(START);
    progress.show(CELL);
    const answer = await progress.aside(async () => {
      terminal.write('name? ');
      vi.advanceTimersByTime(10_000);
      return 'Ada';
    });
    expect(answer).toBe('Ada');
    expect(terminal.written.slice(1, 3)).toEqual(['\r\x1b[K', 'name? ']);
    expect(terminal.written.at(-1)).toContain('10 s');
    progress.show({ event: 'cell-end', notebook: 'x', cell: 1, status: 'ok', seconds: 1 });
  });

  it('says nothing of the time left when it does not know', () => {
    const terminal = screen(true);
    const progress = new RunProgress(terminal);
    progress.show({ ...START, expectedSeconds: [4, null] });
    progress.show(CELL);
    expect(terminal.written[0]).not.toContain('left');
    progress.show({ event: 'cell-end', notebook: 'x', cell: 1, status: 'ok', seconds: 1 });
  });

  it('never fills the line, which would wrap', () => {
    vi.stubEnv('NO_COLOR', '1');
    const terminal = screen(true, 50);
    const progress = new RunProgress(terminal);
    progress.show(START);
    progress.show({ ...CELL, source: 'x'.repeat(200) });
    expect(terminal.written[0].slice('\r\x1b[K'.length).length).toBeLessThan(50);
    progress.show({ event: 'cell-end', notebook: 'x', cell: 1, status: 'ok', seconds: 1 });
  });

  it('colours a terminal only, and not with NO_COLOR', () => {
    const failed = { event: 'end', notebook: 'x', status: 'failed', seconds: 1, saved: null, cause: 'why' } as const;
    vi.stubEnv('NO_COLOR', '');
    const [colored, plain, piped] = [screen(true), screen(true), screen(false)];
    new RunProgress(colored).show(failed);
    new RunProgress(piped).show(failed);
    vi.stubEnv('NO_COLOR', '1');
    new RunProgress(plain).show(failed);
    expect(colored.written.at(-1)).toBe('\x1b[31mfailed\x1b[39m x after 1.0 s: why\n');
    expect(plain.written.at(-1)).toBe('failed x after 1.0 s: why\n');
    expect(piped.written).toEqual(['failed x after 1.0 s: why\n']);
  });
});
