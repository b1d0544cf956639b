import type { ModuleDelta } from './compiler/modules.ts';
import type { CompiledCell } from './compiler/session.ts';

/** How a cell ended; `defined` are the names it declares that have a value now. */
export type CellOutcome =
  | { status: 'ok'; defined: string[]; bundle?: MimeBundle }
  | { status: 'error'; defined: string[]; ename: string; evalue: string; traceback: string[] };

/** What a front end shows, by mime type. */
export type MimeBundle = Record<string, unknown>;

/** What happens to a comm, from either side; `cell` stands for the request or the execution that caused it. */
export interface CommFrame {
  type: 'comm';
  cell: number;
  kind: 'open' | 'msg' | 'close';
  id: string;
  target?: string;
  data: Record<string, unknown>;
}

/** Frames from the server to the evaluator. */
export type ServerFrame =
  | { type: 'execute'; cell: number; name: string; compiled: CompiledCell; modules: ModuleDelta; publish: boolean }
  | { type: 'interrupt'; sequence: number }
  | { type: 'modules'; request: number; modules?: ModuleDelta; error?: string }
  | { type: 'input'; request: number; value?: string; error?: string }
  | CommFrame;

/** Frames from the evaluator to the server; `cell` tells which execution an output belongs to. */
export type EvaluatorFrame =
  | { type: 'ready' }
  | { type: 'stream'; cell: number; name: 'stdout' | 'stderr'; text: string }
  | { type: 'display'; cell: number; data: MimeBundle; displayId?: string; update: boolean }
  | { type: 'clear'; cell: number; wait: boolean }
  | { type: 'result'; cell: number; data: MimeBundle }
  | { type: 'done'; cell: number; outcome: CellOutcome }
  | { type: 'load'; request: number; specifier: string }
  | { type: 'input'; request: number; cell: number; prompt: string; password: boolean }
  | { type: 'exit'; code: number }
  | CommFrame;

/** File descriptors of an evaluator beside the standard three. */
export const DESCRIPTORS = { fromServer: 3, toServer: 4, interrupts: 5 } as const;

const HEAD = 4;

/** A frame as bytes: its length, then JSON. */
export function encodeFrame(frame: ServerFrame | EvaluatorFrame): Buffer {
  const body = JSON.stringify(frame);
  const length = Buffer.byteLength(body);
  const bytes = Buffer.allocUnsafe(HEAD + length);
  bytes.writeUInt32LE(length);
  bytes.write(body, HEAD);
  return bytes;
}

/** Cuts a stream of bytes into frames. Bytes are kept before they are looked at, so that an interrupted call loses none. */
export class FrameReader<Frame> {
  #chunks: Buffer[] = [];
  #size = 0;

  push(chunk: Buffer): void {
    this.#size += chunk.length;
    this.#chunks.push(chunk);
  }

  /** The next whole frame, if there is one. */
  next(): Frame | undefined {
    if (this.#size < HEAD) return undefined;
    if (this.#chunks[0].length < HEAD) this.#join();
    const length = this.#chunks[0].readUInt32LE();
    if (this.#size < HEAD + length) return undefined;
    if (this.#chunks[0].length < HEAD + length) this.#join();
    const [first] = this.#chunks;
    const body = first.subarray(HEAD, HEAD + length);
    const rest = first.subarray(HEAD + length);
    if (rest.length > 0) this.#chunks[0] = rest;
    else this.#chunks.shift();
    this.#size -= HEAD + length;
    return JSON.parse(body.toString('utf8')) as Frame;
  }

  #join(): void {
    this.#chunks = [Buffer.concat(this.#chunks)];
  }
}
