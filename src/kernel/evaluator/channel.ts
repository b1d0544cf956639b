import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { DESCRIPTORS, type EvaluatorFrame, encodeFrame, FrameReader, type ServerFrame } from '../frames.ts';

/**
 * Sends frames to the server. Writing is synchronous: output appears while a cell is busy, in order, and a cell that prints
 * faster than it is read is slowed down instead of losing output.
 */
export function send(...frames: EvaluatorFrame[]): void {
  let bytes = frames.length === 1 ? encodeFrame(frames[0]) : Buffer.concat(frames.map(encodeFrame));
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(DESCRIPTORS.toServer, bytes));
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException;
      if (code === 'EPIPE') process.kill(process.pid, 'SIGKILL'); // the server is gone, and with it all reason to go on
      if (code !== 'EAGAIN') throw thrown;
    }
  }
}

/** Hands every frame of the server to a handler. */
export function receive(handle: (frame: ServerFrame) => void): void {
  const reader = new FrameReader<ServerFrame>();
  const socket = new Socket({ fd: DESCRIPTORS.fromServer, readable: true, writable: false });
  socket.on('data', (chunk) => {
    reader.push(chunk);
    for (let frame = reader.next(); frame; frame = reader.next()) handle(frame);
  });
  socket.on('close', () => process.kill(process.pid, 'SIGKILL'));
}
