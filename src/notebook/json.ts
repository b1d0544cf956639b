/**
 * A number that JavaScript would write differently from how it stands in the file, such as `1.0`, `1e-07`, `NaN` or an integer beyond
 * 2^53: kept as text so that saving a notebook does not change outputs that were not made anew.
 */
export class WrittenNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** The nearest JavaScript number. */
  toJSON(): number {
    return Number(this.text);
  }
}

const NUMBER = /-?(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|Infinity)|NaN/g;
const MARK = '\u0000number:';

/**
 * Parses JSON as Python writes it (`NaN` and `Infinity` included), keeping how numbers are written.
 * @throws SyntaxError as JSON.parse does
 */
export function parseJson(text: string): unknown {
  const marked = markNumbers(text);
  if (marked === text) return JSON.parse(text);
  return JSON.parse(marked, (_, value) =>
    typeof value === 'string' && value.startsWith(MARK) ? new WrittenNumber(value.slice(MARK.length)) : value,
  );
}

/**
 * Turns the numbers to be kept into marked strings. Strings are skipped by searching their end: a pattern for them overflows on large
 * images.
 */
function markNumbers(text: string): string {
  const parts: string[] = [];
  for (let at = 0; at < text.length; ) {
    const start = text.indexOf('"', at);
    const outside = text.slice(at, start < 0 ? undefined : start);
    parts.push(outside.replace(NUMBER, (number) => (isWrittenAlike(number) ? number : JSON.stringify(MARK + number))));
    if (start < 0) break;
    at = endOfString(text, start);
    parts.push(text.slice(start, at));
  }
  return parts.join('');
}

function isWrittenAlike(number: string): boolean {
  return Number.isFinite(Number(number)) && String(Number(number)) === number;
}

/** The place after the quote that closes the string starting at `start`, or the end of the text. */
export function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return end + 1;
  }
  return text.length;
}

/** Writes JSON byte for byte as nbformat does: keys sorted, indented by one space, `": "` after keys. Source: nbformat v4/nbjson.py. */
export function formatJson(value: unknown, indent = ''): string {
  const inner = `${indent} `;
  if (value instanceof WrittenNumber) return value.text;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return `[\n${value.map((item) => inner + formatJson(item, inner)).join(',\n')}\n${indent}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    if (fields.length === 0) return '{}';
    fields.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{\n${fields.map(([key, field]) => `${inner}${JSON.stringify(key)}: ${formatJson(field, inner)}`).join(',\n')}\n${indent}}`;
  }
  return JSON.stringify(value);
}
