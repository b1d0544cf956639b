import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownKernelspec, startKernel } from '../../src/notebook/index.ts';
import { runCell, testKernel, writeFiles } from './harness.ts';

const kernel = await testKernel({
  'node_modules/esm-only/package.json':
    '{"name":"esm-only","type":"module","exports":{".":{"types":"./index.d.ts","import":"./index.js"},"./deep":{"types":"./deep.d.ts","import":"./deep.js"}}}',
  'node_modules/esm-only/index.js': 'export const kind = "esm"; await 0;',
  'node_modules/esm-only/index.d.ts': 'export declare const kind: string;',
  'node_modules/esm-only/deep.js': 'export default 42;',
  'node_modules/esm-only/deep.d.ts': 'declare const answer: number; export default answer;',
  'node_modules/common/package.json': '{"name":"common","main":"./main.js","types":"./main.d.ts"}',
  'node_modules/common/main.js': 'const hidden = { named: () => "named" }; module.exports = hidden;',
  'node_modules/common/main.d.ts': 'export declare function named(): string;',
  'node_modules/untyped/package.json': '{"name":"untyped","main":"./main.js"}',
  'node_modules/untyped/main.js': 'exports.anything = 1;',
  'aliased/thing.ts': 'export const thing = "by path";',
  'tsconfig.json':
    '{"compilerOptions":{"target":"ES2022","module":"ESNext","moduleResolution":"Bundler","strict":true,"noImplicitAny":false,"paths":{"@aliased/*":["./aliased/*"]}}}',
  'src/index.ts':
    'export * from "./maths.ts";\nexport { default as settings } from "./settings.json";\nexport { Box, type Sized } from "./box";',
  'src/maths.ts':
    'import { offset } from "./offset.js";\nexport const shifted = (x: number): number => x + offset;\nexport enum Unit { Metre = "m" }',
  'src/offset.ts': 'export let offset = 1;',
  'src/settings.json': '{"depth": 3}',
  'src/box.ts':
    'import { Unit } from "./maths.ts";\nexport interface Sized { size: number }\nexport class Box implements Sized { constructor(public size: number) {} get unit() { return Unit.Metre } }',
  'src/fails.ts': 'export function fail(): never {\n\n  throw new Error("in a module");\n}',
  'src/cycle-a.ts': 'import { b } from "./cycle-b.ts"; export const a = () => b() + 1;',
  'src/cycle-b.ts': 'import { a } from "./cycle-a.ts"; export const b = () => 1; export const viaA = () => a();',
  'src/waits.ts': 'export const late = await Promise.resolve("late");',
  'src/dynamic.ts':
    'export const loadAll = async () => { const [path, esm, waits] = await Promise.all([import("node:path"), import("esm-only"), import("./waits.ts")]); return [path.sep, esm.kind, waits.late] }',
  'notebooks/.keep': '',
});
const notebooks = join(kernel.folder, 'notebooks');
mkdirSync(notebooks, { recursive: true });
const inNotebooks = await startKernel(ownKernelspec(), { cwd: notebooks });
const run = (code: string) => runCell(inNotebooks, code);

describe('modules', () => {
  it('relative imports resolve from the notebook folder, with types, JSON, enums, parameter properties and re-exports', async () => {
    const ran = await run(
      'import { shifted, Unit, Box, settings, type Sized } from "../src";\nconst box: Sized = new Box(2);\n[shifted(1), Unit.Metre, box.size, settings.depth]',
    );
    expect(ran.error).toBeUndefined();
    expect(ran.result).toBe("[ 2, 'm', 2, 3 ]");
    expect((await run('shifted("x")')).error).toMatch(/TS2345/);
  });

  it('an edit below src reaches the names imported earlier, at the next cell, and their types', async () => {
    await run('import { shifted } from "../src"; import * as all from "../src"; const held = shifted;');
    writeFiles(kernel.folder, { 'src/offset.ts': 'export let offset = 100;' });
    expect((await run('[shifted(1), all.shifted(1), new Box(1).unit]')).result).toBe("[ 101, 101, 'm' ]");
    writeFiles(kernel.folder, {
      'src/maths.ts': 'export const shifted = (x: string): string => `${x}!`;\nexport enum Unit { Metre = "m" }',
    });
    expect((await run('shifted("now text")')).result).toBe("'now text!'");
    writeFiles(kernel.folder, { 'src/maths.ts': 'export const shifted = (x: string): string => ;' });
    expect((await run('1')).error).toMatch(/SyntaxError: .*src[\\/]maths\.ts:1:47: Expression expected/);
    writeFiles(kernel.folder, { 'src/maths.ts': 'export const shifted = (x: number): number => -x;\nexport enum Unit { Metre = "m" }' });
    expect((await run('shifted(5)')).result).toBe('-5');
  });

  it('a file or package that was missing is found once it is there', async () => {
    expect((await run('import { late } from "../src/later"')).error).toMatch(/TS2307/);
    expect((await run('import { kept } from "late-package"')).error).toMatch(/TS2307/);
    expect((await run('(await import("../src/needs.ts")).value')).error).toMatch(/TS2307|Cannot find/);
    writeFiles(kernel.folder, {
      'src/later.ts': 'export const late = 1;',
      'src/needs.ts': 'import { absent } from "./absent.ts"; export const value = absent;',
      'node_modules/late-package/package.json': '{"name":"late-package","type":"module","exports":{"types":"./i.d.ts","import":"./i.js"}}',
      'node_modules/late-package/i.js': 'export const kept = 2;',
      'node_modules/late-package/i.d.ts': 'export declare const kept: number;',
    });
    expect((await run('import { late } from "../src/later"; import { kept } from "late-package"; [late, kept]')).result).toBe('[ 1, 2 ]');
    expect((await run('(await import("../src/needs.ts")).value')).error).toMatch(/absent/);
    writeFiles(kernel.folder, { 'src/absent.ts': 'export const absent = 3;' });
    expect((await run('(await import("../src/needs.ts")).value')).result).toBe('3');
  });

  it('packages: ESM only, exports maps, CommonJS with named imports, without types', async () => {
    expect((await run('import { kind } from "esm-only"; import answer from "esm-only/deep"; [kind, answer]')).result).toBe("[ 'esm', 42 ]");
    expect((await run('import { named } from "common"; named()')).result).toBe("'named'");
    expect((await run('import { anything } from "untyped"; anything')).result).toBe('1');
    expect((await run('import { nope } from "esm-only/secret"')).error).toMatch(/TS2307/);
  });

  it("the project's tsconfig counts: paths, and its own strictness", async () => {
    expect((await run('import { thing } from "@aliased/thing"; const loose = (x) => x; loose(thing)')).result).toBe("'by path'");
  });

  it('import() of a literal and of a computed specifier, cycles, top-level await', async () => {
    expect((await run('const name = "cycle"; const m = await import(`../src/${name}-b.ts`); m.viaA()')).result).toBe('2');
    expect((await run('(await import("../src/waits.ts")).late')).result).toBe("'late'");
    expect((await run('import { loadAll } from "../src/dynamic"; await loadAll()')).result).toBe("[ '/', 'esm', 'late' ]");
  });

  it('stack traces name files and lines of TypeScript modules', async () => {
    const ran = await run('import { fail } from "../src/fails.ts"\nfail()');
    expect(ran.traceback).toMatch(/Error: in a module\n {4}at fail \(.*src[\\/]fails\.ts:3:9\)\n {4}at cell \d+:2:\d+/);
  });

  it('a module that cannot be found is an error of the cell with its place', async () => {
    expect((await run('const a = 1\nimport { x } from "../src/missing"')).error).toMatch(/cell \d+:2:19 - TS2307/);
    await inNotebooks.shutdown();
  });
});
