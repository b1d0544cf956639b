import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { checkOptions, messageOf, UserError } from '../core/index.ts';
import { addBanner, removeBanner } from './banner.ts';
import { type ExecuteOptions, type KernelClient, startKernel } from './client.ts';
import { DeadKernelError } from './errors.ts';
import { executeCell } from './execute-cell.ts';
import { type CodeCell, codeCells, hasTag, type Notebook } from './format.ts';
import { findKernelspec, type Kernelspec, OWN_KERNEL } from './kernelspecs.ts';
import { type LimitOptions, RunLimits } from './limits.ts';
import { readNotebook, writeNotebook } from './notebook-file.ts';
import { OutputCollector } from './outputs.ts';
import { asWords, injectParameters } from './parameters.ts';
import { forgetCompleted, recordCompleted, takeOverCompleted } from './resume.ts';
import type { RunEvent } from './run-events.ts';
import { secondsOf } from './timing.ts';
import { checkTypes, TypeCheckError } from './type-check.ts';

/** How a notebook is run. */
export interface RunOptions extends LimitOptions {
  /** Where the executed notebook is saved; by default over the notebook itself. */
  output?: string;
  /** Name of the kernel; by default the one in the notebook's metadata. */
  kernel?: string;
  /** Values for the cell tagged `parameters`, as words. */
  parameters?: Record<string, string>;
  /** Seconds between the interrupt and the kill of a cell that went over a limit; 5 unless told. */
  graceSeconds?: number;
  /** Run on after a cell that failed, or that does not compile. */
  allowErrors?: boolean;
  /** Keep the outputs of the cells that an unfinished run completed; see `runNotebook`. */
  resume?: boolean;
  /** Aborted to kill the kernel at once. */
  kill?: AbortSignal;
  onEvent?: (event: RunEvent) => void;
  onInput?: ExecuteOptions['onInput'];
}

const OPTIONS = [
  'output',
  'kernel',
  'parameters',
  'cellSeconds',
  'totalSeconds',
  'graceSeconds',
  'allowErrors',
  'resume',
  'stop',
  'kill',
  'onEvent',
  'onInput',
];

/** A notebook that can be run: read, its parameters put in, its kernel found. No kernel was started for that. */
export interface PreparedRun {
  notebook: Notebook;
  /** The name it was given by, for messages. */
  file: string;
  output: string;
  spec: Kernelspec;
  /** How many of the first code cells keep the outputs that an unfinished run saved. */
  kept: number;
  /** Seconds that cells took last time, by their source; none when that run had other parameters. */
  seconds: Map<string, number>;
  options: RunOptions;
}

/**
 * Reads a notebook and checks all that can be checked without a kernel.
 * @throws UserError when the file, the kernel's name or a parameter is wrong
 */
export async function prepareRun(file: string, options: RunOptions = {}): Promise<PreparedRun> {
  checkOptions('runNotebook', options, OPTIONS);
  const notebook = readNotebook(file);
  const output = options.output ?? file;
  const former = resolve(output) === resolve(file) ? notebook : notebookAt(output);
  const before = { parameters: former?.metadata.colora?.parameters ?? {}, seconds: secondsBySource(former) };
  const saved = options.resume && resolve(output) !== resolve(file) && existsSync(output) ? readNotebook(output) : notebook;
  removeBanner(notebook);
  const spec = findKernelspec(options.kernel ?? notebook.metadata.kernelspec?.name ?? OWN_KERNEL);
  const given = options.parameters ?? {};
  const recorded = saved === notebook ? {} : asWords(saved.metadata.colora?.parameters ?? {});
  await injectParameters(notebook, Object.keys(given).length > 0 ? given : recorded, spec.language, file);
  const seconds = isDeepStrictEqual(before.parameters, notebook.metadata.colora?.parameters ?? {}) ? before.seconds : new Map();
  const kept = options.resume ? takeOverCompleted(notebook, saved) : 0;
  return { notebook, file, output, spec, kept, seconds, options };
}

/** The notebook in a file; undefined where there is none. */
function notebookAt(file: string): Notebook | undefined {
  try {
    return existsSync(file) ? readNotebook(file) : undefined;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function secondsBySource(former: Notebook | undefined): Map<string, number> {
  const cells = former === undefined ? [] : codeCells(former);
  return new Map(
    cells.flatMap((cell) => {
      const seconds = secondsOf(cell);
      return seconds === undefined ? [] : [[cell.source, seconds] as const];
    }),
  );
}

/**
 * Runs all cells of a notebook in order, saving it after every cell.
 *
 * Cells tagged `skip-execution` are not run; a cell tagged `raises-exception` may fail. With a kernel of ours nothing runs when a cell
 * does not compile. When the run ends early the notebook is saved with a banner on top, and an output that was not made by this run is not
 * left in it.
 *
 * `resume`: a fresh kernel knows nothing of an earlier run, so its state is rebuilt by running the cells again which that run had
 * completed; as long as they are unchanged they keep their saved outputs and times. From the first cell that failed or changed on, outputs
 * are new. (Keeping the state itself over an edit needs a kernel that stays alive: that is what the stepper is for.)
 *
 * @throws UserError, or one of the classes in errors.ts, after the notebook was saved
 */
export async function runNotebook(file: string, options: RunOptions = {}): Promise<void> {
  await runPrepared(await prepareRun(file, options));
}

/** Runs a notebook that `prepareRun` has read. */
export async function runPrepared(run: PreparedRun): Promise<void> {
  await new NotebookRun(run).run();
}

class NotebookRun {
  readonly #run: PreparedRun;
  readonly #cells: CodeCell[];
  readonly #collector = new OutputCollector();
  readonly #limits: RunLimits;
  readonly #started = performance.now();
  /** Code cells that are done, in this run or in the one resumed. */
  #completed = 0;
  #touched = false;

  constructor(run: PreparedRun) {
    this.#run = run;
    this.#cells = codeCells(run.notebook);
    this.#limits = new RunLimits(run.options);
  }

  async run(): Promise<void> {
    const { file, options, output, spec } = this.#run;
    this.#emit({ event: 'start', notebook: file, kernel: spec.name, cells: this.#cells.length, expectedSeconds: this.#expectedSeconds() });
    let kernel: KernelClient | undefined;
    const kill = () => void kernel?.kill();
    options.kill?.addEventListener('abort', kill);
    try {
      kernel = await this.#start();
      await this.#check(kernel);
      this.#clear(kernel);
      for (const [index, cell] of this.#cells.entries()) await this.#runCell(kernel, cell, index);
      forgetCompleted(this.#run.notebook);
      writeNotebook(output, this.#run.notebook);
      this.#emit({ event: 'end', notebook: file, status: 'ok', seconds: this.#seconds(), saved: output });
    } catch (error) {
      this.#saveFailure(error);
      throw error;
    } finally {
      await kernel?.shutdown();
      options.kill?.removeEventListener('abort', kill);
    }
  }

  async #start(): Promise<KernelClient> {
    const giveUp = new AbortController();
    const starting = startKernel(this.#run.spec, { cwd: dirname(resolve(this.#run.file)), signal: giveUp.signal });
    try {
      return await this.#limits.watch(starting, 'the start of the kernel', false);
    } catch (error) {
      giveUp.abort();
      await starting.catch(() => {});
      throw error;
    }
  }

  async #check(kernel: KernelClient): Promise<void> {
    const { file, options } = this.#run;
    const diagnostics = await this.#limits.watch(checkTypes(kernel, this.#cells), 'the type check', false);
    for (const diagnostic of diagnostics) this.#emit({ event: 'diagnostic', notebook: file, ...diagnostic });
    if (diagnostics.length > 0 && !options.allowErrors) throw new TypeCheckError(file, diagnostics);
  }

  /** Empties what this run will make anew, so that a notebook saved half-way never mixes two runs. */
  #clear(kernel: KernelClient): void {
    const { metadata } = this.#run.notebook;
    const { spec, kept } = this.#run;
    this.#touched = true;
    metadata.kernelspec ??= { display_name: spec.displayName, language: spec.language, name: spec.name };
    if (kernel.info.language_info) metadata.language_info = kernel.info.language_info;
    for (const cell of this.#cells.slice(kept)) {
      if (hasTag(cell, 'skip-execution')) continue;
      cell.outputs = [];
      cell.execution_count = null;
      delete cell.metadata.execution;
    }
  }

  async #runCell(kernel: KernelClient, cell: CodeCell, index: number): Promise<void> {
    const { file, notebook, options, output, kept } = this.#run;
    const [number, replayed] = [index + 1, index < kept];
    const begun = performance.now();
    const end = (status: 'ok' | 'error' | 'skipped', error?: string) =>
      this.#emit({ event: 'cell-end', notebook: file, cell: number, status, seconds: (performance.now() - begun) / 1000, error });
    if (hasTag(cell, 'skip-execution') || cell.source.trim() === '') {
      end('skipped');
    } else {
      this.#emit({ event: 'cell-start', notebook: file, cell: number, source: cell.source, replayed });
      // what a replayed cell shows, now or later, goes to a copy
      const shown = replayed ? { ...cell, metadata: { ...cell.metadata }, outputs: [] } : cell;
      try {
        const status = await executeCell(kernel, shown, this.#collector, {
          what: `cell ${number}`,
          limits: this.#limits,
          graceSeconds: options.graceSeconds ?? 5,
          allowError: options.allowErrors === true || hasTag(cell, 'raises-exception'),
          onInput: options.onInput,
        });
        end(status);
      } catch (error) {
        Object.assign(cell, shown);
        end('error', messageOf(error));
        throw error;
      }
      if (replayed) this.#collector.redirect(shown, cell);
    }
    this.#completed = number;
    recordCompleted(notebook, this.#completed);
    this.#collector.settle();
    if (!replayed) writeNotebook(output, notebook);
  }

  /** Saves how far the run came; a notebook of which no cell was run stays as it is. */
  #saveFailure(error: unknown): void {
    const { file, notebook, output } = this.#run;
    const cause = this.#cause(error);
    if (this.#touched) {
      recordCompleted(notebook, this.#completed);
      addBanner(notebook, cause);
      this.#collector.settle();
      writeNotebook(output, notebook);
    }
    this.#emit({ event: 'end', notebook: file, status: 'failed', seconds: this.#seconds(), saved: this.#touched ? output : null, cause });
  }

  /** Why the run ended, in one sentence that names the cell. */
  #cause(error: unknown): string {
    const message = messageOf(error);
    if (!(error instanceof DeadKernelError)) return message;
    return this.#touched ? `cell ${this.#completed + 1} was running when ${message}` : message;
  }

  #expectedSeconds(): (number | null)[] {
    return this.#cells.map((cell) => (hasTag(cell, 'skip-execution') ? 0 : (this.#run.seconds.get(cell.source) ?? null)));
  }

  #seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }

  #emit(event: RunEvent): void {
    this.#run.options.onEvent?.(event);
  }
}
