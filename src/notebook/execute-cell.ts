import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from '../kernel/index.ts';
import type { ExecuteOptions, KernelClient } from './client.ts';
import { CellError } from './errors.ts';
import type { CodeCell } from './format.ts';
import type { RunLimits } from './limits.ts';
import type { OutputCollector } from './outputs.ts';
import { recordTiming } from './timing.ts';

/** How a cell is to be executed. */
export interface CellOptions {
  /** The cell in words, such as "cell 3". */
  what: string;
  limits: RunLimits;
  /** Seconds between the interrupt and the kill of a cell that went over a limit. */
  graceSeconds: number;
  /** Whether an error of the cell is no failure. */
  allowError: boolean;
  onInput?: ExecuteOptions['onInput'];
  onMessage?: (message: Message) => void;
}

/**
 * Executes a cell; its outputs, execution count and timing are those of this execution from then on, also when it fails.
 *
 * @returns 'error' when the cell raised and was allowed to
 * @throws CellError when the cell raised; what `RunLimits.watch` throws, after the cell was interrupted and, if that did not end it, the
 * kernel killed; DeadKernelError when the kernel died
 */
export async function executeCell(
  kernel: KernelClient,
  cell: CodeCell,
  collector: OutputCollector,
  options: CellOptions,
): Promise<'ok' | 'error'> {
  collector.reset(cell);
  cell.execution_count = null;
  delete cell.metadata.execution;
  const execution = kernel.execute(cell.source, {
    onInput: options.onInput,
    stopOnError: !options.allowError,
    onMessage: (message) => {
      collector.receive(cell, message);
      recordTiming(cell, message);
      options.onMessage?.(message);
    },
  });
  let reply: Message;
  try {
    reply = await options.limits.watch(execution, options.what, true);
  } catch (error) {
    if (!kernel.dead) await endExecution(kernel, execution, options.graceSeconds);
    throw error;
  } finally {
    collector.settle();
  }
  recordTiming(cell, reply);
  cell.execution_count = reply.content.execution_count ?? cell.execution_count;
  if (reply.content.status === 'ok') return 'ok';
  if (options.allowError) return 'error';
  throw cellError(options.what, reply);
}

/** Interrupts an execution; when it goes on all the same, kills the kernel. */
async function endExecution(kernel: KernelClient, execution: Promise<Message>, graceSeconds: number): Promise<void> {
  const ended = execution.then(
    () => true,
    () => true,
  );
  const waiting = new AbortController();
  await kernel.interrupt();
  const inTime = await Promise.race([ended, sleep(graceSeconds * 1000, false, { signal: waiting.signal, ref: true })]);
  waiting.abort();
  if (!inTime) await kernel.kill();
}

function cellError(what: string, { content }: Message): CellError {
  if (content.status === 'aborted') {
    return new CellError(`${what} was not run because an earlier one had failed`, { ename: 'Aborted', evalue: '', traceback: [] });
  }
  const error = {
    ename: String(content.ename ?? 'Error'),
    evalue: String(content.evalue ?? ''),
    traceback: (content.traceback ?? []).map(String),
  };
  return new CellError(`${what} failed: ${error.ename}: ${error.evalue.split('\n')[0]}`, error);
}
