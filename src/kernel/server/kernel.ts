import type { Message } from '../wire.ts';
import { PROTOCOL_VERSION } from '../wire.ts';
import { assist } from './assist.ts';
import type { Channels, RequestChannel } from './channels.ts';
import type { CompilerProcess } from './compiler-process.ts';
import type { Executor } from './executor.ts';
import type { History } from './history.ts';

/** Versions for `kernel_info_reply`. */
export interface KernelVersions {
  kernel: string;
  typescript: string;
}

interface Parts {
  channels: Channels;
  compiler: CompilerProcess;
  executor: Executor;
  history: History;
  versions: KernelVersions;
  log: (line: string) => void;
  /** Ends the kernel; called once the reply to a shutdown_request is on its way. */
  shutDown: () => void;
}

type Content = Record<string, unknown>;
type Handler = (request: Message) => Content | Promise<Content | undefined>;

/** Decides what each request of a front end means. Cells are queued; everything else is answered at once, busy or not. */
export class Kernel {
  readonly #parts: Parts;
  readonly #handlers: Record<string, Handler>;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { compiler, executor, history, versions } = parts;
    const ask: Handler = ({ header, content }) => assist(compiler, header.msg_type, content);
    this.#handlers = {
      kernel_info_request: () => kernelInfo(versions),
      complete_request: ask,
      inspect_request: ask,
      is_complete_request: ask,
      check_request: ask,
      history_request: ({ content }) => ({ status: 'ok', history: history.answer(content) }),
      comm_info_request: ({ content }) => ({ status: 'ok', comms: commInfo(executor.comms, content.target_name) }),
      comm_open: (request) => executor.comm('open', request).then(() => undefined),
      comm_msg: (request) => executor.comm('msg', request).then(() => undefined),
      comm_close: (request) => executor.comm('close', request).then(() => undefined),
      interrupt_request: () => {
        executor.interrupt();
        return { status: 'ok' };
      },
      shutdown_request: ({ content }) => ({ status: 'ok', restart: content.restart === true }),
    };
  }

  handle(channel: RequestChannel, request: Message): void {
    const { executor, log } = this.#parts;
    const type = request.header.msg_type;
    if (channel === 'stdin') {
      if (type === 'input_reply') executor.answerInput(String(request.content.value ?? ''), request.parent_header.msg_id);
      else log(`stdin: a message of unknown type '${type}' was dropped`);
    } else if (type === 'execute_request' && channel === 'shell') executor.enqueue(request);
    else if (Object.hasOwn(this.#handlers, type)) void this.#answer(channel, request, this.#handlers[type]);
    else log(`${channel}: a message of unknown type '${type}' was dropped`);
  }

  async #answer(channel: RequestChannel, request: Message, handler: Handler): Promise<void> {
    const { channels, shutDown } = this.#parts;
    const type = request.header.msg_type;
    channels.publish('status', request.header, { execution_state: 'busy' });
    let content: Content | undefined;
    try {
      content = await handler(request);
    } catch (thrown) {
      const { name, message } = thrown as Error;
      content = { status: 'error', ename: name, evalue: message, traceback: [`${name}: ${message}`] };
    }
    if (content) channels.reply(channel, request, type.replace(/_request$/, '_reply'), content);
    if (type === 'shutdown_request' && content) channels.publish('shutdown_reply', request.header, content);
    channels.publish('status', request.header, { execution_state: 'idle' });
    if (type === 'shutdown_request') shutDown();
  }
}

function kernelInfo({ kernel, typescript }: KernelVersions): Content {
  return {
    status: 'ok',
    protocol_version: PROTOCOL_VERSION,
    implementation: 'colora',
    implementation_version: kernel,
    language_info: {
      name: 'typescript',
      version: typescript,
      mimetype: 'text/typescript',
      file_extension: '.ts',
      pygments_lexer: 'typescript',
      codemirror_mode: { name: 'javascript', typescript: true },
      nbconvert_exporter: 'script',
    },
    banner: `CoLoRA Workbench ${kernel}: TypeScript ${typescript} on Node.js ${process.version}`,
    debugger: false,
    help_links: [
      { text: 'TypeScript', url: 'https://www.typescriptlang.org/docs/' },
      { text: 'Node.js', url: 'https://nodejs.org/api/' },
    ],
    supported_features: [],
  };
}

function commInfo(comms: ReadonlyMap<string, string>, target: unknown): Record<string, { target_name: string }> {
  const wanted = [...comms].filter(([, name]) => target === undefined || target === null || target === '' || name === target);
  return Object.fromEntries(wanted.map(([id, target_name]) => [id, { target_name }]));
}
