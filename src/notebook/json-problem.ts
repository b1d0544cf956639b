import { endOfString } from './json.ts';

/** What is wrong with a text that is no JSON, with line and column from 1; Node's own message often lacks the place. */
export function jsonProblem(text: string): string {
  if (text.trim() === '') return 'an empty file';
  const conflict = text.split('\n').findIndex((line) => line.startsWith('<<<<<<< '));
  if (conflict >= 0) return `a git conflict marker in line ${conflict + 1} (resolve the conflict)`;
  try {
    const scanner = new Scanner(text);
    scanner.value();
    scanner.expect(/$/, 'the end of the file');
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    const before = text.slice(0, problem.at).split('\n');
    const found =
      problem.at >= text.length ? 'the end of the file' : JSON.stringify(text.slice(problem.at, problem.at + 10).split('\n')[0]);
    return `${found} in line ${before.length}, column ${before.at(-1)!.length + 1} where ${problem.expected} should be`;
  }
  return 'a text that is not quite JSON';
}

class Problem extends Error {
  readonly at: number;
  readonly expected: string;

  constructor(at: number, expected: string) {
    super();
    this.at = at;
    this.expected = expected;
  }
}

const WORD = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|NaN|-?Infinity/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these in strings
const UNESCAPED = /[\u0000-\u001f]|\\[^"\\/bfnrtu]/;

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): void {
    if (this.#accept(/\{/)) this.#items(/\}/, '}', () => this.#member());
    else if (this.#accept(/\[/)) this.#items(/\]/, ']', () => this.value());
    else if (this.#text[this.#at] === '"') this.#string();
    else this.expect(WORD, 'a value');
  }

  expect(pattern: RegExp, what: string): void {
    if (!this.#accept(pattern)) throw new Problem(this.#at, what);
  }

  #items(end: RegExp, mark: string, item: () => void): void {
    if (this.#accept(end)) return;
    do item();
    while (this.#accept(/,/));
    this.expect(end, `',' or '${mark}'`);
  }

  #member(): void {
    this.#accept(/(?=.)/);
    if (this.#text[this.#at] !== '"') throw new Problem(this.#at, 'a name in double quotes');
    this.#string();
    this.expect(/:/, `':'`);
    this.value();
  }

  #string(): void {
    const end = endOfString(this.#text, this.#at);
    const bad = this.#text.slice(this.#at, end).search(UNESCAPED);
    if (bad >= 0) throw new Problem(this.#at + bad, 'the end of a string or an escaped character');
    if (end === this.#text.length && !this.#text.endsWith('"')) throw new Problem(end, 'the end of a string');
    this.#at = end;
  }

  /** Skips blanks, then takes the pattern if it stands there. */
  #accept(pattern: RegExp): boolean {
    const blank = /[ \t\r\n]*/y;
    blank.lastIndex = this.#at;
    this.#at += blank.exec(this.#text)![0].length;
    const here = new RegExp(pattern, 'y');
    here.lastIndex = this.#at;
    const found = here.exec(this.#text);
    if (found) this.#at += found[0].length;
    return found !== null;
  }
}
