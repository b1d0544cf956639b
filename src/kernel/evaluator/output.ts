import { send } from './channel.ts';
import { currentCell, InterruptedError } from './context.ts';

/** Sends what is written to the standard streams to the cell that writes it. */
export function captureStreams(): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = process[name];
    stream.write = (chunk: string | Uint8Array, encoding?: unknown, callback?: unknown): boolean => {
      const { cell, interrupted } = currentCell();
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('utf8');
      if (!interrupted && text !== '') send({ type: 'stream', cell, name, text });
      const done = typeof encoding === 'function' ? encoding : callback;
      if (typeof done === 'function') process.nextTick(done);
      return true;
    };
  }
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    const print = console[method].bind(console);
    console[method] = (...values: unknown[]) => {
      if (currentCell().interrupted) throw new InterruptedError();
      print(...values);
    };
  }
}
