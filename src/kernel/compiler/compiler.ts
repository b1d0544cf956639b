import { resolve } from 'node:path';
import { type Completeness, type Completions, complete, inspect, isComplete } from './assist.ts';
import { DiskFiles } from './files.ts';
import { type ModuleDelta, ModuleGraph } from './modules.ts';
import { CellProgram, sharedRegistry } from './program.ts';
import { findProject, type Installation, type Project } from './project.ts';
import { type CellDiagnostic, CellSession, type CompiledCell } from './session.ts';

export type Compilation = { diagnostics: CellDiagnostic[] } | { cell: CompiledCell; modules: ModuleDelta };

/**
 * Everything the kernel asks about TypeScript, for the cells of one folder: a facade over program, session and modules.
 * Parsed library files outlive a change of folder.
 */
export class Compiler {
  readonly #installation: Installation;
  readonly #files = new DiskFiles();
  readonly #registry = sharedRegistry();
  /** The folder that is being opened, or could not be. */
  #opening: string | undefined;
  #project!: Project;
  #program!: CellProgram;
  #session!: CellSession;
  #graph!: ModuleGraph;
  /** Versions of the modules that go with a cell which has not run yet. */
  readonly #versions = new Map<string, ReadonlyMap<string, string>>();

  constructor(installation: Installation, folder: string) {
    this.#installation = installation;
    this.open(folder);
  }

  /**
   * Moves to a folder; what is there is kept when the folder is compiled in the same way.
   * @throws Error for a tsconfig.json that TypeScript rejects; so does every later call, until it is mended
   */
  open(folder: string): void {
    this.#opening = folder;
    const project = findProject(resolve(folder), this.#installation);
    if (this.#project && JSON.stringify(this.#project) === JSON.stringify(project)) this.#program.moveTo(resolve(folder));
    else this.#program = new CellProgram(resolve(folder), project, this.#installation, this.#files, this.#registry);
    this.#project = project;
    this.#session = new CellSession(this.#program);
    this.#graph = new ModuleGraph(this.#program);
    this.#opening = undefined;
  }

  compile(code: string): Compilation {
    this.#refresh();
    const compiled = this.#session.compile(code);
    if (Array.isArray(compiled)) return { diagnostics: compiled };
    const { delta, versions } = this.#graph.delta([...compiled.imports.map(({ specifier }) => specifier), ...compiled.dynamicImports]);
    this.#versions.set(compiled.id, versions);
    return { cell: compiled, modules: delta };
  }

  /** Records that a cell ran: the evaluator has its modules, and the names that it left with a value are there for the next. */
  commit(id: string, defined: string[]): void {
    const versions = this.#versions.get(id);
    if (versions) this.#graph.markSent(versions);
    this.#versions.delete(id);
    this.#session.commit(id, defined);
  }

  check(cells: string[]): CellDiagnostic[][] {
    this.#refresh();
    return this.#session.checkAll(cells);
  }

  /** Where a specifier that is only known at run time leads. */
  load(specifier: string): ModuleDelta {
    const { delta, versions } = this.#graph.delta([specifier]);
    this.#graph.markSent(versions);
    return delta;
  }

  complete(code: string, cursor: number): Completions {
    return complete(this.#program, this.#session, code, cursor);
  }

  inspect(code: string, cursor: number): ReturnType<typeof inspect> {
    return inspect(this.#program, this.#session, code, cursor);
  }

  isComplete(code: string): Completeness {
    return isComplete(code);
  }

  /** Forgets names and modules, as after the evaluator was replaced. */
  reset(): void {
    this.#session.reset();
    this.#graph.reset();
    this.#versions.clear();
  }

  #refresh(): void {
    if (this.#opening !== undefined) this.open(this.#opening);
    this.#program.refresh();
  }
}
