import { randomUUID } from 'node:crypto';
import { checkOptions } from './options.ts';

/** Reports how far a loop has come. */
export interface Progress {
  /**
   * @param done how many of the total are finished
   * @param note a few words shown behind the bar, such as the current error
   */
  update(done: number, note?: string): void;
  /** Shows the last state and the time taken. Later calls do nothing. */
  finish(): void;
}

/** What a notebook kernel puts at `globalThis[Symbol.for('colora.display')]`. */
export interface NotebookDisplay {
  publish(bundle: Record<string, unknown>, options?: { displayId?: string; update?: boolean }): void;
}

/** Where progress goes when no notebook listens, and the clock it goes by. */
export interface ProgressOptions {
  /** A terminal to draw on; anything that is no TTY stays silent. */
  stream?: { isTTY?: boolean; columns?: number; write(text: string): unknown };
  /** Milliseconds. */
  now?: () => number;
  /** Whether the bar may be coloured. */
  colour?: boolean;
}

/** Milliseconds between two drawings, about 10 Hz. */
const INTERVAL = 100;
const BAR_WIDTH = 24;

interface State {
  label: string;
  done: number;
  total: number;
  note: string;
  /** Seconds since the start. */
  elapsed: number;
  finished: boolean;
}

/**
 * Shows the progress of a loop: share done, rate and estimated time left.
 *
 * In a notebook one display, updated in place; in a terminal one line on stderr; otherwise nothing. Drawn at most ten times
 * a second, so it may be called in every turn of a fast loop. Source: ours.
 *
 * @param total how many steps there are; 0 when unknown
 * @param label what is being done
 */
export function progress(total: number, label: string, options: ProgressOptions = {}): Progress {
  checkOptions('progress', options, ['stream', 'now', 'colour']);
  const { stream = process.stderr, now = () => performance.now(), colour = !process.env.NO_COLOR } = options;
  const draw = notebookDrawing() ?? terminalDrawing(stream, colour) ?? (() => {});
  const start = now();
  const state: State = { label, done: 0, total, note: '', elapsed: 0, finished: false };
  let lastDrawn = Number.NEGATIVE_INFINITY;

  return {
    update(done, note = '') {
      if (state.finished) return;
      state.done = done;
      state.note = note;
      const time = now();
      if (time - lastDrawn < INTERVAL) return;
      lastDrawn = time;
      state.elapsed = (time - start) / 1000;
      draw(state);
    },
    finish() {
      if (state.finished) return;
      state.finished = true;
      state.elapsed = (now() - start) / 1000;
      draw(state);
    },
  };
}

function notebookDrawing(): ((state: State) => void) | undefined {
  const display = (globalThis as Record<symbol, unknown>)[Symbol.for('colora.display')] as NotebookDisplay | undefined;
  if (display === undefined) return undefined;
  const displayId = `progress-${randomUUID()}`;
  let update = false;
  return (state) => {
    display.publish({ 'text/plain': `${state.label} ${describe(state)}`, 'text/html': html(state) }, { displayId, update });
    update = true;
  };
}

function terminalDrawing(stream: NonNullable<ProgressOptions['stream']>, colour: boolean): ((state: State) => void) | undefined {
  if (stream.isTTY !== true) return undefined;
  let width = 0;
  return (state) => {
    const filled = Math.round(share(state) * BAR_WIDTH);
    const head = `${state.label} `;
    const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`;
    // A line that wraps could not be overwritten.
    const tail = ` ${describe(state)}`.slice(0, Math.max(0, (stream.columns ?? 80) - 1 - head.length - BAR_WIDTH));
    const length = head.length + BAR_WIDTH + tail.length;
    const rest = ' '.repeat(Math.max(0, width - length));
    width = length;
    stream.write(`\r${head}${colour ? `\x1b[36m${bar}\x1b[39m` : bar}${tail}${rest}${state.finished ? '\n' : ''}`);
  };
}

function html(state: State): string {
  const value = state.total > 0 ? ` value="${state.done}" max="${state.total}"` : state.finished ? ' value="1"' : '';
  return `<div>${escapeHtml(state.label)} <progress${value}></progress> ${escapeHtml(describe(state))}</div>`;
}

/** Such as `12/40, 3.1/s, 9.0 s left, dist 2.1e-5`. */
function describe({ done, total, note, elapsed, finished }: State): string {
  const rate = done > 0 && elapsed > 0 ? done / elapsed : undefined;
  const parts = [total > 0 ? `${done}/${total}` : `${done}`];
  if (rate !== undefined) parts.push(pace(rate));
  if (finished) parts.push(`took ${duration(elapsed)}`);
  else if (rate !== undefined && total > 0) parts.push(`${duration((total - done) / rate)} left`);
  if (note !== '') parts.push(note);
  return parts.join(', ');
}

/** Steps per second, or seconds per step where steps are slow. */
function pace(rate: number): string {
  if (rate < 1) return `${(1 / rate).toPrecision(3)} s each`;
  return `${rate < 100 ? rate.toPrecision(3) : Math.round(rate)}/s`;
}

function share({ done, total }: State): number {
  return total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
}

/** Seconds, for a reader. */
function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60
    ? `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign);
}
