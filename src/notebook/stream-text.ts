/** The length of an open line at which what it has overwritten is dropped. */
const FIRST_LIMIT = 4096;

/**
 * What a stream shows after carriage returns and backspaces, as JupyterLab shows it: `\r` goes back to the start of the line and what
 * follows overwrites it, `\b` takes back one character of the line. A line with escape sequences is replaced whole, since overwriting
 * would cut through them.
 *
 * Lines that have ended are never looked at again, so that many short writes cost no more than one long one.
 */
export class StreamText {
  #ended = '';
  /** The last line as it was written, with its `\r` and `\b`. */
  #open = '';
  /** The length at which the last line is settled next; it doubles, so that a line without end costs no more than its length. */
  #limit = FIRST_LIMIT;

  append(text: string): void {
    const end = text.lastIndexOf('\n') + 1;
    if (end === 0) {
      this.#open += text;
      if (this.#open.length > this.#limit) {
        this.#open = shorten(this.#open);
        this.#limit = 2 * Math.max(FIRST_LIMIT, this.#open.length);
      }
      return;
    }
    this.#ended += (this.#open + text.slice(0, end)).split('\n').map(settleLine).join('\n');
    this.#open = text.slice(end);
    this.#limit = 2 * Math.max(FIRST_LIMIT, this.#open.length);
  }

  /** The text so far. */
  toString(): string {
    return this.#ended + settleLine(this.#open);
  }
}

/**
 * The same line without what a progress bar has overwritten in it; what follows continues after the last part, so that one stays behind
 * its `\r`.
 */
function shorten(line: string): string {
  const parts = line.split(/\r+/);
  return parts.length === 1 ? takeBack(line) : `${settleLine(line)}\r${takeBack(parts.at(-1)!)}`;
}

function settleLine(line: string): string {
  if (!/[\r\b]/.test(line)) return line;
  let shown = '';
  for (const part of line.replace(/\r+$/, '').split(/\r+/)) {
    const text = takeBack(part);
    shown = shown.includes('\x1b') || text.includes('\x1b') ? text : text + shown.slice(text.length);
  }
  return shown;
}

function takeBack(text: string): string {
  if (!text.includes('\b')) return text;
  const kept: string[] = [];
  for (const character of text) {
    if (character === '\b') kept.pop();
    else kept.push(character);
  }
  return kept.join('');
}
