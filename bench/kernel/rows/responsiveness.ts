import { setTimeout as sleep } from 'node:timers/promises';
import type { KernelClient } from '../../../src/notebook/index.ts';
import type { Cells } from '../cells.ts';
import { type Outcome, within, withKernel } from '../kernel.ts';
import { oneByOne, type Row } from '../row.ts';
import { duration, median } from '../statistics.ts';

const LOOP_SECONDS = 5;
const PAUSE = 100;

/** How soon what is no cell is answered while a cell computes. */
export const responsiveness: Row = {
  name: 'responsiveness',
  title: `heartbeat / control / completion during a ${LOOP_SECONDS} s loop (median; worst)`,
  goal: '≤ 20 ms',
  measure: oneByOne((subject) => withKernel(subject, (client) => latencies(client, subject.cells))),
};

async function latencies(client: KernelClient, cells: Cells): Promise<Outcome> {
  const [code, match] = cells.completion;
  const complete = async () => {
    const { matches } = await client.complete(code, code.length);
    if (!matches?.some((found: string) => found.endsWith(match))) throw new Error(`completion must give ${match}, got ${matches}`);
  };
  await complete(); // so that what is measured is the loop, not the first completion ever
  let running = true;
  const loop = client.execute(cells.spin(LOOP_SECONDS));
  const ended = loop.finally(() => {
    running = false;
  });
  await sleep(300);
  const probe = async (ask: () => Promise<unknown>): Promise<number[]> => {
    const times: number[] = [];
    while (running) {
      const started = performance.now();
      await within(LOOP_SECONDS + 5, 'answer', ask());
      times.push(performance.now() - started);
      await sleep(PAUSE);
    }
    return times;
  };
  const [heartbeat, control, completion] = await Promise.all([
    probe(() => client.heartbeat()),
    probe(() => client.request('control', 'kernel_info_request', {})),
    probe(complete),
    within(LOOP_SECONDS + 10, 'loop', ended),
  ]);
  if (completion.length === 0) return { text: 'the loop did not run' };
  const all = { heartbeat, control, completion };
  const text = Object.values(all).map((times) => `${duration(median(times))}; ${duration(Math.max(...times))}`);
  return { text: text.join(' / '), values: all };
}
