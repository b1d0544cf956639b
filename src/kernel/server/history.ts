import { readFileSync } from 'node:fs';
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeFileSafely } from '../../core/index.ts';

interface Entry {
  session: number;
  line: number;
  input: string;
}
type Row = [session: number, line: number, input: string | [input: string, output: string | null]];

const MAX_ENTRIES = 20_000;

/** What was run, in this session and earlier ones; kept as JSON lines in Jupyter's data folder. */
export class History {
  readonly #file: string;
  readonly #earlier: Entry[];
  readonly #session: number;
  readonly #inputs: Entry[] = [];
  readonly #outputs = new Map<number, string>();
  #written: Promise<unknown>;

  constructor(dataFolder: string) {
    this.#file = join(dataFolder, 'colora', 'history.jsonl');
    this.#written = mkdir(dirname(this.#file), { recursive: true }).catch(() => undefined);
    this.#earlier = read(this.#file);
    this.#session = (this.#earlier.at(-1)?.session ?? 0) + 1;
    if (this.#earlier.length > MAX_ENTRIES) {
      this.#earlier.splice(0, this.#earlier.length - MAX_ENTRIES / 2);
      writeFileSafely(this.#file, this.#earlier.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    }
  }

  add(line: number, input: string): void {
    const entry = { session: this.#session, line, input };
    this.#inputs.push(entry);
    // A cell does not wait for the disk; one that cannot be written to costs the memory across sessions, no more.
    this.#written = this.#written.then(() => appendFile(this.#file, `${JSON.stringify(entry)}\n`)).catch(() => undefined);
  }

  setOutput(line: number, text: string): void {
    this.#outputs.set(line, text);
  }

  /** Answers a history_request of Jupyter's protocol. */
  answer(request: Record<string, unknown>): Row[] {
    const all = [...this.#earlier, ...this.#inputs];
    const entries = this.#select(all, request);
    return entries.map(({ session, line, input }) => {
      if (request.output !== true) return [session, line, input];
      return [session, line, [input, session === this.#session ? (this.#outputs.get(line) ?? null) : null]];
    });
  }

  #select(all: Entry[], { hist_access_type, n, session, start, stop, pattern, unique }: Record<string, unknown>): Entry[] {
    const count = typeof n === 'number' ? n : 10;
    if (hist_access_type === 'range') {
      const relative = typeof session === 'number' ? session : 0;
      const wanted = relative > 0 ? relative : this.#session + relative;
      const [from, to] = [typeof start === 'number' ? start : 1, typeof stop === 'number' ? stop : Number.POSITIVE_INFINITY];
      return all.filter((entry) => entry.session === wanted && entry.line >= from && entry.line < to);
    }
    if (hist_access_type === 'search') {
      const matches = globMatcher(typeof pattern === 'string' ? pattern : '*');
      let found = all.filter(({ input }) => matches(input));
      if (unique === true) found = [...new Map(found.map((entry) => [entry.input, entry])).values()];
      return count > 0 ? found.slice(-count) : found;
    }
    return count > 0 ? all.slice(-count) : [];
  }
}

function read(file: string): Entry[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    try {
      const entry: Entry | null = JSON.parse(line);
      return typeof entry?.input === 'string' ? [entry] : [];
    } catch {
      return []; // the last line of a kernel that was killed while it wrote
    }
  });
}

/** Matches as a shell does: `*` any text, `?` any character. */
function globMatcher(pattern: string): (text: string) => boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^]*')
    .replaceAll('?', '[^]');
  const expression = new RegExp(`^${source}$`, 'u');
  return (text) => expression.test(text);
}
