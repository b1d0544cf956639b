import { isBuiltin } from 'node:module';
import { relative } from 'node:path';
import ts from 'typescript';
import { isInstalled } from './files.ts';
import type { CellProgram } from './program.ts';

/** Where an import leads: to a file of the user's project, or to something that Node.js itself resolves and loads. */
export type ModuleTarget = { local: string } | { external: string };

/** A compiled module of the user's project. */
export interface ModuleSource {
  /** ECMAScript module text; JSON text for a .json file. */
  code: string;
  /** Source map (version 3, JSON); empty for JSON. */
  map: string;
  imports: Record<string, ModuleTarget>;
}

/** What an evaluator has to learn before it runs a cell. */
export interface ModuleDelta {
  /** Where the specifiers used by cells lead. */
  roots: Record<string, ModuleTarget>;
  /** New or changed modules by path. */
  modules: Record<string, ModuleSource>;
}

const LOADED_HERE = new Set<string>([
  ts.Extension.Ts,
  ts.Extension.Tsx,
  ts.Extension.Mts,
  ts.Extension.Js,
  ts.Extension.Mjs,
  ts.Extension.Json,
]);

/** Compiles the modules that cells import from the user's project, and keeps account of what the evaluator has of them. */
export class ModuleGraph {
  readonly #program: CellProgram;
  readonly #compiled = new Map<string, { version: string; source: ModuleSource }>();
  readonly #roots = new Map<string, ModuleTarget>();
  readonly #sent = new Map<string, string>();

  constructor(program: CellProgram) {
    this.#program = program;
  }

  /**
   * Adds the specifiers that a cell imports and returns what is new or has changed on disk since what was last said to be sent.
   * @returns the delta, and the versions to pass to `markSent` once the evaluator has it
   * @throws SyntaxError naming file, line and column of a module that cannot be parsed
   */
  delta(specifiers: Iterable<string>): { delta: ModuleDelta; versions: ReadonlyMap<string, string> } {
    this.#program.files.changed(this.#compiled.keys());
    for (const specifier of specifiers) this.#roots.set(specifier, this.#resolve(specifier, this.#program.cellPath('cell-0')));
    const modules: Record<string, ModuleSource> = {};
    const versions = new Map<string, string>();
    const visit = (target: ModuleTarget): void => {
      if (!('local' in target) || versions.has(target.local)) return;
      const { version, source } = this.#compile(target.local);
      versions.set(target.local, version);
      if (this.#sent.get(target.local) !== version) modules[target.local] = source;
      for (const next of Object.values(source.imports)) visit(next);
    };
    for (const target of this.#roots.values()) visit(target);
    return { delta: { roots: Object.fromEntries(this.#roots), modules }, versions };
  }

  markSent(versions: ReadonlyMap<string, string>): void {
    for (const [path, version] of versions) this.#sent.set(path, version);
  }

  /** Forgets what was sent, as after the evaluator was replaced. */
  reset(): void {
    this.#sent.clear();
    this.#roots.clear();
  }

  #resolve(specifier: string, from: string): ModuleTarget {
    if (isBuiltin(specifier)) return { external: specifier };
    const resolved = this.#program.resolve(specifier, from);
    const path = resolved?.resolvedFileName;
    if (!path || isInstalled(path) || !LOADED_HERE.has(resolved.extension)) return { external: specifier };
    return { local: path };
  }

  #compile(path: string): { version: string; source: ModuleSource } {
    const onDisk = this.#program.files.version(path) ?? '';
    const known = this.#compiled.get(path);
    if (known?.version.startsWith(onDisk) && !hasUnresolved(known.source)) return known;
    const text = this.#program.files.text(path) ?? '';
    const source = path.endsWith('.json') ? { code: text, map: '', imports: {} } : this.#transpile(path, text);
    // Where imports lead is part of a version: a file they look for may have come into being.
    const compiled = { version: `${onDisk} ${JSON.stringify(source.imports)}`, source };
    this.#compiled.set(path, compiled);
    return compiled;
  }

  #transpile(path: string, text: string): ModuleSource {
    const { outputText, sourceMapText, diagnostics } = ts.transpileModule(text, {
      fileName: path,
      reportDiagnostics: true,
      compilerOptions: {
        ...this.#program.options,
        module: ts.ModuleKind.ESNext,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
        verbatimModuleSyntax: false,
      },
    });
    const error = diagnostics?.find(({ category }) => category === ts.DiagnosticCategory.Error);
    if (error?.file && error.start !== undefined) {
      const { line, character } = error.file.getLineAndCharacterOfPosition(error.start);
      const where = relative(this.#program.program.getCurrentDirectory(), path);
      throw new SyntaxError(`${where}:${line + 1}:${character + 1}: ${ts.flattenDiagnosticMessageText(error.messageText, '\n')}`);
    }
    const imports: Record<string, ModuleTarget> = {};
    for (const { fileName } of ts.preProcessFile(outputText, true, true).importedFiles) imports[fileName] = this.#resolve(fileName, path);
    const code = outputText.replace(/^\/\/# sourceMappingURL=.*$/m, '');
    return { code, map: sourceMapText ?? '', imports };
  }
}

/** Whether a module imports a file that is not there. */
function hasUnresolved({ imports }: ModuleSource): boolean {
  return Object.entries(imports).some(([specifier, target]) => specifier.startsWith('.') && 'external' in target);
}
