import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../core/index.ts';
import type { ConnectionInfo, Message } from '../kernel/index.ts';
import { type Channel, Channels } from './channels.ts';
import { type ConnectionFile, writeConnectionFile } from './connection.ts';
import { DeadKernelError } from './errors.ts';
import { KernelProcess, type ProcessOptions } from './kernel-process.ts';
import type { Kernelspec } from './kernelspecs.ts';

/** What a message carries; its form depends on its type (Jupyter messaging protocol 5.5). */
export type Content = Message['content'];

/** Where a kernel starts and how long that may take. */
export interface StartOptions extends ProcessOptions {
  /** Seconds until the kernel must have answered; 60 unless told. */
  startupSeconds?: number;
  /** Aborted to give up a start in progress. */
  signal?: AbortSignal;
}

/** Options of one request. */
export interface RequestOptions {
  /** Seconds to wait for the reply; without it, as long as the kernel lives. */
  timeoutSeconds?: number;
}

/** Options of one execution. */
export interface ExecuteOptions {
  /** Called for every iopub message of this execution, in order; after `idle`, only what the code left running still prints. */
  onMessage?: (message: Message) => void;
  /** Answers the cell's questions; without it the kernel is told that nobody can. */
  onInput?: (prompt: string, password: boolean) => Promise<string>;
  silent?: boolean;
  storeHistory?: boolean;
  stopOnError?: boolean;
  userExpressions?: Record<string, string>;
}

interface Pending {
  resolve: (reply: Message) => void;
  reject: (error: Error) => void;
  reply?: Message;
  /** Whether `idle` has come, or need not be waited for. */
  idle: boolean;
  options: ExecuteOptions;
}

/** Seconds that the socket buffers of a dead kernel get to be read out, so that what it said last is not lost. */
const LAST_MESSAGES_SECONDS = 0.2;

/**
 * Starts a kernel and waits until it answers and its output is heard.
 *
 * @returns a client which owns the process: call `shutdown()` when done
 * @throws UserError when the command cannot be run or stays silent; DeadKernelError when the process ends meanwhile
 */
export async function startKernel(spec: Kernelspec, options: StartOptions = {}): Promise<KernelClient> {
  for (let attempt = 1; ; attempt++) {
    const file = await writeConnectionFile(spec.name);
    let client: KernelClient | undefined;
    const giveUp = () => void client?.kill();
    try {
      client = new KernelClient(spec, file, await KernelProcess.start(spec, file.path, options));
      options.signal?.addEventListener('abort', giveUp);
      if (options.signal?.aborted) giveUp();
      await client.ready(options.startupSeconds ?? 60);
      return client;
    } catch (error) {
      if (client) await client.kill();
      else file.remove();
      // The ports were free when chosen; another program may have taken one before the kernel bound it.
      const taken = error instanceof DeadKernelError && /address (is )?already in use|EADDRINUSE/i.test(error.exit.lastWords);
      if (!taken || attempt === 3) throw error;
    } finally {
      options.signal?.removeEventListener('abort', giveUp);
    }
  }
}

/** A running kernel seen from its client. Every reply and output is routed by the id of the request that caused it. */
export class KernelClient {
  readonly spec: Kernelspec;
  readonly connection: ConnectionInfo;
  readonly pid: number;
  /** Content of the kernel's kernel_info_reply. */
  info: Content = {};
  readonly #file: ConnectionFile;
  readonly #process: KernelProcess;
  readonly #channels: Channels;
  readonly #pending = new Map<string, Pending>();
  // Kept after the end: what a cell left running goes on printing into that cell.
  readonly #listeners = new Map<string, (message: Message) => void>();
  readonly #heard: Promise<void>;
  #hear: () => void = () => {};
  #dead: DeadKernelError | undefined;
  #ending: Promise<void> | undefined;

  constructor(spec: Kernelspec, file: ConnectionFile, process: KernelProcess) {
    this.spec = spec;
    this.connection = file.info;
    this.pid = process.pid;
    this.#file = file;
    this.#process = process;
    this.#heard = new Promise((resolve) => {
      this.#hear = resolve;
    });
    this.#channels = new Channels(file.info, (channel, message) => this.#receive(channel, message));
    void process.exited.then(async (exit) => {
      if (!this.#ending) await sleep(LAST_MESSAGES_SECONDS * 1000);
      this.#dead = new DeadKernelError(spec.name, exit);
      for (const pending of this.#pending.values()) pending.reject(this.#dead);
      this.#pending.clear();
      this.#channels.close();
      file.remove();
    });
  }

  /** Why the kernel is gone, or undefined while it lives. */
  get dead(): DeadKernelError | undefined {
    return this.#dead;
  }

  /**
   * Waits for kernel_info and for proof that the iopub subscription works: iopub_welcome from the kernels that send it, otherwise the
   * `status` of one of the requests, which are repeated until one is heard.
   */
  async ready(seconds: number): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    const silent = () =>
      new UserError(
        `startKernel: kernel '${this.spec.name}' must answer within ${seconds} s, got ${this.#channels.problem ?? 'nothing'} (start it by hand to see why: ${this.spec.argv.join(' ')})`,
      );
    for (let heard = false; !heard; ) {
      const reply = await this.request('shell', 'kernel_info_request', {}, { timeoutSeconds: (deadline - Date.now()) / 1000 }).catch(
        (error) => {
          throw error instanceof DeadKernelError ? error : silent();
        },
      );
      this.info = reply;
      heard = await Promise.race([this.#heard.then(() => true), sleep(50, false)]);
      if (!heard && Date.now() > deadline) throw silent();
    }
  }

  /**
   * Sends a request and waits for its reply.
   *
   * @returns the reply's content; its `status` may be 'error'
   * @throws DeadKernelError when the kernel dies first; UserError when `timeoutSeconds` pass
   */
  async request(channel: Channel, type: string, content: object, options: RequestOptions = {}): Promise<Content> {
    return (await this.#send(channel, type, content, { idle: true, options: {} }, options.timeoutSeconds)).content;
  }

  /**
   * Runs code and waits for both the reply and `idle`, when all its output has been handed to `onMessage`.
   *
   * @returns the execute_reply; its content's `status` is 'ok', 'error' or 'aborted'
   * @throws DeadKernelError when the kernel dies first
   */
  execute(code: string, options: ExecuteOptions = {}): Promise<Message> {
    const content = {
      code,
      silent: options.silent ?? false,
      store_history: options.storeHistory ?? !options.silent,
      user_expressions: options.userExpressions ?? {},
      allow_stdin: options.onInput !== undefined,
      stop_on_error: options.stopOnError ?? true,
    };
    return this.#send('shell', 'execute_request', content, { idle: false, options });
  }

  /** Completions at a cursor position, counted in Unicode code points. */
  complete(code: string, cursor: number, options?: RequestOptions): Promise<Content> {
    return this.request('shell', 'complete_request', { code, cursor_pos: cursor }, options);
  }

  /** Documentation of what stands at a cursor position, counted in Unicode code points. */
  inspect(code: string, cursor: number, detail: 0 | 1 = 0, options?: RequestOptions): Promise<Content> {
    return this.request('shell', 'inspect_request', { code, cursor_pos: cursor, detail_level: detail }, options);
  }

  /** Whether code can be run as it stands or needs more lines. */
  isComplete(code: string, options?: RequestOptions): Promise<Content> {
    return this.request('shell', 'is_complete_request', { code }, options);
  }

  /** Earlier inputs; `query` holds hist_access_type and its fields as the protocol names them. */
  history(query: Record<string, unknown>, options?: RequestOptions): Promise<Content> {
    return this.request('shell', 'history_request', { output: false, raw: true, ...query }, options);
  }

  /** Sends one heartbeat and waits for its echo. */
  heartbeat(): Promise<void> {
    return this.#channels.heartbeat();
  }

  /** Asks the running cell to stop, in the way the kernelspec says; a kernel that does not answer within five seconds is left as it is. */
  async interrupt(): Promise<void> {
    if (this.spec.interruptMode === 'signal') this.#process.kill('SIGINT');
    else await this.request('control', 'interrupt_request', {}, { timeoutSeconds: 5 }).catch(() => {});
  }

  /** Ends the kernel: shutdown_request, then SIGTERM, then SIGKILL, each after `graceSeconds`. Does nothing when it has ended. */
  shutdown(graceSeconds = 5): Promise<void> {
    this.#ending ??= this.#shutdown(graceSeconds);
    return this.#ending;
  }

  /** Ends the kernel at once. */
  async kill(): Promise<void> {
    this.#ending ??= Promise.resolve();
    this.#process.kill('SIGKILL');
    await this.#process.exited;
    this.#file.remove();
  }

  async #shutdown(graceSeconds: number): Promise<void> {
    if (this.#process.exit) return;
    this.#channels.send('control', this.#channels.header('shutdown_request'), { restart: false });
    if (await this.#process.endsWithin(graceSeconds)) return;
    this.#process.kill('SIGTERM');
    if (await this.#process.endsWithin(graceSeconds)) return;
    this.#process.kill('SIGKILL');
    await this.#process.exited;
  }

  #send(
    channel: Channel,
    type: string,
    content: object,
    waits: { idle: boolean; options: ExecuteOptions },
    seconds?: number,
  ): Promise<Message> {
    const header = this.#channels.header(type);
    const { onMessage } = waits.options;
    if (onMessage) this.#listeners.set(header.msg_id, onMessage);
    return new Promise<Message>((resolve, reject) => {
      if (this.#dead) return reject(this.#dead);
      let timer: NodeJS.Timeout | undefined;
      if (seconds !== undefined) {
        timer = setTimeout(() => {
          this.#pending.delete(header.msg_id);
          reject(new UserError(`${type}: kernel '${this.spec.name}' must answer within ${seconds} s, got nothing`));
        }, Math.max(0, seconds) * 1000);
      }
      const settle =
        <T>(how: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer);
          how(value);
        };
      this.#pending.set(header.msg_id, { ...waits, resolve: settle(resolve), reject: settle(reject) });
      this.#channels.send(channel, header, content);
    });
  }

  #receive(channel: Channel | 'iopub', message: Message): void {
    const id = message.parent_header.msg_id;
    const pending = id === undefined ? undefined : this.#pending.get(id);
    if (channel === 'iopub') {
      this.#hear();
      if (id !== undefined) this.#listeners.get(id)?.(message);
      if (pending && message.header.msg_type === 'status' && message.content.execution_state === 'idle') pending.idle = true;
    } else if (channel === 'stdin') {
      void this.#answer(message, pending);
      return;
    } else if (pending) {
      pending.reply = message;
    }
    if (id !== undefined && pending?.reply && pending.idle) {
      this.#pending.delete(id);
      pending.resolve(pending.reply);
    }
  }

  async #answer(message: Message, pending: Pending | undefined): Promise<void> {
    const onInput = pending?.options.onInput;
    if (message.header.msg_type !== 'input_request' || !onInput) return;
    try {
      const value = await onInput(String(message.content.prompt ?? ''), message.content.password === true);
      // An interrupted cell no longer waits; the answer would be taken for that of the next question.
      if (!this.#dead && pending.reply === undefined) {
        this.#channels.send('stdin', this.#channels.header('input_reply'), { status: 'ok', value }, message.header);
      }
    } catch (error) {
      pending.reject(error as Error);
    }
  }
}
