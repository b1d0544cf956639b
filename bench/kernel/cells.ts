/** What is typed into a kernel, named by what it does. A cell that is undefined has no counterpart in that kernel's language. */
export interface Cells {
  /** A trivial expression that is different for every i; its value is 1 + i. */
  trivial: (i: number) => string;
  /** Binds `kept` to 41. */
  keep: string;
  /** kept + 1. */
  kept: string;
  busyLoop: string;
  waitForever: string;
  loopAfterAwait: string;
  /** Prints 'tick' every 50 ms for ever, waiting in between. */
  ticking: string;
  /** Waits, without blocking, so many seconds. */
  pause: (seconds: number) => string;
  /** Computes without pause for so many seconds. */
  spin: (seconds: number) => string;
  exit: string;
  /** Takes memory until there is no more; the heap is limited beforehand where that needs no cell. */
  hoard: string;
  /** Prints 0 … count - 1, a line each. */
  lines: (count: number) => string;
  /** Prints a line and gives a result. */
  printAndGive: (i: number) => string;
  /** Text to complete, and a match. */
  completion: [string, string];
  /** Imports `greet` from ../src/greet.ts of the notebook's project, calls it. */
  importGreet?: string;
  callGreet?: string;
  /** Cells by the syntax they show; each shows 42. */
  syntax?: { awaitParenthesis: string[]; forAwait: string[]; exportConst: string[] };
}

const TYPESCRIPT: Cells = {
  trivial: (i) => `1 + ${i}`,
  keep: 'let kept = 41',
  kept: 'kept + 1',
  busyLoop: 'while (true) {}',
  waitForever: 'await new Promise(() => {})',
  loopAfterAwait: 'await new Promise((done) => setTimeout(done, 50)); while (true) {}',
  ticking: "while (true) { await new Promise((done) => setTimeout(done, 50)); console.log('tick'); }",
  pause: (seconds) => `await new Promise((done) => setTimeout(done, ${seconds * 1000}))`,
  spin: (seconds) => `for (const end = Date.now() + ${seconds * 1000}; Date.now() < end; ) {}`,
  exit: 'process.exit(3)',
  hoard: 'const hoard: number[][] = []; while (true) hoard.push(new Array(1e5).fill(hoard.length))',
  lines: (count) => `for (let i = 0; i < ${count}; i++) console.log(i)`,
  printAndGive: (i) => `console.log('printed ${i}'); ${i} + 1`,
  completion: ['JSON.par', 'parse'],
  importGreet: "import { greet } from '../src/greet';\ngreet('notebook')",
  callGreet: "greet('notebook')",
  syntax: {
    awaitParenthesis: ['await (Promise.resolve(42))'],
    forAwait: ['for await (const value of [Promise.resolve(42)]) console.log(value)'],
    exportConst: ['export const answer = 42', 'answer'],
  },
};

const DENO: Cells = {
  ...TYPESCRIPT,
  exit: 'Deno.exit(3)',
  importGreet: "import { greet } from '../src/greet.ts';\ngreet('notebook')",
};

const PYTHON: Cells = {
  trivial: (i) => `1 + ${i}`,
  keep: 'kept = 41',
  kept: 'kept + 1',
  busyLoop: 'while True: pass',
  waitForever: 'import asyncio; await asyncio.Event().wait()',
  loopAfterAwait: 'import asyncio; await asyncio.sleep(0.05)\nwhile True: pass',
  ticking: "import asyncio\nwhile True:\n    await asyncio.sleep(0.05)\n    print('tick')",
  pause: (seconds) => `import asyncio; await asyncio.sleep(${seconds})`,
  spin: (seconds) => `import time\nend = time.monotonic() + ${seconds}\nwhile time.monotonic() < end: pass`,
  exit: 'import os; os._exit(3)',
  // Python has no heap limit of its own; without one the whole machine would be filled
  hoard:
    'import resource; resource.setrlimit(resource.RLIMIT_AS, (2 ** 31, 2 ** 31))\nhoard = []\nwhile True: hoard.append(bytearray(10 ** 6))',
  lines: (count) => `for i in range(${count}): print(i)`,
  printAndGive: (i) => `print('printed ${i}'); ${i} + 1`,
  completion: ['zi', 'zip'],
};

/** The cells of each kernel measured here. */
export const CELLS = { colora: TYPESCRIPT, tslab: TYPESCRIPT, deno: DENO, python3: PYTHON } as const;
