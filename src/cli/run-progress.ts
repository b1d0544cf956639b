import { basename } from 'node:path';
import { describeDiagnostic, type RunEvent } from '../notebook/index.ts';
import { duration, firstLine, mayColor, palette } from './text.ts';

/** Where progress is shown. */
export interface ProgressStream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/** Milliseconds between two drawings of the line. */
const INTERVAL = 200;

type Event<Name extends RunEvent['event']> = Extract<RunEvent, { event: Name }>;

/**
 * Shows how a run goes on: in a terminal one line that is updated, with the time taken and, where an earlier run recorded its times, the
 * time left; elsewhere one line for every finished cell.
 */
export class RunProgress {
  readonly #stream: ProgressStream;
  readonly #paint: ReturnType<typeof palette>;
  #start: Event<'start'> | undefined;
  #cell: Event<'cell-start'> | undefined;
  #cellBegan = 0;
  #runBegan = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(stream: ProgressStream) {
    this.#stream = stream;
    this.#paint = palette(mayColor(stream));
  }

  /** Takes the next event of a run. */
  show(event: RunEvent): void {
    switch (event.event) {
      case 'start':
        this.#start = event;
        this.#runBegan = performance.now();
        break;
      case 'diagnostic':
        this.#stream.write(`${describeDiagnostic(event.notebook, event)}\n`);
        break;
      case 'cell-start':
        this.#begin(event);
        break;
      case 'cell-end':
        this.#end(event);
        break;
      case 'end':
        this.#finish(event);
        break;
    }
  }

  /** Leaves the line alone while `work` uses the terminal. */
  async aside<T>(work: () => Promise<T>): Promise<T> {
    this.#stop();
    if (this.#stream.isTTY) this.#stream.write('\r\x1b[K');
    const value = await work();
    this.#go();
    return value;
  }

  #begin(event: Event<'cell-start'>): void {
    this.#cell = event;
    this.#cellBegan = performance.now();
    this.#go();
  }

  #go(): void {
    if (!this.#stream.isTTY) return;
    this.#draw();
    this.#timer = setInterval(() => this.#draw(), INTERVAL);
  }

  #stop(): void {
    clearInterval(this.#timer);
  }

  #end({ cell, status, seconds }: Event<'cell-end'>): void {
    this.#stop();
    if (this.#stream.isTTY || status === 'skipped') return;
    const source = this.#cell ? firstLine(this.#cell.source) : '';
    const what = status === 'error' ? 'failed after' : this.#cell?.replayed ? 'run again in' : 'done in';
    this.#stream.write(`${this.#place(cell)} ${what} ${duration(seconds)}: ${source}\n`);
  }

  #finish({ notebook, status, seconds, saved, cause }: Event<'end'>): void {
    this.#stop();
    if (this.#stream.isTTY) this.#stream.write('\r\x1b[K');
    if (status === 'ok') {
      const { green } = this.#paint;
      this.#stream.write(`${green('done')} ${notebook} in ${duration(seconds)}${saved === notebook ? '' : `, saved as ${saved}`}\n`);
      return;
    }
    this.#stream.write(`${this.#paint.red('failed')} ${notebook} after ${duration(seconds)}: ${cause}\n`);
    if (saved !== null) this.#stream.write(`${this.#paint.dim(`saved as far as it came in ${saved}; --resume goes on from there`)}\n`);
  }

  #draw(): void {
    const { cell, source, replayed } = this.#cell!;
    const took = (performance.now() - this.#cellBegan) / 1000;
    const left = this.#secondsLeft(cell, took);
    const times = `${duration((performance.now() - this.#runBegan) / 1000)}${left === undefined ? '' : `, about ${duration(left)} left`}`;
    const head = `${this.#place(cell)} ${replayed ? 'again: ' : ''}`;
    // a line that wraps could not be overwritten
    const room = Math.max(0, (this.#stream.columns || 80) - head.length - times.length - 3);
    this.#stream.write(`\r\x1b[K${head}${this.#paint.dim(firstLine(source).slice(0, room))}  ${times}`);
  }

  /** From what the cells took last time; nothing when that is not known of all that are left. */
  #secondsLeft(cell: number, took: number): number | undefined {
    const [here, ...after] = this.#start!.expectedSeconds.slice(cell - 1);
    if (here === null || after.includes(null)) return undefined;
    return Math.max(0, here - took) + (after as number[]).reduce((sum, seconds) => sum + seconds, 0);
  }

  #place(cell: number): string {
    return `${basename(this.#start!.notebook)} [${cell}/${this.#start!.cells}]`;
  }
}
