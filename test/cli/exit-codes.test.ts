import { describe, expect, it } from 'vitest';
import { exitCodeOf, report } from '../../src/cli/exit-codes.ts';
import { UsageError } from '../../src/cli/usage.ts';
import { UserError } from '../../src/core/index.ts';
import { CellError, CellTimeoutError, DeadKernelError, InterruptedError, NotebookTimeoutError } from '../../src/notebook/index.ts';

describe('exitCodeOf', () => {
  it.each([
    [new UserError('u'), 1],
    [new CellError('c', { ename: 'E', evalue: '', traceback: [] }), 1],
    [new UsageError('u'), 2],
    [new CellTimeoutError('t'), 3],
    [new NotebookTimeoutError('t'), 3],
    [new DeadKernelError('k', { exitCode: 1, signal: null, lastWords: '' }), 4],
    [new InterruptedError('i'), 130],
    [new TypeError('a bug'), 1],
    ['a string', 1],
  ])('%s: %i', async (error, code) => {
    expect(await exitCodeOf(error)).toBe(code);
  });
});

describe('report', () => {
  it('shows the sentence of an error for the user and the stack of a bug', () => {
    expect(report(new UserError('one sentence'))).toBe('one sentence');
    expect(report(new TypeError('a bug'))).toMatch(/^TypeError: a bug\n +at /);
    expect(report('thrown')).toBe('thrown');
  });
});
