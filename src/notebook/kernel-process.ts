import { type ChildProcess, spawn } from 'node:child_process';
import { UserError } from '../core/index.ts';
import type { KernelExit } from './errors.ts';
import type { Kernelspec } from './kernelspecs.ts';

/** Where and with what a kernel's process runs. */
export interface ProcessOptions {
  cwd?: string;
  /** Added to this process's environment and to the kernelspec's. */
  env?: Record<string, string>;
}

const LAST_WORDS = 8192;
const running = new Set<KernelProcess>();
// A kernel is in a process group of its own, so it would outlive a client that ends without having shut it down.
process.on('exit', () => {
  for (const kernel of running) kernel.kill('SIGKILL');
});

/** The process of one kernel, in a process group of its own so that Ctrl-C in the terminal reaches only its client. */
export class KernelProcess {
  readonly pid: number;
  /** Settles when the process has ended. */
  readonly exited: Promise<KernelExit>;
  readonly #child: ChildProcess;
  #lastWords = '';
  #exit: KernelExit | undefined;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.pid = child.pid!;
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS);
      });
    }
    running.add(this);
    this.exited = new Promise((resolve) => {
      // 'close' would wait for grandchildren that hold the pipes; a turn of the event loop lets the last words in
      child.once('exit', (exitCode, signal) => {
        running.delete(this);
        setTimeout(() => {
          this.#exit = { exitCode, signal, lastWords: this.#lastWords };
          this.#signalGroup('SIGKILL');
          resolve(this.#exit);
        }, 20);
      });
    });
  }

  /**
   * Starts a kernelspec's command.
   * @throws UserError when the command cannot be run at all
   */
  static async start(spec: Kernelspec, connectionFile: string, options: ProcessOptions): Promise<KernelProcess> {
    const [command, ...args] = spec.argv.map((word) =>
      word.replaceAll('{connection_file}', connectionFile).replaceAll('{resource_dir}', spec.resourceDirectory),
    );
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...expandVariables(spec.env), ...options.env, JPY_PARENT_PID: String(process.pid) },
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) =>
        reject(
          new UserError(
            `startKernel: command '${command}' of kernel '${spec.name}' must be runnable in ${options.cwd ?? process.cwd()}, got ${error.message}`,
          ),
        ),
      );
    });
    return new KernelProcess(child);
  }

  /** How it ended, or undefined while it runs. */
  get exit(): KernelExit | undefined {
    return this.#exit;
  }

  /** Sends a signal to the kernel and to what it started. */
  kill(signal: NodeJS.Signals): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#signalGroup(signal);
  }

  /** Waits for the end for so long; true when it has come. */
  async endsWithin(seconds: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), seconds * 1000);
    });
    const ended = await Promise.race([this.exited.then(() => true), late]);
    clearTimeout(timer);
    return ended;
  }

  #signalGroup(signal: NodeJS.Signals): void {
    try {
      if (process.platform === 'win32') this.#child.kill(signal);
      else process.kill(-this.pid, signal);
    } catch {
      // the group is already gone
    }
  }
}

/** `${NAME}` in a kernelspec's env stands for this process's variable. */
function expandVariables(env: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map(([key, value]) => [key, value.replace(/\$\{(\w+)\}/g, (_, name: string) => process.env[name] ?? '')]),
  );
}
