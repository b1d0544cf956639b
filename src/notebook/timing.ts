import type { Message } from '../kernel/index.ts';
import type { CodeCell } from './format.ts';

/** Records when a message of a cell's execution was sent, in `metadata.execution` and under the names JupyterLab uses. */
export function recordTiming(cell: CodeCell, message: Message): void {
  const moment = momentOf(message);
  if (moment === undefined) return;
  cell.metadata.execution ??= {};
  cell.metadata.execution[moment] = message.header.date || new Date().toISOString();
}

/** Seconds that a saved cell took when it was last run, if it says so. */
export function secondsOf(cell: CodeCell): number | undefined {
  const times = cell.metadata.execution;
  const seconds = (Date.parse(times?.['iopub.status.idle'] ?? '') - Date.parse(times?.['iopub.status.busy'] ?? '')) / 1000;
  return seconds >= 0 ? seconds : undefined;
}

function momentOf({ header, content }: Message): string | undefined {
  if (header.msg_type === 'execute_input') return 'iopub.execute_input';
  if (header.msg_type === 'execute_reply') return 'shell.execute_reply';
  if (header.msg_type !== 'status') return undefined;
  return content.execution_state === 'busy' || content.execution_state === 'idle' ? `iopub.status.${content.execution_state}` : undefined;
}
