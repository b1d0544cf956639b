import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';
import type { CompiledCell } from '../compiler/session.ts';
import type { CellOutcome, ServerFrame } from '../frames.ts';
import { recoverFromTermination, tolerateTermination } from './async-hooks.ts';
import { send } from './channel.ts';
import { type CellContext, runInCell } from './context.ts';
import { describeError } from './errors.ts';
import { toBundle } from './format.ts';
import { exportOf, type ModuleLoader } from './modules.ts';
import { registerCell } from './stack.ts';

type CellFunction = (scope: object, load: (specifier: string) => Promise<object>, meta: object) => Promise<[unknown] | undefined>;
type ExecuteFrame = Extract<ServerFrame, { type: 'execute' }>;

/** Runs compiled cells over the scope that they share. */
export class CellRunner {
  readonly #loader: ModuleLoader;
  readonly #meta: object;
  readonly #scope: Record<string, unknown> = Object.create(null);
  /** Names that an import gave their value, so that a changed module can give them the new one. */
  readonly #imported = new Map<string, { specifier: string; name: string; value: unknown }>();
  #running: { context: CellContext; compiled: CompiledCell; before: Map<string, unknown> } | undefined;

  constructor(loader: ModuleLoader, folder: string) {
    this.#loader = loader;
    const filename = join(folder, 'cell.ts');
    this.#meta = { url: pathToFileURL(filename).href, filename, dirname: dirname(filename) };
  }

  async execute({ cell, name, compiled, modules, publish }: ExecuteFrame): Promise<void> {
    const context: CellContext = { cell, interrupted: false };
    const before = new Map(compiled.declares.flatMap((declared) => (declared in this.#scope ? [[declared, this.#scope[declared]]] : [])));
    const running = { context, compiled, before };
    this.#running = running;
    try {
      await runInCell(context, async () => {
        tolerateTermination();
        await this.#load(compiled, modules);
        registerCell(name, compiled.map);
        const script = new vm.Script(compiled.code, { filename: name });
        const run = script.runInThisContext() as CellFunction;
        const result = await run(this.#scope, (specifier) => this.#loader.load(specifier), this.#meta);
        const shown = result?.[0] === undefined ? undefined : await toBundle(result[0]);
        if (context.interrupted) return;
        if (shown && publish) send({ type: 'result', cell, data: shown });
        const defined = compiled.declares.filter((declared) => declared in this.#scope);
        this.#finish(context, { status: 'ok', defined, ...(shown && !publish ? { bundle: shown } : {}) });
      });
    } catch (thrown) {
      this.#finish(context, { status: 'error', defined: this.#definedSoFar(running), ...describeError(thrown) });
    }
  }

  /** Runs a handler of a front end's message as if it were a cell of its own. */
  handle(cell: number, run: () => void): void {
    let outcome: CellOutcome = { status: 'ok', defined: [] };
    runInCell({ cell, interrupted: false }, () => {
      try {
        run();
      } catch (thrown) {
        const error = describeError(thrown);
        send({ type: 'stream', cell, name: 'stderr', text: `${error.traceback.join('\n')}\n` });
        outcome = { status: 'error', defined: [], ...error };
      }
    });
    send({ type: 'done', cell, outcome });
  }

  /** Ends the running cell; whatever of it goes on in the background is silent from now on. */
  interrupt(): void {
    recoverFromTermination();
    this.#loader.interrupt();
    const running = this.#running;
    if (!running) return;
    const evalue = 'The cell was interrupted; variables are kept.';
    running.context.interrupted = true;
    this.#finish(running.context, {
      status: 'error',
      defined: this.#definedSoFar(running),
      ename: 'Interrupted',
      evalue,
      traceback: [`\x1b[31mInterrupted\x1b[39m: ${evalue}`],
    });
  }

  #finish(context: CellContext, outcome: CellOutcome): void {
    if (this.#running?.context !== context) return;
    this.#running = undefined;
    send({ type: 'done', cell: context.cell, outcome });
  }

  /** The names that an unfinished cell came to give a value: those that are new or changed. */
  #definedSoFar({ compiled, before }: { compiled: CompiledCell; before: Map<string, unknown> }): string[] {
    return compiled.declares.filter(
      (name) => name in this.#scope && (!before.has(name) || !Object.is(before.get(name), this.#scope[name])),
    );
  }

  async #load(compiled: CompiledCell, modules: ExecuteFrame['modules']): Promise<void> {
    const stale = this.#loader.apply(modules);
    for (const name of compiled.declares) this.#imported.delete(name);
    for (const [local, binding] of this.#imported) {
      if (!stale.has(binding.specifier) || !Object.is(this.#scope[local], binding.value)) continue;
      binding.value = exportOf(await this.#loader.load(binding.specifier), binding.name);
      this.#scope[local] = binding.value;
    }
    for (const { specifier, bindings } of compiled.imports) {
      const namespace = await this.#loader.load(specifier);
      for (const [local, name] of Object.entries(bindings)) {
        const value = exportOf(namespace as Record<string, unknown>, name);
        this.#scope[local] = value;
        this.#imported.set(local, { specifier, name, value });
      }
    }
  }
}
