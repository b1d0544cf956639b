import { prepareRun, type RunOptions, runPrepared } from '../notebook/index.ts';

/**
 * Runs notebooks one after the other, up to the first that fails; all are read and checked before the first kernel starts. The first
 * Ctrl-C (or SIGTERM) interrupts the cell and ends the run with what it has so far saved, the second kills the kernel.
 *
 * @param optionsOf the options of each, which must contain the signals it is given
 */
export async function runNotebooks(
  files: string[],
  optionsOf: (file: string, signals: { stop: AbortSignal; kill: AbortSignal }) => RunOptions,
): Promise<void> {
  const [stop, kill] = [new AbortController(), new AbortController()];
  const onSignal = () => (stop.signal.aborted ? kill : stop).abort();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  try {
    const runs = await Promise.all(files.map((file) => prepareRun(file, optionsOf(file, { stop: stop.signal, kill: kill.signal }))));
    for (const run of runs) await runPrepared(run);
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}
