import * as zmq from 'zeromq';
import { type ConnectionInfo, endpoint, type Header, MAX_MESSAGE_BYTES, type Message, Wire, WireError } from '../wire.ts';

export type RequestChannel = 'shell' | 'control' | 'stdin';
type Parent = Header | Record<string, never>;

/**
 * The five sockets of a kernel. Everything received is checked before it is handed on, and what is no message of this
 * connection is logged and dropped; everything sent keeps its order.
 */
export class Channels {
  readonly wire: Wire;
  readonly #requests: Record<RequestChannel, zmq.Router>;
  readonly #heartbeat = new zmq.Router();
  readonly #iopub: zmq.XPublisher;
  readonly #outgoing = new Map<zmq.Router | zmq.XPublisher, { queue: Buffer[][]; draining: boolean }>();
  readonly #log: (line: string) => void;

  constructor(connection: ConnectionInfo, log: (line: string) => void) {
    this.wire = new Wire(connection.key, connection.signature_scheme);
    this.#log = log;
    // No limit on what waits to be sent: a front end that reads slowly must not lose output.
    const options = { sendHighWaterMark: 0, receiveHighWaterMark: 0, linger: 1000, maxMessageSize: MAX_MESSAGE_BYTES };
    this.#requests = { shell: new zmq.Router(options), control: new zmq.Router(options), stdin: new zmq.Router(options) };
    // Every subscriber is heard of, not only the first of a topic.
    this.#iopub = new zmq.XPublisher({ ...options, verbosity: 'allSubs' });
  }

  /** Binds the sockets and starts to hand messages to the handler. */
  async open(connection: ConnectionInfo, handle: (channel: RequestChannel, message: Message) => void): Promise<void> {
    const channels = Object.keys(this.#requests) as RequestChannel[];
    await Promise.all([
      ...channels.map((channel) => this.#requests[channel].bind(endpoint(connection, channel))),
      this.#iopub.bind(endpoint(connection, 'iopub')),
      this.#heartbeat.bind(endpoint(connection, 'hb')),
    ]);
    for (const channel of channels) void this.#receive(channel, handle);
    void this.#echo();
    void this.#welcome();
  }

  /** Answers a request on the channel that it came by, and returns the id of the answer. */
  reply(channel: RequestChannel, request: Message, type: string, content: object): string {
    const header = this.wire.header(type);
    this.#send(this.#requests[channel], { identities: request.identities, header, parent_header: request.header, content });
    return header.msg_id;
  }

  /** Tells everybody who listens. */
  publish(type: string, parent: Parent, content: object, metadata: object = {}): void {
    const topic = Buffer.from(`kernel.${this.wire.session}.${type}`);
    this.#send(this.#iopub, { identities: [topic], header: this.wire.header(type), parent_header: parent, metadata, content });
  }

  /** Waits until everything is handed to the network, then closes the sockets. */
  async close(): Promise<void> {
    for (let tries = 0; tries < 100 && [...this.#outgoing.values()].some(({ draining }) => draining); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    for (const socket of [...Object.values(this.#requests), this.#iopub, this.#heartbeat]) socket.close();
  }

  #send(socket: zmq.Router | zmq.XPublisher, message: Parameters<Wire['encode']>[0]): void {
    let outgoing = this.#outgoing.get(socket);
    if (!outgoing) {
      outgoing = { queue: [], draining: false };
      this.#outgoing.set(socket, outgoing);
    }
    outgoing.queue.push(this.wire.encode(message));
    if (!outgoing.draining) void this.#drain(socket, outgoing);
  }

  /** A socket takes one message at a time. */
  async #drain(socket: zmq.Router | zmq.XPublisher, outgoing: { queue: Buffer[][]; draining: boolean }): Promise<void> {
    outgoing.draining = true;
    while (outgoing.queue.length > 0) {
      const batch = outgoing.queue;
      outgoing.queue = [];
      for (const frames of batch) {
        try {
          await socket.send(frames);
        } catch (thrown) {
          if (!socket.closed) this.#log(`a message could not be sent: ${thrown}`);
        }
      }
    }
    outgoing.draining = false;
  }

  async #receive(channel: RequestChannel, handle: (channel: RequestChannel, message: Message) => void): Promise<void> {
    for await (const frames of this.#requests[channel]) {
      try {
        handle(channel, this.wire.decode(frames as Buffer[]));
      } catch (thrown) {
        if (!(thrown instanceof WireError)) throw thrown;
        this.#log(`${channel}: a message was dropped: ${thrown.message}`);
      }
    }
  }

  async #echo(): Promise<void> {
    for await (const frames of this.#heartbeat) {
      try {
        await this.#heartbeat.send(frames);
      } catch {
        // The asker is gone.
      }
    }
  }

  /** Greets every new subscriber (JEP 65), so that it knows from when on it hears everything. */
  async #welcome(): Promise<void> {
    for await (const [frame] of this.#iopub) {
      if (frame?.[0] !== 1) continue;
      const subscription = (frame as Buffer).subarray(1);
      this.#send(this.#iopub, {
        identities: [subscription],
        header: this.wire.header('iopub_welcome'),
        content: { subscription: subscription.toString('utf8') },
      });
    }
  }
}
