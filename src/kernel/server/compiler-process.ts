import { type ChildProcess, spawn } from 'node:child_process';
import type { Compiler } from '../compiler/compiler.ts';
import type { CompilerRequest, CompilerResponse } from '../compiler/main.ts';

type Method = CompilerRequest['method'];
type Result<M extends Method> = ReturnType<Compiler[M]>;

/** The compiler in a process of its own: working out types takes the processor for a while, and the server must always answer. */
export class CompilerProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #counter = 0;

  /**
   * @param command arguments for Node.js
   * @param onExit called when the process ends by itself, which it never should
   */
  constructor(command: string[], environment: NodeJS.ProcessEnv, onExit: (why: string) => void) {
    this.#child = spawn(process.execPath, command, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env: environment });
    this.#child.on('message', (response: CompilerResponse) => {
      const asker = this.#waiting.get(response.id);
      this.#waiting.delete(response.id);
      if ('error' in response) asker?.reject(Object.assign(new Error(response.error.message), { name: response.error.name }));
      else asker?.resolve(response.result);
    });
    this.#child.on('exit', (code, signal) => onExit(`the compiler process ended (${signal ?? `exit code ${code}`})`));
  }

  call<M extends Method>(method: M, ...args: Parameters<Compiler[M]>): Promise<Result<M>> {
    const id = ++this.#counter;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#child.send({ id, method, arguments: args });
    });
  }

  kill(): void {
    this.#child.removeAllListeners('exit');
    this.#child.kill('SIGKILL');
  }
}
