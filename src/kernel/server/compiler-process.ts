import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import type { Compiler } from '../compiler/compiler.ts';
import type { CompilerRequest, CompilerResponse } from '../compiler/main.ts';

type Method = CompilerRequest['method'];
type Result<M extends Method> = ReturnType<Compiler[M]>;

/** How the compiler can be started. */
export interface CompilerFiles {
  bundle: string;
  /** Start-up snapshot, where there is one. */
  snapshot?: string;
}

/** Types can be nested deeply, and so are the calls that work them out; in KiB. */
const STACK_SIZE = '--stack-size=3900';
/** A process that dies this often before it ever answered is not started again until it is asked for. */
const MAX_FALSE_STARTS = 3;

/** The compiler in a process of its own: working out types takes the processor for a while, and the server must always answer. */
export class CompilerProcess {
  readonly #files: CompilerFiles;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #folder: string;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #child: ChildProcess | undefined;
  #counter = 0;
  #falseStarts = 0;
  #killed = false;
  /** Called when the process ended by itself, as for want of memory; the one that takes its place knows of no cell. */
  onLost: (why: string) => void = () => undefined;

  /** @param folder what relative imports of cells start from */
  constructor(files: CompilerFiles, environment: NodeJS.ProcessEnv, folder: string) {
    this.#files = { ...files };
    // Limits meant for the user's code are not for the compiler.
    this.#environment = { ...environment, NODE_OPTIONS: '' };
    this.#folder = folder;
    this.#child = this.#start();
  }

  call<M extends Method>(method: M, ...args: Parameters<Compiler[M]>): Promise<Result<M>> {
    const id = ++this.#counter;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#child ??= this.#start();
      this.#child.send({ id, method, arguments: args } satisfies CompilerRequest);
    });
  }

  /** Ends a compiler that does not come to an end, and starts another. */
  restart(): void {
    this.#child?.kill('SIGKILL');
  }

  kill(): void {
    this.#killed = true;
    this.#child?.kill('SIGKILL');
  }

  #start(): ChildProcess {
    const { snapshot, bundle } = this.#files;
    const command = snapshot === undefined ? [STACK_SIZE, bundle] : [STACK_SIZE, '--snapshot-blob', snapshot];
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env: this.#environment });
    child.on('message', (response: CompilerResponse) => this.#settle(response));
    child.on('error', () => undefined); // told by `exit`
    child.on('exit', (code, signal) => this.#replace(signal ?? `exit code ${code}`));
    child.send({ id: 0, method: 'open', arguments: [this.#folder] } satisfies CompilerRequest);
    return child;
  }

  #settle(response: CompilerResponse): void {
    this.#falseStarts = 0;
    const asker = this.#waiting.get(response.id);
    this.#waiting.delete(response.id);
    if ('error' in response) asker?.reject(Object.assign(new Error(response.error.message), { name: response.error.name }));
    else asker?.resolve(response.result);
  }

  #replace(how: string): void {
    if (this.#killed) return;
    this.#falseStarts++;
    if (this.#falseStarts > 1 && this.#files.snapshot !== undefined) {
      // A snapshot only saves time; one that does not start is thrown away.
      rmSync(this.#files.snapshot, { force: true });
      this.#files.snapshot = undefined;
    }
    const why = `The compiler ended (${how}); variables are lost.`;
    this.#child = this.#falseStarts < MAX_FALSE_STARTS ? this.#start() : undefined;
    for (const { reject } of this.#waiting.values()) reject(Object.assign(new Error(why), { name: 'CompilerLost' }));
    this.#waiting.clear();
    this.onLost(why);
  }
}
