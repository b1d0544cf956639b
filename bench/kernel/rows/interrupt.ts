import { setTimeout as sleep } from 'node:timers/promises';
import { DeadKernelError, type KernelClient } from '../../../src/notebook/index.ts';
import type { Cells } from '../cells.ts';
import { LateError, type Listener, type Outcome, run, shows, textOf, within, withKernel } from '../kernel.ts';
import { oneByOne, type Row } from '../row.ts';
import { duration } from '../statistics.ts';

/** The two ways a front end interrupts a kernel. */
const WAYS = {
  message: async (client: KernelClient) => {
    // the time counts until the cell ends; that of the reply does not matter
    client.request('control', 'interrupt_request', {}, { timeoutSeconds: 5 }).catch(() => {});
  },
  SIGINT: async (client: KernelClient) => {
    // as jupyter_client does it: to the whole process group
    process.kill(-client.pid, 'SIGINT');
  },
};
const PATIENCE_SECONDS = 5;
/** Compiling a cell takes some kernels a good part of this. */
const RUNNING_MS = 1500;
/** Some kernels abort whatever is sent right after an error, which says nothing about the interrupt. */
const SETTLE_MS = 500;

type Way = keyof typeof WAYS;

function row(name: string, title: string, goal: string, way: Way, cell: (cells: Cells) => string): Row {
  return {
    name,
    title: `${title}, by ${way}`,
    goal,
    measure: oneByOne((subject) =>
      withKernel(subject, async (client) => {
        await run(client, subject.cells.keep);
        const ms = await interrupted(client, cell(subject.cells), way);
        if (typeof ms === 'string') return { text: ms };
        await sleep(SETTLE_MS);
        const kept = await shows(client, subject.cells.kept, '42', PATIENCE_SECONDS);
        return { text: `${duration(ms)}, ${kept ? 'kept' : client.dead ? 'then dies' : 'variables lost or hangs'}`, values: { ms, kept } };
      }),
    ),
  };
}

/** Milliseconds from the interrupt to the end of the cell, or what happened instead. */
async function interrupted(client: KernelClient, code: string, way: Way): Promise<number | string> {
  const { cell } = await started(client, code);
  const sent = performance.now();
  await WAYS[way](client);
  try {
    await within(PATIENCE_SECONDS, 'interrupt', cell);
    return performance.now() - sent;
  } catch (thrown) {
    if (thrown instanceof LateError) return `not within ${PATIENCE_SECONDS} s`;
    if (thrown instanceof DeadKernelError) return 'dies';
    throw thrown;
  }
}

/** Starts a cell that never ends and gives it time to be in the middle of it. */
async function started(client: KernelClient, code: string, listen?: Listener): Promise<{ cell: Promise<unknown> }> {
  let begin: () => void = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const cell = client.execute(code, {
    onMessage: (message) => {
      listen?.(message);
      begin();
    },
  });
  cell.catch(() => {});
  await within(15, 'start of the cell', begun);
  await sleep(RUNNING_MS);
  return { cell };
}

/** Interrupts of computing and of waiting cells. */
export const interrupts: Row[] = (['message', 'SIGINT'] as const).flatMap((way) => [
  row(`loop-${way}`.toLowerCase(), 'while(true){} interrupted', '≤ 0.2 s, kept', way, (cells) => cells.busyLoop),
  row(`await-${way}`.toLowerCase(), 'await forever interrupted', '≤ 0.2 s, kept', way, (cells) => cells.waitForever),
  row(`await-loop-${way}`.toLowerCase(), 'await x; while(true){} interrupted', '≤ 0.2 s, kept', way, (cells) => cells.loopAfterAwait),
]);

/** An interrupted cell that goes on in the background must not print into later ones. */
export const silence: Row = {
  name: 'silence',
  title: 'lines printed by an interrupted await loop in the next 1.5 s',
  goal: '0',
  measure: oneByOne((subject) => withKernel(subject, (client) => ticksAfterInterrupt(client, subject.cells))),
};

async function ticksAfterInterrupt(client: KernelClient, cells: Cells): Promise<Outcome> {
  let stopped = Number.POSITIVE_INFINITY;
  let before = 0;
  let after = 0;
  const count = (message: Parameters<Listener>[0]) => {
    const ticks = textOf(message).split('tick').length - 1;
    // What was printed before the interrupt may still be under way for a moment.
    if (performance.now() > stopped + 200) after += ticks;
    else before += ticks;
  };
  await run(client, cells.keep);
  const { cell } = await started(client, cells.ticking, count);
  if (before === 0) return { text: 'the cell did not run' };
  const way = await stop(client, cell);
  stopped = performance.now();
  await sleep(SETTLE_MS);
  await run(client, cells.pause(1.5), PATIENCE_SECONDS, count);
  return { text: `${after} (by ${way})`, values: { before, after } };
}

/** Interrupts a cell by message and, where that does nothing, by signal. */
async function stop(client: KernelClient, cell: Promise<unknown>): Promise<Way> {
  await WAYS.message(client);
  try {
    await within(2, 'interrupt by message', cell);
    return 'message';
  } catch (thrown) {
    if (!(thrown instanceof LateError)) throw thrown;
  }
  await WAYS.SIGINT(client);
  await within(PATIENCE_SECONDS, 'interrupt', cell);
  return 'SIGINT';
}
