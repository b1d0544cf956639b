import { SourceMap } from 'node:module';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Compiled {
  /** Name to show. */
  name: string;
  map: () => SourceMap;
  /** Lines that the compiled text has in front of what the map covers, and the original has in front of what the user wrote. */
  extraLines: { compiled: number; original: number };
}

const compiled = new Map<string, Compiled>();

/** Makes positions in a cell's compiled text appear as positions in the cell. */
export function registerCell(file: string, map: string): void {
  compiled.set(file, { name: file, map: lazyMap(map), extraLines: { compiled: 1, original: 1 } });
}

/** Makes positions in a compiled module appear as positions in its file. */
export function registerModule(url: string, map: string): void {
  const path = relative(process.cwd(), fileURLToPath(url));
  compiled.set(url, { name: path, map: lazyMap(map), extraLines: { compiled: 0, original: 0 } });
}

function lazyMap(json: string): () => SourceMap {
  let map: SourceMap | undefined;
  return () => {
    map ??= new SourceMap(JSON.parse(json));
    return map;
  };
}

/** Installs stack traces that name lines of cells and of TypeScript files, without the kernel's own frames. */
export function installStackTraces(ownFile: string): void {
  Error.stackTraceLimit = 30;
  Error.prepareStackTrace = (error, sites) => {
    const lines: string[] = [];
    for (const site of sites) {
      const file = site.getFileName() ?? site.getEvalOrigin() ?? '';
      if (file === ownFile) break; // beyond the cell there is only the kernel
      if (file.startsWith('node:')) continue;
      lines.push(`    at ${describe(site, file)}`);
    }
    return [headline(error), ...lines].join('\n');
  };
}

function describe(site: NodeJS.CallSite, file: string): string {
  const { name, line, column } = original(file, site.getLineNumber() ?? 0, site.getColumnNumber() ?? 0);
  const where = `${name}:${line}:${column}`;
  const called = site.getFunctionName();
  if (!called) return where;
  const type = site.getTypeName();
  const isMethod = type && type !== 'Object' && !called.startsWith(`${type}.`) && !site.isToplevel() && !site.isConstructor();
  return `${site.isAsync() ? 'async ' : ''}${site.isConstructor() ? 'new ' : ''}${isMethod ? `${type}.` : ''}${called} (${where})`;
}

function original(file: string, line: number, column: number): { name: string; line: number; column: number } {
  const source = compiled.get(file);
  if (!source) return { name: file.startsWith('file:') ? shorten(fileURLToPath(file)) : shorten(file), line, column };
  const { extraLines } = source;
  const entry = source.map().findEntry(line - 1 - extraLines.compiled, column - 1);
  if (!('originalLine' in entry) || entry.originalLine === undefined)
    return { name: source.name, line: line - extraLines.compiled, column };
  return { name: source.name, line: entry.originalLine + 1 - extraLines.original, column: entry.originalColumn + 1 };
}

function shorten(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith(`..${sep}..${sep}..${sep}`) ? path : short;
}

function headline(error: unknown): string {
  try {
    return String(error);
  } catch {
    return 'Error';
  }
}
