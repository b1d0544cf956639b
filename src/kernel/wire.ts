import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

/** The Jupyter messaging protocol version spoken here. */
export const PROTOCOL_VERSION = '5.5';

/** What a Jupyter connection file holds. */
export interface ConnectionInfo {
  transport: 'tcp' | 'ipc';
  ip: string;
  shell_port: number;
  control_port: number;
  iopub_port: number;
  stdin_port: number;
  hb_port: number;
  key: string;
  signature_scheme: string;
  kernel_name?: string;
}

export interface Header {
  msg_id: string;
  session: string;
  username: string;
  date: string;
  msg_type: string;
  version: string;
  subshell_id?: string | null;
}

/** A decoded message. `identities` are the routing frames (ROUTER) or the topic (SUB). */
export interface Message {
  identities: Buffer[];
  header: Header;
  parent_header: Header | Record<string, never>;
  metadata: Record<string, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: content is whatever the peer sent; each handler checks what it reads
  content: Record<string, any>;
  buffers: Buffer[];
}

const DELIMITER = Buffer.from('<IDS|MSG>');
/** Larger messages are dropped unread: no sane client sends them and parsing one would stall the kernel. */
export const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;

/** Why a received message was dropped. */
export class WireError extends Error {
  override name = 'WireError';
}

/** The address of one socket of a connection, as ZeroMQ wants it. */
export function endpoint(connection: ConnectionInfo, channel: 'shell' | 'control' | 'iopub' | 'stdin' | 'hb'): string {
  const port = connection[`${channel}_port`];
  return connection.transport === 'ipc' ? `ipc://${connection.ip}-${port}` : `tcp://${connection.ip}:${port}`;
}

/** Signs, encodes, verifies and decodes the messages of one connection (https://jupyter-client.readthedocs.io, "wire protocol"). */
export class Wire {
  readonly session: string;
  readonly #key: string;
  readonly #scheme: string;
  readonly #username: string;

  constructor(key: string, signatureScheme = 'hmac-sha256', session: string = randomUUID(), username = 'kernel') {
    if (!signatureScheme.startsWith('hmac-')) {
      throw new WireError(`signature_scheme must start with 'hmac-', got '${signatureScheme}'`);
    }
    this.#key = key;
    this.#scheme = signatureScheme.slice('hmac-'.length);
    this.session = session;
    this.#username = username;
  }

  header(msgType: string): Header {
    return {
      msg_id: randomUUID(),
      session: this.session,
      username: this.#username,
      date: new Date().toISOString(),
      msg_type: msgType,
      version: PROTOCOL_VERSION,
    };
  }

  /** Frames of a message, ready for `socket.send`. */
  encode(message: {
    identities?: Buffer[];
    header: Header;
    parent_header?: Header | Record<string, never>;
    metadata?: object;
    content: object;
    buffers?: Uint8Array[];
  }): Buffer[] {
    const parts = [message.header, message.parent_header ?? {}, message.metadata ?? {}, message.content].map((part) =>
      Buffer.from(JSON.stringify(part)),
    );
    return [
      ...(message.identities ?? []),
      DELIMITER,
      Buffer.from(this.#sign(parts)),
      ...parts,
      ...(message.buffers ?? []).map((buffer) => Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength)),
    ];
  }

  /**
   * Checks the signature, then parses.
   * @throws WireError when the frames are no valid message of this connection
   */
  decode(frames: Buffer[]): Message {
    const start = frames.findIndex((frame) => frame.equals(DELIMITER));
    if (start < 0) throw new WireError('no <IDS|MSG> delimiter');
    if (frames.length < start + 6) throw new WireError(`expected at least 5 frames after the delimiter, got ${frames.length - start - 1}`);
    const total = frames.reduce((sum, frame) => sum + frame.length, 0);
    if (total > MAX_MESSAGE_BYTES) throw new WireError(`message of ${total} bytes is over the limit of ${MAX_MESSAGE_BYTES}`);
    const parts = frames.slice(start + 2, start + 6);
    if (this.#key !== '') {
      const expected = Buffer.from(this.#sign(parts));
      const received = frames[start + 1];
      if (received.length !== expected.length || !timingSafeEqual(received, expected)) throw new WireError('bad signature');
    }
    const [header, parent_header, metadata, content] = parts.map(parseObject);
    if (typeof header.msg_id !== 'string' || typeof header.msg_type !== 'string') throw new WireError('header lacks msg_id or msg_type');
    return {
      identities: frames.slice(0, start),
      header: header as unknown as Header,
      parent_header: parent_header as unknown as Header,
      metadata,
      content,
      buffers: frames.slice(start + 6),
    };
  }

  #sign(parts: Buffer[]): string {
    if (this.#key === '') return '';
    const hmac = createHmac(this.#scheme, this.#key);
    for (const part of parts) hmac.update(part);
    return hmac.digest('hex');
  }
}

function parseObject(frame: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(frame.toString('utf8'));
  } catch {
    throw new WireError('a frame is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new WireError('a frame is not a JSON object');
  return value as Record<string, unknown>;
}
