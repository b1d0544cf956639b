import { Session } from 'node:inspector';
import { Socket } from 'node:net';
import { Worker, workerData } from 'node:worker_threads';
import { DESCRIPTORS, FrameReader, type ServerFrame } from '../frames.ts';

/** How long the main thread may take to notice an interrupt by itself, in milliseconds. */
const GRACE = 20;

/** Starts the thread that can interrupt the main one. Returns the function by which the main thread says it has seen an interrupt. */
export function startInterrupter(file: string): (sequence: number) => void {
  const seen = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(file, { workerData: { seen }, stdout: false, stderr: false });
  worker.unref();
  return (sequence) => {
    Atomics.store(seen, 0, sequence);
    Atomics.notify(seen, 0);
  };
}

/**
 * The interrupting thread. It hears of an interrupt by a channel of its own. A main thread that is only waiting gets the same
 * message and answers by itself; one that is busy does not, and then its JavaScript is terminated, wherever it is.
 */
export function interrupterMain(): void {
  const { seen } = workerData as { seen: Int32Array };
  const reader = new FrameReader<ServerFrame>();
  const socket = new Socket({ fd: DESCRIPTORS.interrupts, readable: true, writable: false });
  socket.on('data', (chunk) => {
    reader.push(chunk);
    for (let frame = reader.next(); frame; frame = reader.next()) {
      if (frame.type !== 'interrupt') continue;
      const before = Atomics.load(seen, 0);
      if (before < frame.sequence) Atomics.wait(seen, 0, before, GRACE);
      if (Atomics.load(seen, 0) < frame.sequence) terminateMainThread();
    }
  });
  // The server is gone; a busy main thread would never find out.
  socket.on('close', () => process.kill(process.pid, 'SIGKILL'));
}

/** Attached only for this moment: an inspector that stays attached would hold up the end of the process. */
function terminateMainThread(): void {
  const session = new Session();
  session.connectToMainThread();
  session.post('Runtime.terminateExecution', () => session.disconnect());
}
