import { afterEach, describe, expect, it } from 'vitest';
import { type NotebookDisplay, progress } from '../../src/core/index.ts';

const DISPLAY = Symbol.for('colora.display');
const globals = globalThis as Record<symbol, unknown>;

afterEach(() => {
  delete globals[DISPLAY];
});

/** A clock that the test moves, in milliseconds. */
function clock() {
  const state = { time: 1000 };
  return { state, now: () => state.time };
}

function terminal(isTTY: boolean, columns = 100) {
  const written: string[] = [];
  return { written, stream: { isTTY, columns, write: (text: string) => written.push(text) } };
}

function notebook() {
  const published: { text: string; html: string; options: { displayId?: string; update?: boolean } }[] = [];
  const display: NotebookDisplay = {
    publish(bundle, options = {}) {
      published.push({ text: String(bundle['text/plain']), html: String(bundle['text/html']), options: { ...options } });
    },
  };
  globals[DISPLAY] = display;
  return published;
}

describe('progress in a notebook', () => {
  it('publishes one display and then updates it', () => {
    const published = notebook();
    const { state, now } = clock();
    const bar = progress(40, 'CoAltMin', { now });
    bar.update(0);
    state.time += 2000;
    bar.update(10, 'dist 2e-5');
    state.time += 1000;
    bar.finish();
    expect(published.map(({ text }) => text)).toEqual([
      'CoAltMin 0/40',
      'CoAltMin 10/40, 5.00/s, 6.0 s left, dist 2e-5',
      'CoAltMin 10/40, 3.33/s, took 3.0 s, dist 2e-5',
    ]);
    expect(published.map(({ options }) => options.update)).toEqual([false, true, true]);
    const ids = new Set(published.map(({ options }) => options.displayId));
    expect(ids.size).toBe(1);
    expect([...ids][0]).toMatch(/^progress-.{36}$/);
    expect(published[1].html).toContain('<progress value="10" max="40">');
  });

  it('gives every progress its own display', () => {
    const published = notebook();
    progress(1, 'a').finish();
    progress(1, 'b').finish();
    expect(published[0].options.displayId).not.toBe(published[1].options.displayId);
    expect(published[1].options.update).toBe(false);
  });

  it('publishes at most every 100 ms, and the end always', () => {
    const published = notebook();
    const { state, now } = clock();
    const bar = progress(1000, 'fast', { now });
    for (let i = 1; i <= 1000; i++) {
      bar.update(i);
      state.time += 1;
    }
    expect(published).toHaveLength(10);
    bar.finish();
    bar.finish();
    bar.update(3);
    expect(published).toHaveLength(11);
    expect(published[10].text).toBe('fast 1000/1000, 1000/s, took 1.0 s');
  });

  it('escapes what the caller gives', () => {
    const published = notebook();
    progress(2, '<b>&"').finish();
    expect(published[0].html).toContain('&lt;b&gt;&amp;&quot;');
    expect(published[0].html).not.toContain('<b>');
  });

  it('shows a count where the total is unknown, and slow steps by their length', () => {
    const published = notebook();
    const { state, now } = clock();
    const bar = progress(0, 'reading', { now });
    state.time += 125_000;
    bar.update(5);
    bar.finish();
    expect(published.map(({ text }) => text)).toEqual(['reading 5, 25.0 s each', 'reading 5, 25.0 s each, took 2 min 5 s']);
  });

  it('writes nothing to the terminal', () => {
    notebook();
    const { written, stream } = terminal(true);
    progress(2, 'x', { stream }).finish();
    expect(written).toEqual([]);
  });
});

describe('progress in a terminal', () => {
  it('draws one line over itself', () => {
    const { written, stream } = terminal(true);
    const { state, now } = clock();
    const bar = progress(4, 'work', { stream, now, colour: false });
    state.time += 1000;
    bar.update(1, 'a long note');
    state.time += 1000;
    bar.update(2);
    bar.finish();
    expect(written[0]).toBe(`\rwork ${'█'.repeat(6)}${'░'.repeat(18)} 1/4, 1.00/s, 3.0 s left, a long note`);
    // Blanks cover what the longer line left.
    expect(written[1]).toBe(`\rwork ${'█'.repeat(12)}${'░'.repeat(12)} 2/4, 1.00/s, 2.0 s left${' '.repeat(13)}`);
    expect(written[2].endsWith('\n')).toBe(true);
  });

  it('colours the bar only where allowed', () => {
    for (const colour of [true, false]) {
      const { written, stream } = terminal(true);
      progress(1, 'x', { stream, colour }).finish();
      expect(written[0].includes('\x1b[')).toBe(colour);
    }
  });

  it('honours NO_COLOR', () => {
    const old = process.env.NO_COLOR;
    process.env.NO_COLOR = '1';
    try {
      const { written, stream } = terminal(true);
      progress(1, 'x', { stream }).finish();
      expect(written[0]).toContain('░');
      expect(written[0]).not.toContain('\x1b');
    } finally {
      if (old === undefined) delete process.env.NO_COLOR;
      else process.env.NO_COLOR = old;
    }
  });

  it('stays within the width of the terminal', () => {
    const { written, stream } = terminal(true, 50);
    const bar = progress(10, 'work', { stream, colour: false });
    bar.update(3, 'n'.repeat(200));
    expect(written[0].length).toBeLessThanOrEqual(50);
  });

  it('is silent where nobody looks', () => {
    const { written, stream } = terminal(false);
    const bar = progress(2, 'x', { stream });
    bar.update(1);
    bar.finish();
    expect(written).toEqual([]);
  });

  it('rejects unknown options', () => {
    expect(() => progress(1, 'x', { color: true } as object)).toThrow("progress: option must be one of stream, now, colour, got 'color'");
  });
});
