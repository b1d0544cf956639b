import { setTimeout as sleep } from 'node:timers/promises';
import type { KernelClient } from '../../../src/notebook/index.ts';
import type { Cells } from '../cells.ts';
import { LateError, type Outcome, run, textOf, withKernel } from '../kernel.ts';
import { oneByOne, type Row } from '../row.ts';

const LINES = 20_000;
const LINES_SECONDS = 40;
const RUNS = 60;

/** A loop that prints very much. */
export const lines: Row = {
  name: 'lines',
  title: `${LINES.toLocaleString('en')} log lines`,
  goal: 'all, in order, idle last',
  measure: oneByOne((subject) => withKernel(subject, (client) => printMany(client, subject.cells))),
};

/** Nothing that belongs to a cell may come after its idle: front ends stop listening there. */
export const afterIdle: Row = {
  name: 'after-idle',
  title: `cells with output after idle, of ${RUNS}`,
  goal: '0',
  measure: oneByOne((subject) => withKernel(subject, (client) => countLate(client, subject.cells))),
};

async function printMany(client: KernelClient, cells: Cells): Promise<Outcome> {
  let text = '';
  let idle = false;
  let late = 0;
  let lost = false;
  try {
    await run(client, cells.lines(LINES), LINES_SECONDS, (message) => {
      if (message.content.execution_state === 'idle') idle = true;
      else if (idle) late++;
      text += textOf(message);
    });
  } catch (thrown) {
    if (!(thrown instanceof LateError)) throw thrown;
    lost = true;
  }
  await sleep(1000);
  const numbers = text.split(/\s+/).filter(Boolean).map(Number);
  const share = (new Set(numbers).size / LINES) * 100;
  const ordered = numbers.every((value, i) => i === 0 || value > numbers[i - 1]);
  const end = lost ? 'idle or reply lost' : late > 0 ? 'idle not last' : 'idle last';
  const amount = share === 100 ? 'all' : `${share.toPrecision(2)} %`;
  return { text: `${amount}, ${ordered ? 'in order' : 'out of order'}, ${end}`, values: { share, ordered, late, lost } };
}

async function countLate(client: KernelClient, cells: Cells): Promise<Outcome> {
  let late = 0;
  for (let i = 0; i < RUNS; i++) {
    let idle = false;
    let after = false;
    await run(client, cells.printAndGive(i), 15, (message) => {
      if (idle) after = true;
      if (message.content.execution_state === 'idle') idle = true;
    });
    await sleep(40);
    if (after) late++;
  }
  return { text: String(late), values: { late } };
}
