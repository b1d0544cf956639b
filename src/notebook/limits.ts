import { CellTimeoutError, InterruptedError, NotebookTimeoutError } from './errors.ts';

/** What may end a run from outside. */
export interface LimitOptions {
  /** Seconds that one cell may take. */
  cellSeconds?: number;
  /** Seconds that the whole run may take, the start of the kernel included. */
  totalSeconds?: number;
  /** Aborted to interrupt the running cell and stop. */
  stop?: AbortSignal;
}

/** The limits of one run; the clock of the whole run starts with the construction. */
export class RunLimits {
  readonly #options: LimitOptions;
  readonly #started = performance.now();

  constructor(options: LimitOptions) {
    this.#options = options;
  }

  /**
   * Waits for some work, but no longer than the limits allow.
   *
   * @param what the work in words, such as "cell 3", for the message
   * @param oneCell whether the limit for a cell applies
   * @returns what the work gives
   * @throws CellTimeoutError, NotebookTimeoutError or InterruptedError, while the work goes on: the caller ends it
   */
  async watch<T>(work: Promise<T>, what: string, oneCell: boolean): Promise<T> {
    const { cellSeconds, totalSeconds, stop } = this.#options;
    const timers: NodeJS.Timeout[] = [];
    let onStop: (() => void) | undefined;
    const limits = new Promise<never>((_, reject) => {
      const after = (seconds: number, error: Error) => timers.push(setTimeout(() => reject(error), Math.max(0, seconds) * 1000));
      if (oneCell && cellSeconds !== undefined) {
        after(
          cellSeconds,
          new CellTimeoutError(`${what} must end within ${cellSeconds} s (the limit for a cell), but it was still running`),
        );
      }
      if (totalSeconds !== undefined) {
        const left = totalSeconds - (performance.now() - this.#started) / 1000;
        after(left, new NotebookTimeoutError(`the notebook must end within ${totalSeconds} s, but ${what} was still running`));
      }
      onStop = () => reject(new InterruptedError(`${what} was interrupted`));
      if (stop?.aborted) onStop();
      stop?.addEventListener('abort', onStop);
    });
    try {
      return await Promise.race([work, limits]);
    } finally {
      for (const timer of timers) clearTimeout(timer);
      if (onStop) stop?.removeEventListener('abort', onStop);
    }
  }
}
