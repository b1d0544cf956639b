/**
 * Lets tasks run one after the other. A task that never ends, because the cell it belonged to was interrupted in the middle,
 * holds the others up for a while and is then passed over.
 */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  /** @param patience milliseconds to wait for the task before */
  constructor(private readonly patience: number) {}

  /** Runs a task when those before it have ended, and passes on its result or its error. */
  take<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.ended(this.last).then(task);
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private async ended(task: Promise<unknown>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const outOfPatience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.patience);
      timer.unref();
    });
    await Promise.race([task, outOfPatience]);
    clearTimeout(timer);
  }
}
