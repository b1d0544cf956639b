import { DeadKernelError, type KernelClient } from '../../../src/notebook/index.ts';
import { LateError, type Outcome, run, shows, withKernel } from '../kernel.ts';
import { oneByOne, type Row } from '../row.ts';

/** The cell ends its own process. */
export const exit: Row = {
  name: 'exit',
  title: 'process.exit(3) in a cell',
  goal: 'error, goes on',
  measure: oneByOne((subject) => withKernel(subject, (client) => ends(client, subject.cells.exit, subject.cells.trivial(41), 20))),
};

/** The cell takes more memory than it may. */
export const memory: Row = {
  name: 'memory',
  title: 'out of memory (heap of 256 MiB; Python: 2 GiB of address space)',
  goal: 'error, goes on',
  measure: oneByOne((subject) =>
    withKernel(subject, (client) => ends(client, subject.cells.hoard, subject.cells.trivial(41), 90), { env: subject.smallHeap }),
  ),
};

/** What the client is told, and whether the kernel answers afterwards. */
async function ends(client: KernelClient, code: string, after: string, seconds: number): Promise<Outcome> {
  try {
    const { status, error } = await run(client, code, seconds);
    const goesOn = await shows(client, after, '42', 20);
    const told = `error ${error.split(':')[0]}`;
    return { text: `${status === 'error' ? told : status}; ${goesOn ? 'goes on' : 'does not answer'}`, values: { status, error, goesOn } };
  } catch (thrown) {
    if (thrown instanceof LateError) return { text: 'the client waits for ever' };
    if (!(thrown instanceof DeadKernelError)) throw thrown;
    const { exitCode, signal } = thrown.exit;
    return { text: `dies, no reply (${signal ?? `exit code ${exitCode}`})`, values: { exitCode, signal } };
  }
}
