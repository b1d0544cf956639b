import { type KernelClient, startKernel } from '../../../src/notebook/index.ts';
import { LateError, type Outcome, run, within } from '../kernel.ts';
import type { Row } from '../row.ts';
import { duration, median, quantile } from '../statistics.ts';
import type { Subject } from '../subjects.ts';

const STARTS = 7;
const BLOCKS = 10;
const CELLS_PER_BLOCK = 25;
const WARM_UP = 25;

/** From the start of the process to the first result; the kernels take turns, so that a slow moment meets all. */
export const start: Row = {
  name: 'start',
  title: 'start → first result (median; range)',
  goal: '≤ 1.0 s',
  async measure(subjects) {
    const samples = subjects.map((): number[] => []);
    // The first start fills caches of the disk and, for ours, of the build.
    for (let turn = -1; turn < STARTS; turn++) {
      for (const [column, subject] of subjects.entries()) {
        if (!subject.spec) continue;
        const ms = await firstResult(subject);
        if (turn >= 0 && ms !== undefined) samples[column].push(ms);
      }
    }
    return subjects.map(({ spec }, column) => summary(spec !== undefined, samples[column]));
  },
};

/** Time for a cell that has hardly anything to do; all kernels run at once and take turns in blocks. */
export const trivial: Row = {
  name: 'trivial',
  title: `trivial cell, ${BLOCKS * CELLS_PER_BLOCK} (median; 95 %)`,
  goal: '≤ 4 ms',
  async measure(subjects) {
    const samples = subjects.map((): number[] => []);
    const clients = await Promise.all(subjects.map(({ spec }) => (spec ? startKernel(spec) : undefined)));
    try {
      for (let block = -1; block < BLOCKS; block++) {
        for (const [column, subject] of subjects.entries()) {
          const client = clients[column];
          if (!client) continue;
          const cells = block < 0 ? WARM_UP : CELLS_PER_BLOCK;
          const first = block < 0 ? 1_000_000 : block * CELLS_PER_BLOCK;
          const times = await trips(client, subject, first, cells);
          if (block >= 0) samples[column].push(...times);
        }
      }
    } finally {
      await Promise.all(clients.map((client) => client?.shutdown(2)));
    }
    return subjects.map(({ spec }, column) => {
      const times = samples[column];
      if (!spec) return { text: 'not present' };
      if (times.length === 0) return { text: 'hangs' };
      return { text: `${duration(median(times))}; ${duration(quantile(times, 0.95))}`, values: { ms: times } };
    });
  },
};

async function firstResult(subject: Subject): Promise<number | undefined> {
  const started = performance.now();
  let client: KernelClient | undefined;
  try {
    client = await startKernel(subject.spec!, { startupSeconds: 30 });
    await run(client, subject.cells.trivial(41), 30);
    return performance.now() - started;
  } catch (thrown) {
    if (thrown instanceof LateError) return undefined;
    throw thrown;
  } finally {
    if (client) await within(6, 'shutdown', client.shutdown(2)).catch(() => client?.kill());
  }
}

async function trips(client: KernelClient, subject: Subject, first: number, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = first; i < first + count; i++) {
    try {
      times.push((await run(client, subject.cells.trivial(i))).ms);
    } catch (thrown) {
      if (!(thrown instanceof LateError)) throw thrown;
      break;
    }
  }
  return times;
}

function summary(present: boolean, samples: number[]): Outcome {
  if (!present) return { text: 'not present' };
  if (samples.length === 0) return { text: 'hangs' };
  const text = `${duration(median(samples))}; ${duration(Math.min(...samples))} – ${duration(Math.max(...samples))}`;
  return { text, values: { ms: samples } };
}
