import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** Which folders of src each folder may import. Science and notebook machinery know nothing of each other. */
const ALLOWED: Record<string, string[]> = {
  core: [],
  engine: ['core'],
  linalg: ['core', 'engine'],
  regression: ['core', 'linalg'],
  metrics: ['core', 'linalg'],
  tasks: ['core'],
  lm: ['core', 'engine'],
  adapters: ['core', 'linalg', 'engine', 'lm'],
  federated: ['core', 'linalg', 'engine', 'metrics', 'lm', 'adapters', 'tasks'],
  figures: ['core'],
  experiments: ['core', 'linalg', 'engine', 'regression', 'metrics', 'tasks', 'lm', 'adapters', 'federated', 'figures'],
  kernel: ['core'],
  notebook: ['core', 'kernel'],
  cli: ['core', 'kernel', 'notebook', 'figures', 'experiments', 'tasks', 'lm', 'adapters'],
};

const files = (readdirSync(SRC, { recursive: true }) as string[])
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
  .map((name) => join(SRC, name));

/** Files within src that a file imports. */
function imports(file: string): string[] {
  return ts
    .preProcessFile(readFileSync(file, 'utf8'))
    .importedFiles.map(({ fileName }) => fileName)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => join(dirname(file), specifier))
    .filter((target) => target.startsWith(SRC));
}

const folderOf = (file: string): string => {
  const [folder, ...rest] = relative(SRC, file).split(/[\\/]/);
  return rest.length > 0 ? folder : '';
};
const show = (file: string): string => relative(SRC, file);

describe('architecture', () => {
  it('reads every source file', () => {
    expect(files.length).toBeGreaterThan(50);
    expect([...new Set(files.map(folderOf))].filter((folder) => folder !== '' && !(folder in ALLOWED))).toEqual([]);
  });

  it('folders import only what lies below them', () => {
    const wrong = files.flatMap((file) => {
      const from = folderOf(file);
      if (from === '') return [];
      return imports(file).flatMap((target) => {
        const to = folderOf(target);
        return to === from || ALLOWED[from].includes(to) ? [] : [`${show(file)} imports ${show(target)}`];
      });
    });
    expect(wrong).toEqual([]);
  });

  it('a folder is entered by its index.ts, which is all that others see of it', () => {
    const wrong = files.flatMap((file) =>
      imports(file).flatMap((target) => {
        const crosses = folderOf(target) !== folderOf(file) && folderOf(target) !== '';
        return crosses && !target.endsWith(join(folderOf(target), 'index.ts')) ? [`${show(file)} imports ${show(target)}`] : [];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('no file imports itself, directly or through others', () => {
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: string[]): void => {
      if (path.includes(file)) {
        cycles.push([...path.slice(path.indexOf(file)), file].map(show).join(' → '));
        return;
      }
      if (done.has(file)) return;
      for (const next of imports(file)) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });
});
