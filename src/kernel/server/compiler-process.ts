import { type ChildProcess, spawn } from 'node:child_process';
import type { Compiler } from '../compiler/compiler.ts';
import type { CompilerRequest, CompilerResponse } from '../compiler/main.ts';

type Method = CompilerRequest['method'];
type Result<M extends Method> = ReturnType<Compiler[M]>;

/** The compiler in a process of its own: working out types takes the processor for a while, and the server must always answer. */
export class CompilerProcess {
  readonly #spawn: () => ChildProcess;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #child: ChildProcess;
  #counter = 0;
  #killed = false;
  /** Called when the process ended by itself, as for want of memory, and another took its place, which knows of no cell. */
  onLost: (why: string) => void = () => undefined;

  /**
   * @param command arguments for Node.js
   * @param folder what relative imports of cells start from
   */
  constructor(command: string[], environment: NodeJS.ProcessEnv, folder: string) {
    // Limits meant for the user's code are not for the compiler.
    const env = { ...environment, NODE_OPTIONS: '' };
    this.#spawn = () => {
      const child = spawn(process.execPath, command, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env });
      child.on('message', (response: CompilerResponse) => this.#settle(response));
      child.on('exit', (code, signal) =>
        this.#replace(`the compiler ended (${signal ?? `exit code ${code}`}); names of earlier cells are lost`),
      );
      child.send({ id: 0, method: 'open', arguments: [folder] } satisfies CompilerRequest);
      return child;
    };
    this.#child = this.#spawn();
  }

  call<M extends Method>(method: M, ...args: Parameters<Compiler[M]>): Promise<Result<M>> {
    const id = ++this.#counter;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#child.send({ id, method, arguments: args } satisfies CompilerRequest);
    });
  }

  kill(): void {
    this.#killed = true;
    this.#child.kill('SIGKILL');
  }

  #settle(response: CompilerResponse): void {
    const asker = this.#waiting.get(response.id);
    this.#waiting.delete(response.id);
    if ('error' in response) asker?.reject(Object.assign(new Error(response.error.message), { name: response.error.name }));
    else asker?.resolve(response.result);
  }

  #replace(why: string): void {
    if (this.#killed) return;
    this.#child = this.#spawn();
    for (const { reject } of this.#waiting.values()) reject(Object.assign(new Error(why), { name: 'CompilerLost' }));
    this.#waiting.clear();
    this.onLost(why);
  }
}
