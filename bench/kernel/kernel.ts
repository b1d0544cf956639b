import { stripVTControlCharacters } from 'node:util';
import { DeadKernelError, type ExecuteOptions, type KernelClient, type StartOptions, startKernel } from '../../src/notebook/index.ts';
import type { Subject } from './subjects.ts';

/** One cell of the table: what is printed, and the numbers behind it for the JSON file. */
export interface Outcome {
  text: string;
  values?: Record<string, unknown>;
}

/** Something did not happen in the time it was given. */
export class LateError extends Error {
  override name = 'LateError';
}

/** What a cell brought: the reply's content, and every text that was shown. */
export interface Run {
  status: string;
  error: string;
  text: string;
  /** Milliseconds from sending to reply and idle. */
  ms: number;
}

/** Hears every message about one cell. */
export type Listener = NonNullable<ExecuteOptions['onMessage']>;

/** No kernel gets longer than this for one measurement, whatever it waits for. */
const MEASUREMENT_SECONDS = 120;

/** Waits no longer than so many seconds; the promise itself goes on, and whoever ends the kernel ends it. */
export async function within<T>(seconds: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LateError(`${what}: not within ${seconds} s`)), seconds * 1000);
  });
  // a promise that loses the race may still fail when the kernel is killed
  promise.catch(() => {});
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Gives a measurement a fresh kernel and ends that kernel afterwards, however the measurement ended.
 *
 * @returns its outcome; that a kernel hung or died is an outcome too
 */
export async function withKernel(
  subject: Subject,
  measure: (client: KernelClient) => Promise<Outcome>,
  options: StartOptions = {},
): Promise<Outcome> {
  if (!subject.spec) return { text: 'not present' };
  let client: KernelClient | undefined;
  try {
    client = await startKernel(subject.spec, { startupSeconds: 30, ...options, env: { NO_COLOR: '1', ...options.env } });
    return await within(MEASUREMENT_SECONDS, 'measurement', measure(client));
  } catch (thrown) {
    if (thrown instanceof LateError) return { text: `hangs (${thrown.message})` };
    if (thrown instanceof DeadKernelError) return { text: 'dies', values: { exit: thrown.exit } };
    return { text: `failed: ${(thrown as Error).message.split('\n')[0].slice(0, 60)}` };
  } finally {
    // asked first, so that a kernel of several processes can end them all
    if (client) await within(6, 'shutdown', client.shutdown(2)).catch(() => client?.kill());
  }
}

/** Runs a cell and collects what it shows as plain text; kernels differ in whether a value is a result or a printed line. */
export async function run(client: KernelClient, code: string, seconds = 15, listen?: Listener): Promise<Run> {
  const texts: string[] = [];
  const started = performance.now();
  const onMessage: Listener = (message) => {
    texts.push(textOf(message));
    listen?.(message);
  };
  const { content } = await within(seconds, 'cell', client.execute(code, { onMessage, stopOnError: false }));
  const error = content.status === 'error' ? `${content.ename ?? 'error'}: ${content.evalue ?? ''}` : '';
  return { status: content.status, error, text: texts.join(''), ms: performance.now() - started };
}

/** Whether a cell shows a text, within the time. */
export async function shows(client: KernelClient, code: string, expected: string, seconds = 10): Promise<boolean> {
  try {
    return (await run(client, code, seconds)).text.includes(expected);
  } catch (thrown) {
    if (thrown instanceof LateError || thrown instanceof DeadKernelError) return false;
    throw thrown;
  }
}

/** The text of an output message, without colours. */
export function textOf({ header, content }: Parameters<Listener>[0]): string {
  if (header.msg_type === 'stream') return stripVTControlCharacters(content.text);
  const shown = ['execute_result', 'display_data'].includes(header.msg_type) ? content.data?.['text/plain'] : undefined;
  return typeof shown === 'string' ? stripVTControlCharacters(shown) : '';
}
