import { describe, expect, it } from 'vitest';
import { CellTimeoutError, InterruptedError, NotebookTimeoutError } from '../../src/notebook/errors.ts';
import { RunLimits } from '../../src/notebook/limits.ts';

const forever = () => new Promise<never>(() => {});

describe('RunLimits', () => {
  it('gives what the work gives when no limit is met', async () => {
    expect(await new RunLimits({ cellSeconds: 100, totalSeconds: 100 }).watch(Promise.resolve(7), 'cell 1', true)).toBe(7);
    await expect(new RunLimits({}).watch(Promise.reject(new Error('own')), 'cell 1', true)).rejects.toThrow('own');
  });

  it('tells the limit of a cell from that of the notebook', async () => {
    await expect(new RunLimits({ cellSeconds: 0.01, totalSeconds: 100 }).watch(forever(), 'cell 1', true)).rejects.toThrow(
      CellTimeoutError,
    );
    await expect(new RunLimits({ cellSeconds: 100, totalSeconds: 0.01 }).watch(forever(), 'cell 1', true)).rejects.toThrow(
      NotebookTimeoutError,
    );
  });

  it('applies the limit of a cell to cells only', async () => {
    const limits = new RunLimits({ cellSeconds: 0.01, totalSeconds: 0.1 });
    await expect(limits.watch(forever(), 'the start', false)).rejects.toThrow(
      'the notebook must end within 0.1 s, but the start was still running',
    );
  });

  it('counts the whole time from the construction', async () => {
    const limits = new RunLimits({ totalSeconds: 0.05 });
    await new Promise((resolve) => setTimeout(resolve, 60));
    await expect(limits.watch(forever(), 'cell 2', true)).rejects.toThrow(NotebookTimeoutError);
  });

  it('stops when told, also when that was before', async () => {
    const stop = new AbortController();
    const watched = new RunLimits({ stop: stop.signal }).watch(forever(), 'cell 1', true);
    stop.abort();
    await expect(watched).rejects.toThrow(InterruptedError);
    await expect(new RunLimits({ stop: stop.signal }).watch(forever(), 'cell 2', true)).rejects.toThrow('cell 2 was interrupted');
  });
});
