import type { EvaluatorFrame } from '../frames.ts';
import { send } from './channel.ts';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

const waiting = new Map<number, Waiting>();
let counter = 0;

/** Asks the server and waits for its answer. */
export function ask(frame: (request: number) => EvaluatorFrame): Promise<unknown> {
  const request = ++counter;
  return new Promise((resolve, reject) => {
    waiting.set(request, { resolve, reject });
    send(frame(request));
  });
}

/** Hands the server's answer to whoever asked. */
export function answer(request: number, value: unknown, error: string | undefined): void {
  const asker = waiting.get(request);
  waiting.delete(request);
  if (error !== undefined) asker?.reject(new Error(error));
  else asker?.resolve(value);
}
