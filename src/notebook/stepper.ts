import { dirname, resolve } from 'node:path';
import { messageOf, UserError } from '../core/index.ts';
import { type KernelClient, startKernel } from './client.ts';
import { editValue } from './edit-value.ts';
import { DeadKernelError } from './errors.ts';
import { executeCell } from './execute-cell.ts';
import { type CodeCell, codeCells } from './format.ts';
import { RunLimits } from './limits.ts';
import { writeNotebook } from './notebook-file.ts';
import { OutputCollector } from './outputs.ts';
import { OutputPrinter } from './print-outputs.ts';
import { forgetCompleted } from './resume.ts';
import type { PreparedRun } from './runner.ts';

/** The terminal, or what stands for it. */
export interface StepperTerminal {
  color: boolean;
  write(text: string): void;
  /** The next line typed; nothing when the input has ended. */
  readLine(prompt: string): Promise<string | undefined>;
  /** Lets the user edit a text at length; absent where only lines can be typed. */
  edit?: (source: string, extension: string) => Promise<string>;
  /** Calls back when the user asks to stop what runs; returns what ends that. */
  onInterrupt(callback: () => void): () => void;
}

/** What can be typed at the prompt. */
export const STEPPER_HELP = `run (r, or Enter)   run this cell and go on to the next; stay if it fails
next (n)            go on without running it
rerun (rr)          run the cell that was run last once more
previous (p)        go back one cell
all (a)             run this cell and those after it, up to the first that fails
edit (e) [SOURCE]   change this cell: to SOURCE, or in $EDITOR, or to a line that is asked for
=NAME VALUE         give a const or let of this cell another value
print (?) EXPR      show the value of an expression
help (h)            show this
quit (q)            save and leave`;

/**
 * Walks through a notebook one code cell at a time; the kernel keeps its state meanwhile, so a cell that failed can be changed and run
 * again. The notebook is saved whenever a cell was run or changed; cells that were not run keep the outputs they had.
 *
 * @throws DeadKernelError when the kernel dies; UserError when it cannot be started
 */
export async function stepNotebook(run: PreparedRun, terminal: StepperTerminal): Promise<void> {
  const kernel = await startKernel(run.spec, { cwd: dirname(resolve(run.file)) });
  try {
    await new Stepper(run, kernel, terminal).walk();
  } finally {
    await kernel.shutdown();
  }
}

class Stepper {
  readonly #run: PreparedRun;
  readonly #kernel: KernelClient;
  readonly #terminal: StepperTerminal;
  readonly #cells: CodeCell[];
  readonly #collector = new OutputCollector();
  readonly #printer: OutputPrinter;
  #at = 0;
  #last: number | undefined;

  constructor(run: PreparedRun, kernel: KernelClient, terminal: StepperTerminal) {
    this.#run = run;
    this.#kernel = kernel;
    this.#terminal = terminal;
    this.#cells = codeCells(run.notebook);
    this.#printer = new OutputPrinter((text) => terminal.write(text), terminal.color);
    forgetCompleted(run.notebook);
  }

  async walk(): Promise<void> {
    this.#show();
    for (;;) {
      const line = (await this.#terminal.readLine('> '))?.trim();
      if (line === undefined || line === 'quit' || line === 'q') break;
      try {
        await this.#obey(line);
      } catch (error) {
        if (error instanceof DeadKernelError || !(error instanceof UserError)) throw error;
        this.#say(messageOf(error));
      }
    }
    this.#save();
    this.#say(`saved ${this.#run.output}`);
  }

  async #obey(line: string): Promise<void> {
    const assignment = /^=\s*([\w$]+)\s*=?\s*(.+)$/.exec(line);
    if (assignment) return this.#setValue(assignment[1], assignment[2]);
    const [, command, argument] = /^(\?|\S*)\s*(.*)$/s.exec(line)!;
    switch (command) {
      case '':
      case 'r':
      case 'run':
        if (await this.#execute(this.#at)) this.#move(1);
        break;
      case 'n':
      case 'next':
        this.#move(1);
        break;
      case 'rr':
      case 'rerun':
        if (this.#last === undefined) throw new UserError('rerun: a cell must have been run before, got none (run one first)');
        await this.#execute(this.#last);
        break;
      case 'p':
      case 'previous':
        this.#move(-1);
        break;
      case 'a':
      case 'all':
        while (this.#at < this.#cells.length && (await this.#execute(this.#at))) this.#move(1);
        break;
      case 'e':
      case 'edit':
        await this.#edit(argument);
        break;
      case '?':
      case 'print':
        await this.#printValue(argument);
        break;
      case 'h':
      case 'help':
        this.#say(STEPPER_HELP);
        break;
      default:
        throw new UserError(`command must be one of run, next, rerun, previous, all, edit, =, print, help, quit, got '${command}'`);
    }
  }

  /** Runs a cell; true when it did not fail. */
  async #execute(index: number): Promise<boolean> {
    const cell = this.#cell(index);
    const stop = new AbortController();
    const release = this.#terminal.onInterrupt(() => stop.abort());
    const { cellSeconds, graceSeconds } = this.#run.options;
    this.#last = index;
    try {
      await executeCell(this.#kernel, cell, this.#collector, {
        what: `cell ${index + 1}`,
        limits: new RunLimits({ cellSeconds, stop: stop.signal }),
        graceSeconds: graceSeconds ?? 5,
        allowError: false,
        onInput: async (prompt) => (await this.#terminal.readLine(prompt)) ?? '',
        onMessage: (message) => this.#printer.print(message),
      });
      this.#printer.endLine();
      return true;
    } catch (error) {
      this.#printer.endLine();
      if (this.#kernel.dead || !(error instanceof UserError)) throw this.#kernel.dead ?? error;
      this.#say(messageOf(error));
      return false;
    } finally {
      release();
      this.#save();
    }
  }

  async #printValue(expression: string): Promise<void> {
    await this.#kernel.execute(expression, { storeHistory: false, onMessage: (message) => this.#printer.print(message) });
    this.#printer.endLine();
  }

  async #setValue(name: string, value: string): Promise<void> {
    const cell = this.#cell(this.#at);
    cell.source = await editValue(cell.source, this.#run.spec.language, name, value);
    this.#save();
    this.#show();
  }

  async #edit(source: string): Promise<void> {
    const cell = this.#cell(this.#at);
    const { edit } = this.#terminal;
    if (source !== '') cell.source = source;
    else if (edit) cell.source = await edit(cell.source, this.#run.spec.language === 'python' ? '.py' : '.ts');
    else cell.source = (await this.#terminal.readLine('new source: ')) ?? cell.source;
    this.#save();
    this.#show();
  }

  #cell(index: number): CodeCell {
    if (index < this.#cells.length) return this.#cells[index];
    throw new UserError('there must be a cell here, got the end of the notebook (go back with previous, or quit)');
  }

  #move(by: number): void {
    this.#at = Math.min(this.#cells.length, Math.max(0, this.#at + by));
    this.#show();
  }

  /** Shows the cell one stands at, after the text cells that lead to it. */
  #show(): void {
    const { cells } = this.#run.notebook;
    const here = this.#at < this.#cells.length ? cells.indexOf(this.#cells[this.#at]) : cells.length;
    const before = this.#at > 0 ? cells.indexOf(this.#cells[this.#at - 1]) : -1;
    for (const text of cells.slice(before + 1, here)) this.#say(`\n${text.source}`);
    if (here === cells.length) this.#say('\n--- end of the notebook ---');
    else this.#say(`\n--- cell ${this.#at + 1} of ${this.#cells.length} ---\n${cells[here].source}`);
  }

  #say(text: string): void {
    this.#terminal.write(`${text}\n`);
  }

  #save(): void {
    this.#collector.settle();
    writeNotebook(this.#run.output, this.#run.notebook);
  }
}
