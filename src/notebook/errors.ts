import { UserError } from '../core/index.ts';

/** A cell raised: the kernel answered its execution with an `error`. Source: Jupyter messaging protocol 5.5, execute_reply. */
export class CellError extends UserError {
  override name = 'CellError';
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: string[];

  constructor(message: string, error: { ename: string; evalue: string; traceback: string[] }) {
    super(message);
    this.ename = error.ename;
    this.evalue = error.evalue;
    this.traceback = error.traceback;
  }
}

/** One cell ran longer than the limit for a cell. */
export class CellTimeoutError extends UserError {
  override name = 'CellTimeoutError';
}

/** The whole notebook ran longer than the limit for a notebook. */
export class NotebookTimeoutError extends UserError {
  override name = 'NotebookTimeoutError';
}

/** The user asked to stop while the notebook ran. */
export class InterruptedError extends UserError {
  override name = 'InterruptedError';
}

/** How a kernel's process ended. */
export interface KernelExit {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** The end of what the kernel wrote to standard error and output. */
  lastWords: string;
}

/** The kernel's process ended although nobody asked it to. */
export class DeadKernelError extends UserError {
  override name = 'DeadKernelError';
  readonly exit: KernelExit;

  constructor(kernel: string, exit: KernelExit) {
    super(`kernel '${kernel}' died: ${causeOfDeath(exit)}`);
    this.exit = exit;
  }
}

const OUT_OF_MEMORY = /heap out of memory|MemoryError|bad_alloc|Cannot allocate memory/;

function causeOfDeath({ exitCode, signal, lastWords }: KernelExit): string {
  const how = signal === null ? `its process ended with exit code ${exitCode}` : `its process was ended by ${signal}`;
  if (OUT_OF_MEMORY.test(lastWords)) return `it ran out of memory (${how})`;
  if (signal === 'SIGKILL') return `${how}, which is what the system does when memory runs out`;
  const line = lastWords.trimEnd().split('\n').at(-1)?.trim();
  return line ? `${how}; the last line it wrote was: ${line}` : `${how} and it wrote nothing about why`;
}
