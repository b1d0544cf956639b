import { describe, expect, it } from 'vitest';
import { runCell, testKernel } from './harness.ts';

const kernel = await testKernel();

/** Each case: cells run one after another in the same kernel, and the result of the last (or its error). */
const CASES: Record<string, { cells: string[]; result?: string; error?: RegExp; stdout?: string }> = {
  'the last expression is the result': { cells: ['1 + 1'], result: '2' },
  'a trailing semicolon does not hide the result': { cells: ['1 + 2;'], result: '3' },
  'a declaration has no result': { cells: ['const nothing = 1'] },
  'undefined is not shown, null is': { cells: ['undefined', 'null'], result: 'null' },
  'a promise is shown as one, await gives its value': { cells: ['await Promise.resolve(7)'], result: '7' },
  'await of a parenthesis': { cells: ['await (Promise.resolve(8))'], result: '8' },
  'for await at the top level': { cells: ['for await (const i of [1, 2]) console.log(i)'], stdout: '1\n2\n' },
  'export const in a cell': { cells: ['export const exported = 9', 'exported'], result: '9' },
  'export default shows its value': { cells: ['export default 5 * 2'], result: '10' },
  'names flow to later cells with their types': { cells: ['let flowing = [1, 2]', 'flowing.map((n) => n * 2)'], result: '[ 2, 4 ]' },
  'a const of an earlier cell stays const': {
    cells: ['const fixed = 1', 'fixed = 2'],
    error: /TS2588: Cannot assign to 'fixed' because it is a constant/,
  },
  'a name may be declared anew with another type': { cells: ['let anew = 1', "const anew = 'text'", 'anew.length'], result: '4' },
  'functions see the latest value of a name': {
    cells: ['let rate = 1; const scaled = (x: number) => x * rate', 'rate = 10', 'scaled(2)'],
    result: '20',
  },
  'functions see a redeclared name': {
    cells: ['let factor = 1; function times(x: number) { return x * factor }', 'let factor = 5', 'times(2)'],
    result: '10',
  },
  'inner scopes shadow': { cells: ['let outer = 1; { let outer = 2; outer } ((outer: number) => outer)(3)', 'outer'], result: '1' },
  'destructuring with defaults and rest': {
    cells: [
      'const { a, b: [c, ...d], e = 4, ...f } = { a: 1, b: [2, 3], g: 5 } as { a: number; b: number[]; e?: number; g: number }',
      '[a, c, d, e, f]',
    ],
    result: '[ 1, 2, [ 3 ], 4, { g: 5 } ]',
  },
  'shorthand properties and assignments to them': {
    cells: ['let s1 = 1; let s2 = 2', '({ s1, s2 } = { s1: s2, s2: s1 }); [s1, s2]'],
    result: '[ 2, 1 ]',
  },
  'var in blocks and loops belongs to the cell': {
    cells: ['if (true) { var inBlock = 3 } for (var index = 0; index < 4; index++) {} for (var item of [5]) {}', '[inBlock, index, item]'],
    result: '[ 3, 4, 5 ]',
  },
  'classes with types, parameters as properties, inheritance': {
    cells: [
      'class Base<T> { constructor(readonly value: T) {} get twice(): T[] { return [this.value, this.value] } }',
      'class Derived extends Base<number> {}\nnew Derived(2).twice',
    ],
    result: '[ 2, 2 ]',
  },
  'enums and namespaces': {
    cells: ["enum Colour { Red = 'r', Blue = 'b' } namespace Tools { export const two = 2 }", '[Colour.Blue, Tools.two]'],
    result: "[ 'b', 2 ]",
  },
  'types and interfaces flow': {
    cells: ['interface Point { x: number } type Points = Point[]', "const points: Points = [{ x: 'no' }]"],
    error: /TS2322/,
  },
  'a function keeps its name': {
    cells: ['const arrow = () => 1; const klass = class {}', '[arrow.name, klass.name]'],
    result: "[ 'arrow', 'klass' ]",
  },
  'calls have no this': { cells: ['const thisOf = function (this: unknown) { return this === undefined }', 'thisOf()'], result: 'true' },
  'tagged templates': {
    cells: ['const tag = (parts: TemplateStringsArray, ...values: number[]) => parts.join("|") + values', 'tag`a${1}b`'],
    result: "'a|b1'",
  },
  'recursion and generators': {
    cells: [
      'function fib(n: number): number { return n < 2 ? n : fib(n - 1) + fib(n - 2) } function* two() { yield 1; yield 2 }',
      '[fib(10), ...two()]',
    ],
    result: '[ 55, 1, 2 ]',
  },
  'an unknown name is reported before anything runs': {
    cells: ["console.log('ran'); unknownName"],
    error: /TypeScriptError: cell \d+:1:21 - TS2304: Cannot find name 'unknownName'/,
    stdout: '',
  },
  'a syntax error has its place': { cells: ['let x =\n  ;;;)'], error: /TypeScriptError: cell \d+:2:3 - TS1109: Expression expected/ },
  'ts-nocheck is honoured': { cells: ['// @ts-nocheck\nconst loose: number = "text"; loose'], result: "'text'" },
  'ts-nocheck is honoured beside earlier names': {
    cells: ['let early1 = 1', '// @ts-nocheck\nconst loose2: number = "text"; loose2 + early1'],
    result: "'text1'",
  },
  'names with leading underscores': { cells: ['const __dirname2 = 1; let __y = 2', '[__dirname2, __y]'], result: '[ 1, 2 ]' },
  'const enums, namespaces of types, import aliases': {
    cells: [
      'const enum CE { A = 3 } namespace OnlyTypes { export interface I { x: CE } } namespace NS { export const y = 4 } import Y = NS.y',
      '[CE.A, Y, { x: CE.A } satisfies OnlyTypes.I]',
    ],
    result: '[ 3, 4, { x: 3 } ]',
  },
  'what is only declared stays global': {
    cells: ['(globalThis as any).fromOutside = 7; declare const fromOutside: number; fromOutside', 'fromOutside + 1'],
    result: '8',
  },
  'export default of a class without a name': { cells: ['export default class { static n = 5 }'], result: '[class (anonymous)] { n: 5 }' },
  'export default of named declarations declares them': {
    cells: [
      'export default class Named { n = 6 }\nexport const beside = 1',
      'export default async function named() { return beside }',
      '[new Named().n, await named()]',
    ],
    result: '[ 6, 1 ]',
  },
  'global names may be shadowed': { cells: ["const URL = 'mine'", '[URL, typeof globalThis.URL]'], result: "[ 'mine', 'function' ]" },
  'import.meta, require and __dirname know the folder': {
    cells: ["[import.meta.dirname === __dirname, typeof require('node:fs').readFileSync]"],
    result: "[ true, 'function' ]",
  },
  'using declarations end with the cell': {
    cells: ['const log: string[] = []; { using resource = { [Symbol.dispose]() { log.push("disposed") } }; log.push("used") }\nlog'],
    result: "[ 'used', 'disposed' ]",
  },
  'map, set and typed arrays': {
    cells: ['[new Map([[1, 2]]), new Set([3]), new Float32Array([4])]'],
    result: '[ Map(1) { 1 => 2 }, Set(1) { 3 }, Float32Array(1) [ 4 ] ]',
  },
};

describe('cells', () => {
  for (const [name, { cells, result, error, stdout }] of Object.entries(CASES)) {
    it(name, async () => {
      let last = await kernel.run(cells[0]);
      for (const code of cells.slice(1)) {
        expect(last.error, code).toBeUndefined();
        last = await kernel.run(code);
      }
      if (error) expect(last.error).toMatch(error);
      else expect(last.error).toBeUndefined();
      expect(last.result).toBe(result);
      if (stdout !== undefined) expect(last.stdout).toBe(stdout);
    });
  }

  it('a cell that failed half-way leaves the names it came to', async () => {
    await kernel.run('let early = 1; const late = 2');
    await kernel.run('const early = "new"; null!.x; const late = "never"');
    const failed = await kernel.run('const early = "new"; JSON.parse("{"); const late = "never"');
    expect(failed.error).toMatch(/^SyntaxError/);
    expect((await kernel.run('early.toUpperCase()')).result).toBe("'NEW'");
    expect((await kernel.run('late + 1')).result).toBe('3');
  });

  it('stack traces name cells, lines and columns', async () => {
    const failed = await kernel.run(
      'interface Filler { a: number }\nfunction inner(): never {\n  throw new RangeError("too far")\n}\n\ninner()',
    );
    expect(failed.error).toBe('RangeError: too far');
    const cell = `cell ${failed.reply.execution_count}`;
    expect(failed.traceback).toMatch(new RegExp(`^RangeError: too far\n {4}at inner \\(${cell}:3:9\\)\n {4}at ${cell}:6:\\d+$`));
  });

  it('errors with a cause show it, things thrown that are no errors too', async () => {
    expect((await kernel.run('throw new Error("outer", { cause: new TypeError("inner") })')).traceback).toMatch(
      /Error: outer[\s\S]*Caused by:\nTypeError: inner/,
    );
    expect((await kernel.run('throw "a string"')).error).toBe("Thrown: 'a string'");
  });

  it('whatever is thrown, the cell ends with an error', async () => {
    const cases: Record<string, RegExp> = {
      'throw Object.create(null)': /^Thrown: \[Object: null prototype\] \{\}/,
      'throw undefined': /^Thrown: undefined/,
      'throw { a: 1 }': /^Thrown: \{ a: 1 \}/,
      'const e = new Error("loop"); e.cause = e; throw e': /^Error: loop/,
      'throw Object.defineProperty(new Error(), "message", { get() { throw new Error("no") } })': /^Thrown: a value that cannot be shown/,
      'throw Object.assign(new Error("n"), { name: 5 })': /^5: n/,
    };
    for (const [code, expected] of Object.entries(cases)) expect((await kernel.run(code)).error, code).toMatch(expected);
    const aggregate = await kernel.run('await Promise.any([Promise.reject(new TypeError("first")), Promise.reject("second")])');
    expect(aggregate.traceback).toMatch(/Reason:\nTypeError: first[\s\S]*Reason:\n'second'/);
    expect((await kernel.run('import { readFileSync } from "node:fs"; readFileSync("/nowhere")')).traceback).toMatch(/code: 'ENOENT'/);
  });

  it('a promise is shown without what the kernel knows of it', async () => {
    const shown = (await kernel.run('[Promise.resolve(1), import("node:os").then(() => new Promise(() => {}))]')).result;
    expect(shown?.replace(/\s+/g, ' ')).toBe('[ Promise { 1 }, Promise { <pending> } ]');
  });

  it('two kernels run side by side and share nothing', async () => {
    const other = await testKernel();
    await kernel.run('let mine = 1');
    await other.run('let mine = "other"');
    expect((await kernel.run('mine')).result).toBe('1');
    expect((await runCell(other.client, 'mine')).result).toBe("'other'");
  });
});
