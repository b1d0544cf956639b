import { join } from 'node:path';
import ts from 'typescript';
import { hasAugmentations, importedSpecifiers } from './declarations.ts';
import { type DiskFiles, isInstalled } from './files.ts';
import type { Installation, Project } from './project.ts';

/** The part of TypeScript's program and module that is not in its typings; stable since 6.0 is the last release of this API. */
interface OpenProgram extends ts.Program {
  getResolvedModule(file: ts.SourceFile, name: string, mode: ts.ResolutionMode): ts.ResolvedModuleWithFailedLookupLocations | undefined;
}
interface OpenSourceFile extends ts.SourceFile {
  path: string;
  resolvedPath: string;
  version: string;
}
declare module 'typescript' {
  function bindSourceFile(file: ts.SourceFile, options: ts.CompilerOptions): void;
}

/** Specifiers by which cells import from earlier cells. */
export const CELL_SPECIFIER = /^\.\/cell-\d+$/;

/**
 * One TypeScript program that grows by cells without being built again.
 *
 * Building a program, even with everything reusable, costs tens of milliseconds, and its new type checker forgets every type
 * it had worked out. A cell is a module that nothing depends on yet, so it is parsed, bound and shown to the type checker of
 * the program that is there. The program is built anew only where a cell needs files that are not in it, or files changed.
 */
export class CellProgram {
  readonly service: ts.LanguageService;
  readonly options: ts.CompilerOptions;
  readonly files: DiskFiles;
  #folder: string;
  readonly #cells = new Map<string, OpenSourceFile>();
  readonly #resolutions: ts.ModuleResolutionCache;
  readonly #host: ts.LanguageServiceHost;
  #projectVersion = 0;
  #program: OpenProgram | undefined;
  #localFiles: string[] = [];

  constructor(folder: string, project: Project, installation: Installation, files: DiskFiles, registry: ts.DocumentRegistry) {
    this.#folder = folder;
    this.options = project.options;
    this.files = files;
    this.#resolutions = ts.createModuleResolutionCache(folder, (name) => name, this.options);
    this.#host = {
      getProjectVersion: () => String(this.#projectVersion),
      getScriptFileNames: () => [...project.roots, ...this.#cells.keys()],
      getScriptVersion: (path) => this.#cells.get(path)?.version ?? files.version(path) ?? '',
      getScriptSnapshot: (path) => {
        const cell = this.#cells.get(path);
        return cell ? ts.ScriptSnapshot.fromString(cell.text) : files.snapshot(path);
      },
      getCurrentDirectory: () => this.#folder,
      getCompilationSettings: () => this.options,
      getDefaultLibFileName: (options) => join(installation.typescriptLib, ts.getDefaultLibFileName(options)),
      fileExists: (path) => this.#cells.has(path) || files.exists(path),
      readFile: (path) => this.#cells.get(path)?.text ?? files.text(path),
      directoryExists: ts.sys.directoryExists,
      getDirectories: ts.sys.getDirectories,
      realpath: ts.sys.realpath,
      useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
    };
    this.service = ts.createLanguageService(this.#host, registry);
  }

  /** The path of a cell's module; it lies in the notebook's folder so that relative imports resolve from there. */
  cellPath(id: string): string {
    return join(this.#folder, `${id}.ts`);
  }

  /** Starts over without cells in another folder that has the same settings. */
  moveTo(folder: string): void {
    this.#folder = folder;
    this.#cells.clear();
    this.#resolutions.clear();
  }

  get program(): OpenProgram {
    if (!this.#program) this.#build();
    return this.#program as OpenProgram;
  }

  /** Puts a cell's text in and returns its bound source file. */
  setCell(id: string, text: string): ts.SourceFile {
    const path = this.cellPath(id);
    const file = ts.createSourceFile(
      path,
      text,
      { languageVersion: this.options.target ?? ts.ScriptTarget.ES2023, impliedNodeFormat: ts.ModuleKind.ESNext },
      true,
    ) as OpenSourceFile;
    file.path = path;
    file.resolvedPath = path;
    file.version = text;
    this.#cells.set(path, file);
    if (hasAugmentations(file) || this.#needsNewFiles(file)) this.#build();
    else ts.bindSourceFile(file, this.options);
    return this.program.getSourceFile(path) as ts.SourceFile;
  }

  removeCell(id: string): void {
    this.#cells.delete(this.cellPath(id));
  }

  /** The user's files in the program that changed on disk since they were read; when there are any, the program is built anew. */
  refresh(): string[] {
    const changed = this.files.changed(this.#localFiles);
    if (changed.length > 0) {
      this.#resolutions.clear();
      this.#build();
    }
    return changed;
  }

  resolve(specifier: string, from: string): ts.ResolvedModuleFull | undefined {
    const mode = this.options.moduleResolution === ts.ModuleResolutionKind.Bundler ? undefined : ts.ModuleKind.ESNext;
    const look = (cache?: ts.ModuleResolutionCache): ts.ResolvedModuleFull | undefined =>
      ts.resolveModuleName(specifier, from, this.options, this.#host as ts.ModuleResolutionHost, cache, undefined, mode).resolvedModule;
    // What was not there may be there now: a failure is not believed twice.
    return look(this.#resolutions) ?? look();
  }

  #needsNewFiles(file: ts.SourceFile): boolean {
    for (const specifier of importedSpecifiers(file)) {
      if (CELL_SPECIFIER.test(specifier) || isAmbientModule(this.program, specifier)) continue;
      const resolved = this.resolve(specifier, file.fileName);
      if (resolved && !this.program.getSourceFile(resolved.resolvedFileName)) return true;
    }
    return false;
  }

  #build(): void {
    this.#projectVersion++;
    const program = this.service.getProgram() as OpenProgram;
    const { getSourceFile, getResolvedModule } = program;
    // The service hands out its own parse of every cell: keep that, so that nodes belong to one file object.
    for (const path of this.#cells.keys()) {
      const own = getSourceFile.call(program, path) as OpenSourceFile | undefined;
      if (own) this.#cells.set(path, own);
    }
    program.getSourceFile = (path) => this.#cells.get(path) ?? getSourceFile.call(program, path);
    program.getResolvedModule = (file, name, mode) => {
      if (!this.#cells.has(file.fileName)) return getResolvedModule.call(program, file, name, mode);
      const id = CELL_SPECIFIER.test(name) ? name.slice(2) : undefined;
      const resolvedModule = id
        ? {
            resolvedFileName: this.cellPath(id),
            extension: ts.Extension.Ts,
            isExternalLibraryImport: false,
            resolvedUsingTsExtension: false,
          }
        : this.resolve(name, file.fileName);
      return { resolvedModule } as ts.ResolvedModuleWithFailedLookupLocations;
    };
    this.#program = program;
    this.#localFiles = program
      .getSourceFiles()
      .map((file) => file.fileName)
      .filter((path) => !isInstalled(path) && !this.#cells.has(path));
  }
}

function isAmbientModule(program: ts.Program, specifier: string): boolean {
  return program
    .getTypeChecker()
    .getAmbientModules()
    .some((module) => module.name === `"${specifier}"`);
}

/**
 * Parsed files shared by all programs of one compiler process. TypeScript's own registry keeps them apart by compiler
 * options; of those only the target's parsing matters here, and cells are all parsed for the same one.
 */
export function sharedRegistry(): ts.DocumentRegistry {
  const parsed = new Map<string, { version: string; file: ts.SourceFile }>();
  const acquire = (
    path: string,
    snapshot: ts.IScriptSnapshot,
    version: string,
    options: ts.CreateSourceFileOptions | ts.ScriptTarget | undefined,
  ): ts.SourceFile => {
    const known = parsed.get(path);
    if (known && known.version === version) return known.file;
    const file = ts.createLanguageServiceSourceFile(path, snapshot, options ?? ts.ScriptTarget.ES2023, version, false);
    parsed.set(path, { version, file });
    return file;
  };
  return {
    acquireDocument: (path, _settings, snapshot, version, _kind, options) => acquire(path, snapshot, version, options),
    acquireDocumentWithKey: (path, _path, _settings, _key, snapshot, version, _kind, options) => acquire(path, snapshot, version, options),
    updateDocument: (path, _settings, snapshot, version, _kind, options) => acquire(path, snapshot, version, options),
    updateDocumentWithKey: (path, _path, _settings, _key, snapshot, version, _kind, options) => acquire(path, snapshot, version, options),
    getKeyForCompilationSettings: () => '' as ts.DocumentRegistryBucketKey,
    releaseDocument: () => undefined,
    releaseDocumentWithKey: () => undefined,
    reportStats: () => '',
  } as ts.DocumentRegistry;
}
