import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex, Readable } from 'node:stream';
import { DESCRIPTORS, type EvaluatorFrame, encodeFrame, FrameReader, type ServerFrame } from '../frames.ts';

/** What happens in an evaluator. */
export interface EvaluatorEvents {
  frame(frame: EvaluatorFrame): void;
  /** Text that native code or a child process wrote to the standard streams. */
  raw(name: 'stdout' | 'stderr', text: string): void;
  /** All frames that are at hand were handed over. */
  drained(): void;
  /** The process ended without being told to. */
  died(cause: { ename: string; evalue: string }): void;
}

const FLAGS = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  '--no-force-async-hooks-checks', // a cell that is terminated inside a callback leaves the stack of async hooks uneven
];
const FATAL = /<--- Last few GCs --->|FATAL ERROR:|#\s+Fatal (?:JavaScript|error)/;
const KEPT_STDERR = 16_384;
const REPEAT_AFTER = 100;
const REPEATS = 50;

/** A process that runs the user's code; it can be interrupted, and replaced when it is lost. */
export class EvaluatorProcess {
  readonly #child: ChildProcess;
  readonly #events: EvaluatorEvents;
  #interrupts = 0;
  #exitCode: number | undefined;
  #stderr = '';
  #crashed = false;
  #killed = false;

  constructor(file: string, environment: NodeJS.ProcessEnv, events: EvaluatorEvents) {
    this.#events = events;
    this.#child = spawn(process.execPath, [...FLAGS, file], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
      env: environment,
    });
    this.#child.on('error', (error) => this.#end(null, error.message));
    for (const descriptor of Object.values(DESCRIPTORS)) this.#pipe(descriptor).on('error', () => undefined); // its end is told by `exit`
    this.#readFrames();
    this.#readRaw('stdout', this.#child.stdout as Readable);
    this.#readRaw('stderr', this.#child.stderr as Readable);
  }

  send(frame: ServerFrame): void {
    this.#pipe(DESCRIPTORS.fromServer).write(encodeFrame(frame));
  }

  /** Interrupts what is running; said again until `isOver`, since a busy process may lose the first call. */
  interrupt(isOver: () => boolean, tries = REPEATS): void {
    if (isOver() || tries === 0 || this.#killed) return;
    const bytes = encodeFrame({ type: 'interrupt', sequence: ++this.#interrupts });
    for (const descriptor of [DESCRIPTORS.interrupts, DESCRIPTORS.fromServer]) this.#pipe(descriptor).write(bytes);
    setTimeout(() => this.interrupt(isOver, tries - 1), REPEAT_AFTER).unref();
  }

  kill(): void {
    this.#killed = true;
    this.#child.kill('SIGKILL');
  }

  #pipe(descriptor: number): Duplex {
    return (this.#child.stdio as unknown as Duplex[])[descriptor];
  }

  #readFrames(): void {
    const reader = new FrameReader<EvaluatorFrame>();
    const channel = this.#pipe(DESCRIPTORS.toServer);
    let ended = false;
    channel.on('data', (chunk: Buffer) => {
      reader.push(chunk);
      for (let frame = reader.next(); frame; frame = reader.next()) {
        if (frame.type === 'exit') this.#exitCode = frame.code;
        this.#events.frame(frame);
      }
      this.#events.drained();
    });
    channel.on('end', () => {
      ended = true;
    });
    this.#child.on('exit', (_code, signal) => {
      // What it sent last may still be on its way.
      if (ended) this.#end(signal);
      else channel.once('end', () => this.#end(signal));
    });
  }

  #readRaw(name: 'stdout' | 'stderr', stream: Readable): void {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      if (name === 'stderr') this.#stderr = (this.#stderr + text).slice(-KEPT_STDERR);
      // The report of a crash is for the kernel's log and the cause, not for the notebook.
      this.#crashed ||= name === 'stderr' && FATAL.test(text);
      if (this.#crashed && name === 'stderr') process.stderr.write(text);
      else this.#events.raw(name, text);
    });
  }

  #end(signal: NodeJS.Signals | null, problem?: string): void {
    if (this.#killed) return;
    this.#killed = true;
    this.#events.died(this.#cause(signal, problem));
  }

  #cause(signal: NodeJS.Signals | null, problem: string | undefined): { ename: string; evalue: string } {
    const lost = 'Variables are lost; a fresh evaluator is ready.';
    if (/heap out of memory|Reached heap limit|invalid size error|invalid array length Allocation failed/.test(this.#stderr)) {
      return {
        ename: 'OutOfMemory',
        evalue: `The cell ran out of memory (JavaScript heap). ${lost} Use less, or allow more by NODE_OPTIONS=--max-old-space-size=<MiB>.`,
      };
    }
    if (signal === 'SIGKILL') {
      return {
        ename: 'EvaluatorKilled',
        evalue: `The evaluator was killed (SIGKILL), most likely because the machine ran out of memory. ${lost}`,
      };
    }
    if (signal) return { ename: 'EvaluatorCrashed', evalue: `The evaluator crashed (${signal}). ${lost}` };
    if (this.#exitCode !== undefined) return { ename: 'ProcessExit', evalue: `The cell called process.exit(${this.#exitCode}). ${lost}` };
    return { ename: 'EvaluatorLost', evalue: `The evaluator ended (${problem ?? 'no reason given'}). ${lost}` };
  }
}
