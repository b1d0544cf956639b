import { UserError } from '../core/index.ts';
import { UsageError } from './usage.ts';

/** The exit codes of every command, for `--help`. */
export const EXIT_CODES = `Exit codes: 0 done, 1 wrong input or a failed cell or a type error, 2 wrong command line, 3 a time limit, 4 the kernel died, 130 interrupted.`;

/** The exit code for what a command threw. The notebook machinery is loaded only then, since the help needs none of it. */
export async function exitCodeOf(error: unknown): Promise<number> {
  if (error instanceof UsageError) return 2;
  const { CellTimeoutError, DeadKernelError, InterruptedError, NotebookTimeoutError } = await import('../notebook/index.ts');
  if (error instanceof CellTimeoutError || error instanceof NotebookTimeoutError) return 3;
  if (error instanceof DeadKernelError) return 4;
  return error instanceof InterruptedError ? 130 : 1;
}

/** What to print about it: the sentence of an error meant for the user, the stack of a bug. */
export function report(error: unknown): string {
  if (error instanceof UserError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
