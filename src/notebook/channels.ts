import { Dealer, Request, Subscriber } from 'zeromq';
import { messageOf } from '../core/index.ts';
import { type ConnectionInfo, endpoint, type Header, type Message, Wire } from '../kernel/index.ts';

/** The sockets a client sends on. */
export type Channel = 'shell' | 'control' | 'stdin';

// No high-water mark: a client must not lose output, and a request must not wait for room. No linger: closing never blocks the exit.
const READER = { linger: 0, receiveHighWaterMark: 0, reconnectInterval: 20 };
const SOCKET = { ...READER, sendHighWaterMark: 0 };

/**
 * The client's ends of a kernel's five sockets: signs and sends, verifies and hands on what comes. Source: Jupyter messaging protocol
 * 5.5.
 */
export class Channels {
  /** Why a message was last dropped, for the error of a kernel that never seems to answer. */
  problem: string | undefined;
  readonly #wire: Wire;
  readonly #sockets: Record<Channel, Dealer>;
  readonly #iopub: Subscriber;
  readonly #heartbeat: Request;

  /** @param receive called for every valid message, in each channel's order */
  constructor(connection: ConnectionInfo, receive: (channel: Channel | 'iopub', message: Message) => void) {
    this.#wire = new Wire(connection.key, connection.signature_scheme, undefined, 'colora');
    // input_request is addressed to the identity that sent the execution, so the channels share one
    const dealer = (channel: Channel) => {
      const socket = new Dealer({ ...SOCKET, routingId: this.#wire.session });
      socket.connect(endpoint(connection, channel));
      return socket;
    };
    this.#sockets = { shell: dealer('shell'), control: dealer('control'), stdin: dealer('stdin') };
    this.#iopub = new Subscriber(READER);
    this.#iopub.subscribe('');
    this.#iopub.connect(endpoint(connection, 'iopub'));
    this.#heartbeat = new Request({ ...SOCKET, correlate: true, relaxed: true });
    this.#heartbeat.connect(endpoint(connection, 'hb'));
    for (const channel of ['shell', 'control', 'stdin'] as const) void this.#listen(this.#sockets[channel], (m) => receive(channel, m));
    void this.#listen(this.#iopub, (message) => receive('iopub', message));
  }

  /** A header for a message of this session. */
  header(type: string): Header {
    return this.#wire.header(type);
  }

  /** Sends a message; `parent` is given when it answers one. */
  send(channel: Channel, header: Header, content: object, parent?: Header): void {
    this.#sockets[channel].send(this.#wire.encode({ header, content, parent_header: parent })).catch((error) => {
      this.problem = messageOf(error);
    });
  }

  /** Sends a heartbeat and waits until it comes back. */
  async heartbeat(): Promise<void> {
    await this.#heartbeat.send('ping');
    await this.#heartbeat.receive();
  }

  /** Closes every socket; nothing is received afterwards. */
  close(): void {
    for (const socket of [...Object.values(this.#sockets), this.#iopub, this.#heartbeat]) socket.close();
  }

  async #listen(socket: Dealer | Subscriber, receive: (message: Message) => void): Promise<void> {
    for await (const frames of socket) {
      let message: Message;
      try {
        message = this.#wire.decode(frames);
      } catch (error) {
        this.problem = messageOf(error);
        continue;
      }
      receive(message);
    }
  }
}
