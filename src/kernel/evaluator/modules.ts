import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import vm from 'node:vm';
import type { ModuleDelta, ModuleSource, ModuleTarget } from '../compiler/modules.ts';
import { registerModule } from './stack.ts';

type Namespace = Record<string, unknown>;

/**
 * The modules of the user's project, linked and evaluated here so that they can be replaced when their files change;
 * packages are loaded by Node.js itself, once.
 */
export class ModuleLoader {
  readonly #folder: string;
  readonly #lookUp: (specifier: string) => Promise<ModuleDelta>;
  readonly #provided: Map<string, Namespace>;
  readonly #sources = new Map<string, ModuleSource>();
  readonly #instances = new Map<string, vm.SourceTextModule | vm.SyntheticModule>();
  readonly #externals = new Map<string, { loading: Promise<Namespace>; settled: boolean; interrupted: boolean }>();
  readonly #wrapped = new Map<Namespace, vm.SyntheticModule>();
  readonly #roots = new Map<string, ModuleTarget>();
  readonly #evaluations = new WeakMap<vm.Module, Promise<void>>();
  readonly #evaluating = new Set<vm.Module>();
  #linking: Promise<void> = Promise.resolve();

  /**
   * @param folder where cells resolve packages from
   * @param provided modules that the kernel itself provides, by specifier
   * @param lookUp asks the compiler where a specifier leads that it did not foresee
   */
  constructor(folder: string, provided: Map<string, Namespace>, lookUp: (specifier: string) => Promise<ModuleDelta>) {
    this.#folder = folder;
    this.#provided = provided;
    this.#lookUp = lookUp;
  }

  /** Takes in what the compiler found; returns the specifiers of cells whose modules must be evaluated anew. */
  apply({ roots, modules }: ModuleDelta): Set<string> {
    for (const [specifier, target] of Object.entries(roots)) this.#roots.set(specifier, target);
    for (const [path, source] of Object.entries(modules)) this.#sources.set(path, source);
    const stale = this.#dependents(Object.keys(modules));
    const replaced = [...stale].filter((path) => this.#instances.delete(path));
    const isStale = (target: ModuleTarget): boolean => 'local' in target && replaced.includes(target.local);
    return new Set([...this.#roots].flatMap(([specifier, target]) => (isStale(target) ? [specifier] : [])));
  }

  /** What `import(specifier)` gives in a cell. */
  async load(specifier: string): Promise<Namespace> {
    if (!this.#roots.has(specifier)) this.apply(await this.#lookUp(specifier));
    return this.#loadTarget(this.#roots.get(specifier) ?? { external: specifier }, join(this.#folder, 'cell.ts'));
  }

  async #loadTarget(target: ModuleTarget, from: string): Promise<Namespace> {
    if ('external' in target) return this.#external(target.external, from);
    const module = this.#instance(target.local);
    let evaluation = this.#evaluations.get(module);
    if (!evaluation) {
      // One graph is linked at a time: a module that two graphs share must not be met half linked.
      this.#linking = this.#linking.catch(() => undefined).then(() => (module.status === 'unlinked' ? module.link(this.#link) : undefined));
      this.#evaluating.add(module);
      evaluation = this.#linking.then(() => module.evaluate()).finally(() => this.#evaluating.delete(module));
      this.#evaluations.set(module, evaluation);
    }
    await evaluation;
    return module.namespace as Namespace;
  }

  /** The modules that import any of the given ones, and these themselves. */
  #dependents(paths: string[]): Set<string> {
    const importers = new Map<string, string[]>();
    for (const [path, { imports }] of this.#sources) {
      for (const target of Object.values(imports)) {
        if ('local' in target) importers.set(target.local, [...(importers.get(target.local) ?? []), path]);
      }
    }
    const found = new Set<string>();
    const pending = [...paths];
    for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
      if (found.has(path)) continue;
      found.add(path);
      pending.push(...(importers.get(path) ?? []));
    }
    return found;
  }

  #instance(path: string): vm.SourceTextModule | vm.SyntheticModule {
    const known = this.#instances.get(path);
    // A module that failed is tried again: what it stumbled over may have been mended.
    if (known && known.status !== 'errored') return known;
    const source = this.#sources.get(path);
    if (!source) throw new Error(`module ${path} was not compiled`);
    const module = path.endsWith('.json') ? jsonModule(path, source.code) : this.#sourceModule(path, source);
    this.#instances.set(path, module);
    return module;
  }

  #sourceModule(path: string, { code, map, imports }: ModuleSource): vm.SourceTextModule {
    const url = pathToFileURL(path).href;
    registerModule(url, map);
    return new vm.SourceTextModule(code, {
      identifier: url,
      initializeImportMeta: (meta) => Object.assign(meta, { url, filename: path, dirname: dirname(path) }),
      importModuleDynamically: ((specifier: string) => this.#loadTarget(imports[specifier] ?? { external: specifier }, path)) as never,
    });
  }

  readonly #link = async (specifier: string, importer: vm.Module): Promise<vm.Module> => {
    const path = fileURLToPath(importer.identifier);
    const target = this.#sources.get(path)?.imports[specifier] ?? { external: specifier };
    return 'local' in target ? this.#instance(target.local) : this.#wrap(await this.#external(target.external, path));
  };

  #external(specifier: string, from: string): Promise<Namespace> {
    const provided = this.#provided.get(specifier);
    if (provided) return Promise.resolve(provided);
    const key = `${dirname(from)}\n${specifier}`;
    const known = this.#externals.get(key);
    if (known) return known.interrupted && !known.settled ? orGiveUp(known.loading, specifier) : known.loading;
    const external = { loading: nativeImport(from, specifier), settled: false, interrupted: false };
    this.#externals.set(key, external);
    external.loading.then(
      () => {
        external.settled = true;
      },
      () => this.#externals.delete(key),
    );
    return external.loading;
  }

  /** After an interrupt: what was being loaded may never be, and is begun anew by whoever asks next. */
  interrupt(): void {
    this.#linking = Promise.resolve();
    for (const [path, module] of this.#instances)
      if (module.status !== 'evaluated' || this.#evaluating.has(module)) this.#instances.delete(path);
    this.#evaluating.clear();
    for (const external of this.#externals.values()) external.interrupted = true;
  }

  /** A namespace of Node's own loader as a module that ours can link to. */
  #wrap(namespace: Namespace): vm.SyntheticModule {
    let module = this.#wrapped.get(namespace);
    if (!module) {
      const values = exportedValues(namespace);
      module = new vm.SyntheticModule([...values.keys()], function () {
        for (const [name, value] of values) this.setExport(name, value);
      });
      this.#wrapped.set(namespace, module);
    }
    return module;
  }
}

/**
 * The value of an export. A CommonJS package whose exports Node.js cannot tell apart has them all on `default`, while
 * its types name them one by one.
 */
export function exportOf(namespace: Namespace, name: string): unknown {
  if (name === '*') return namespace;
  if (name in namespace) return namespace[name];
  return (namespace.default as Namespace | undefined)?.[name];
}

function exportedValues(namespace: Namespace): Map<string, unknown> {
  const values = new Map<string, unknown>();
  const fallback = namespace.default;
  if (typeof fallback === 'object' && fallback !== null) {
    for (const [name, { enumerable, value, get }] of Object.entries(Object.getOwnPropertyDescriptors(fallback))) {
      if (enumerable && !get) values.set(name, value);
    }
  }
  for (const name of Object.keys(namespace)) values.set(name, namespace[name]);
  return values;
}

function jsonModule(path: string, text: string): vm.SyntheticModule {
  return new vm.SyntheticModule(
    ['default'],
    function () {
      this.setExport('default', JSON.parse(text));
    },
    { identifier: pathToFileURL(path).href },
  );
}

const PATIENCE = 5000;

/** Node.js never finishes a module that was terminated while it was evaluated, nor begins it anew. */
function orGiveUp<T>(loading: Promise<T>, specifier: string): Promise<T> {
  const sentence = `import: '${specifier}' must load to its end once, but it was interrupted, and Node.js cannot begin it anew (restart the kernel)`;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(sentence)), PATIENCE);
    loading.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Imports through Node.js, as if from a given file. */
function nativeImport(from: string, specifier: string): Promise<Namespace> {
  const run = vm.compileFunction('return import(specifier)', ['specifier'], {
    filename: from,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  } as vm.CompileFunctionOptions);
  return run(specifier) as Promise<Namespace>;
}
