import type { CompiledCell } from '../compiler/session.ts';
import type { CellOutcome, CommFrame, EvaluatorFrame } from '../frames.ts';
import type { Message } from '../wire.ts';
import type { Channels } from './channels.ts';
import type { CompilerProcess } from './compiler-process.ts';
import type { EvaluatorEvents, EvaluatorProcess } from './evaluator-process.ts';
import type { History } from './history.ts';
import { Outputs } from './outputs.ts';
import { describeDiagnostics } from './type-errors.ts';

type Failure = { ename: string; evalue: string; traceback: string[] };

interface Running {
  cell: number;
  request: Message;
  /** Set while the evaluator has the cell. */
  finish?: (outcome: CellOutcome) => void;
  /** Ends the wait for the compiler. */
  giveUp: () => void;
}

/** How long the compiler may go on with a cell that was interrupted, in milliseconds. */
const COMPILER_PATIENCE = 5000;
/** Evaluators that may be lost before one is ready. */
const MAX_FALSE_STARTS = 3;

/** Runs the cells that front ends ask for, one after another, in an evaluator that it replaces when it is lost. */
export class Executor {
  readonly outputs: Outputs;
  readonly #channels: Channels;
  readonly #compiler: CompilerProcess;
  readonly #history: History;
  readonly #spawn: (events: EvaluatorEvents) => EvaluatorProcess;
  readonly #queue: { request?: Message; run: () => Promise<void> }[] = [];
  readonly #comms = new Map<string, string>();
  /** Messages for comms that the evaluator has not handled yet. */
  readonly #handling = new Map<number, () => void>();
  #evaluator: EvaluatorProcess;
  #ready!: Promise<void>;
  #markReady!: () => void;
  #failReady!: (why: Error) => void;
  /** Evaluators that were lost since one was last ready. */
  #falseStarts = 0;
  #executionCount = 0;
  #cells = 0;
  #running: Running | undefined;
  #busy = false;
  /** Questions of the running cell, the first of which the front end was asked. */
  #questions: { request: number; prompt: string; password: boolean; asked?: string }[] = [];

  constructor(channels: Channels, compiler: CompilerProcess, history: History, spawn: (events: EvaluatorEvents) => EvaluatorProcess) {
    this.#channels = channels;
    this.#compiler = compiler;
    this.#history = history;
    this.#spawn = spawn;
    this.outputs = new Outputs(channels);
    this.#evaluator = this.#start();
    // Without the types of what ran, the variables cannot be used any more.
    compiler.onLost = (why) => {
      this.#evaluator.kill();
      this.#replace({ ename: 'CompilerLost', evalue: why });
    };
  }

  get comms(): ReadonlyMap<string, string> {
    return this.#comms;
  }

  enqueue(request: Message): void {
    this.#queue.push({ request, run: () => this.#runCell(request) });
    if (!this.#busy) void this.#work();
  }

  /** Does something once the cells before it are in the evaluator: a comm may be meant for what they define. */
  #afterCells(run: () => Promise<void>): Promise<void> {
    if (!this.#busy || (this.#running?.finish && this.#queue.length === 0)) return run();
    return new Promise((resolve, reject) => {
      this.#queue.push({ run: () => run().then(resolve, reject) });
    });
  }

  /** Ends the running cell; variables are kept. */
  interrupt(): void {
    const running = this.#running;
    if (!running) return;
    if (running.finish) this.#evaluator.interrupt(() => this.#running !== running);
    else running.giveUp();
  }

  /** Gives a front end's line of text to the cell that asked for it. */
  answerInput(value: string, question: unknown): void {
    const [first] = this.#questions;
    if (first === undefined || (typeof question === 'string' && question !== first.asked)) return;
    this.#questions.shift();
    this.#evaluator.send({ type: 'input', request: first.request, value });
    this.#askNext();
  }

  /** Hands a front end's message to the evaluator's comms; resolves once it was handled. */
  comm(kind: 'open' | 'msg' | 'close', request: Message): Promise<void> {
    return this.#afterCells(() => this.#handleComm(kind, request));
  }

  async #handleComm(kind: 'open' | 'msg' | 'close', request: Message): Promise<void> {
    const { comm_id, target_name, data } = request.content;
    const id = String(comm_id);
    if (kind === 'open') this.#comms.set(id, String(target_name));
    if (kind === 'close') this.#comms.delete(id);
    const cell = ++this.#cells;
    this.outputs.begin(cell, request.header);
    await this.#ready;
    await new Promise<void>((resolve) => {
      this.#handling.set(cell, resolve);
      const payload = typeof data === 'object' && data !== null ? data : {};
      this.#evaluator.send({ type: 'comm', cell, kind, id, data: payload, ...(kind === 'open' ? { target: String(target_name) } : {}) });
    });
    this.outputs.end(cell);
  }

  close(): void {
    this.#evaluator.kill();
    this.#compiler.kill();
  }

  #start(): EvaluatorProcess {
    this.#ready = new Promise((resolve, reject) => {
      this.#markReady = resolve;
      this.#failReady = reject;
    });
    this.#ready.catch(() => undefined); // told to whoever waits for it
    return this.#spawn({
      frame: (frame) => this.#handle(frame),
      // What an evaluator says before its first cell is for the kernel's log.
      raw: (name, text) => (this.#cells === 0 ? process.stderr.write(text) : this.outputs.stream(this.#cells, name, text)),
      drained: () => this.outputs.flush(),
      died: (cause) => this.#replace(cause),
    });
  }

  async #work(): Promise<void> {
    this.#busy = true;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) await next.run();
    this.#busy = false;
  }

  async #runCell(request: Message): Promise<void> {
    this.#channels.publish('status', request.header, { execution_state: 'busy' });
    const reply = await this.#execute(request);
    this.outputs.flush();
    // Cells that were waiting when one failed are not run; those sent in answer to the reply are.
    const waiting = reply.status === 'error' && request.content.stop_on_error !== false ? this.#queue.splice(0) : [];
    this.#channels.reply('shell', request, 'execute_reply', reply);
    this.#channels.publish('status', request.header, { execution_state: 'idle' });
    for (const item of waiting) {
      if (item.request) this.#abort(item.request);
      else this.#queue.push(item);
    }
  }

  #abort(request: Message): void {
    this.#channels.publish('status', request.header, { execution_state: 'busy' });
    this.#channels.reply('shell', request, 'execute_reply', { status: 'aborted', execution_count: this.#executionCount });
    this.#channels.publish('status', request.header, { execution_state: 'idle' });
  }

  /** Runs one request and returns the content of its reply. */
  async #execute(request: Message): Promise<{ status: 'ok' | 'error' } & Record<string, unknown>> {
    const { code, silent = false, store_history = !silent, user_expressions = {} } = request.content;
    const cell = ++this.#cells;
    const counted = !silent && store_history;
    if (counted) this.#executionCount++;
    const execution_count = this.#executionCount;
    this.outputs.begin(cell, request.header);
    if (typeof code !== 'string') {
      const evalue = `execute_request: content.code must be a string, got ${code === null ? 'null' : typeof code}`;
      return { status: 'error', execution_count, ename: 'BadRequest', evalue, traceback: [evalue] };
    }
    if (counted) this.#history.add(execution_count, code);
    if (!silent) this.outputs.publish(cell, 'execute_input', { code, execution_count });
    const name = silent ? 'cell' : `cell ${execution_count}`;
    const outcome = await this.#run(cell, request, code, name, !silent);
    if (outcome.status === 'error') {
      const { ename, evalue, traceback } = outcome;
      if (!silent) this.outputs.publish(cell, 'error', { ename, evalue, traceback });
      return { status: 'error', execution_count, ename, evalue, traceback, user_expressions: {}, payload: [] };
    }
    const expressions = typeof user_expressions === 'object' && user_expressions !== null ? user_expressions : {};
    const evaluated: Record<string, unknown> = {};
    for (const [key, expression] of Object.entries(expressions)) {
      const result = await this.#run(cell, request, String(expression), 'expression', false);
      evaluated[key] =
        result.status === 'ok'
          ? { status: 'ok', data: result.bundle ?? { 'text/plain': 'undefined' }, metadata: {} }
          : { ...failureOf(result), status: 'error' };
    }
    return { status: 'ok', execution_count, user_expressions: evaluated, payload: [] };
  }

  async #run(cell: number, request: Message, code: string, name: string, publish: boolean): Promise<CellOutcome> {
    let giveUp = (): void => undefined;
    const givenUp = new Promise<undefined>((resolve) => {
      giveUp = () => resolve(undefined);
    });
    const running: Running = { cell, request, giveUp };
    this.#running = running;
    try {
      const compiling = this.#compiler.call('compile', code);
      const compilation = await Promise.race([Promise.all([compiling, this.#ready]).then(([compiled]) => compiled), givenUp]);
      if (!compilation) {
        this.#limit(compiling);
        return { status: 'error', defined: [], ...failure('Interrupted', 'The cell was interrupted before it ran.') };
      }
      if ('diagnostics' in compilation)
        return { status: 'error', defined: [], ...describeDiagnostics(compilation.diagnostics, code, name) };
      return await this.#evaluate(running, compilation.cell, () =>
        this.#evaluator.send({ type: 'execute', cell, name, compiled: compilation.cell, modules: compilation.modules, publish }),
      );
    } catch (thrown) {
      const { name: ename, message } = thrown as Error;
      return { status: 'error', defined: [], ...failure(ename, message) };
    } finally {
      this.#running = undefined;
      this.#questions = [];
    }
  }

  /** A compiler that does not finish an interrupted cell soon would hold up all that come after it. */
  #limit(compiling: Promise<unknown>): void {
    const timer = setTimeout(() => this.#compiler.restart(), COMPILER_PATIENCE);
    compiling.then(
      () => clearTimeout(timer),
      () => clearTimeout(timer),
    );
  }

  async #evaluate(running: Running, compiled: CompiledCell, start: () => void): Promise<CellOutcome> {
    const outcome = await new Promise<CellOutcome>((resolve) => {
      running.finish = resolve;
      start();
    });
    void this.#compiler.call('commit', compiled.id, outcome.defined).catch(() => undefined); // calls are carried out in order
    return outcome;
  }

  #handle(frame: EvaluatorFrame): void {
    const { outputs } = this;
    if (frame.type === 'ready') {
      this.#falseStarts = 0;
      this.#markReady();
    }
    if (frame.type === 'stream') outputs.stream(frame.cell, frame.name, frame.text);
    else if (frame.type === 'display') outputs.display(frame);
    else if (frame.type === 'clear') outputs.publish(frame.cell, 'clear_output', { wait: frame.wait });
    else if (frame.type === 'result') {
      const text = frame.data['text/plain'];
      if (typeof text === 'string') this.#history.setOutput(this.#executionCount, text);
      outputs.publish(frame.cell, 'execute_result', { data: frame.data, metadata: {}, execution_count: this.#executionCount });
    } else if (frame.type === 'done') {
      if (frame.cell === this.#running?.cell) this.#running.finish?.(frame.outcome);
      this.#handling.get(frame.cell)?.();
      this.#handling.delete(frame.cell);
    } else if (frame.type === 'load') void this.#load(frame.request, frame.specifier);
    else if (frame.type === 'input') this.#ask(frame);
    else if (frame.type === 'comm') this.#publishComm(frame);
  }

  async #load(request: number, specifier: string): Promise<void> {
    const evaluator = this.#evaluator;
    try {
      evaluator.send({ type: 'modules', request, modules: await this.#compiler.call('load', specifier) });
    } catch (thrown) {
      evaluator.send({ type: 'modules', request, error: (thrown as Error).message });
    }
  }

  #ask({ request, cell, prompt, password }: Extract<EvaluatorFrame, { type: 'input' }>): void {
    const running = this.#running;
    if (!running || running.cell !== cell || running.request.content.allow_stdin !== true) {
      const error =
        'input: the front end must allow standard input, but it does not (give the value as a parameter of the notebook instead)';
      this.#evaluator.send({ type: 'input', request, error });
      return;
    }
    this.#questions.push({ request, prompt, password });
    if (this.#questions.length === 1) this.#askNext();
  }

  #askNext(): void {
    const [first] = this.#questions;
    if (!first || !this.#running) return;
    this.outputs.flush();
    const { prompt, password } = first;
    first.asked = this.#channels.reply('stdin', this.#running.request, 'input_request', { prompt, password });
  }

  #publishComm({ kind, id, target, data, cell }: CommFrame): void {
    if (kind === 'open') this.#comms.set(id, target ?? '');
    if (kind === 'close') this.#comms.delete(id);
    this.outputs.publish(cell, `comm_${kind}`, { comm_id: id, data, ...(kind === 'open' ? { target_name: target } : {}) });
  }

  /** The evaluator is lost: the running cell fails with the cause, and a fresh one takes over. */
  #replace(cause: { ename: string; evalue: string }): void {
    const lost = failure(cause.ename, cause.evalue);
    this.#falseStarts++;
    const running = this.#running;
    this.#comms.clear();
    for (const handled of this.#handling.values()) handled();
    this.#handling.clear();
    void this.#compiler.call('reset').catch(() => undefined);
    if (this.#falseStarts > MAX_FALSE_STARTS) {
      this.#failReady(new Error(`the kernel cannot start an evaluator any more: ${cause.evalue} (restart the kernel)`));
      return;
    }
    this.#evaluator = this.#start();
    if (running?.finish) running.finish({ status: 'error', defined: [], ...lost });
    else {
      this.outputs.stream(this.#cells, 'stderr', `${lost.traceback.join('\n')}\n`);
      this.outputs.flush();
    }
  }
}

function failure(ename: string, evalue: string): Failure {
  return { ename, evalue, traceback: [`\x1b[31m${ename}\x1b[39m: ${evalue}`] };
}

function failureOf({ ename, evalue, traceback }: Failure): Failure {
  return { ename, evalue, traceback };
}
