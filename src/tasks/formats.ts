/** How a kind of value is written in the input or output of a task. */
export interface Format<T> {
  /** The kind, for messages and attributes: `numbers`. */
  readonly name: string;
  /** How it looks, for messages. */
  readonly example: string;
  print(value: T): string;
  /** @returns the value, or undefined when the text is something else */
  parse(text: string): T | undefined;
}

/** A format that is only written. */
export type Printer<T> = Pick<Format<T>, 'name' | 'print'>;

/** `[1, -2]`, whole or with decimals. */
export const NUMBERS: Format<readonly number[]> = {
  name: 'numbers',
  example: '[1, -2]',
  print: (values) => `[${values.join(', ')}]`,
  parse: (text) => {
    const values = json(text);
    return isNumbers(values) ? values : undefined;
  },
};

/** `[[1, -2], [3, 4]]`, no inner list empty. */
export const NUMBER_LISTS: Format<readonly (readonly number[])[]> = {
  name: 'lists of numbers',
  example: '[[1, -2], [3, 4]]',
  print: (lists) => `[${lists.map(NUMBERS.print).join(', ')}]`,
  parse: (text) => {
    const lists = json(text);
    return Array.isArray(lists) && lists.every((list) => isNumbers(list) && list.length > 0) ? lists : undefined;
  },
};

/** `[1, 2] , [2, 3]`. */
export const TWO_NUMBER_LISTS: Format<readonly [readonly number[], readonly number[]]> = {
  name: 'two lists of numbers',
  example: '[1, 2] , [2, 3]',
  print: ([first, second]) => `${NUMBERS.print(first)} , ${NUMBERS.print(second)}`,
  parse: (text) => {
    const lists = json(`[${text}]`);
    return Array.isArray(lists) && lists.length === 2 && lists.every(isNumbers) ? [lists[0], lists[1]] : undefined;
  },
};

/** `['a', '12']`: letters and whole numbers in quotes. */
export const ITEMS: Format<readonly string[]> = {
  name: 'letters and numbers',
  example: "['a', '12']",
  print: (items) => `[${items.map((item) => `'${item}'`).join(', ')}]`,
  parse: (text) => {
    const items = json(text.replaceAll("'", '"'));
    return Array.isArray(items) && items.every((item) => typeof item === 'string' && /^([a-z]|\d+)$/i.test(item)) ? items : undefined;
  },
};

/** Places in a list, counted from 1. */
export interface Placed {
  readonly places: readonly number[];
  readonly items: readonly string[];
}

/** `2, ['a', '12', 'b']` for one place, `1, 2, ['a', '12', 'b']` for two in ascending order. */
export function placedItems(count: 1 | 2): Format<Placed> {
  const parts = new RegExp(`^${'(\\d+), '.repeat(count)}(\\[.*\\])$`);
  return {
    name: count === 1 ? 'a place and a list' : 'two places and a list',
    example: count === 1 ? "2, ['a', '12', 'b']" : "1, 2, ['a', '12', 'b']",
    print: ({ places, items }) => `${places.join(', ')}, ${ITEMS.print(items)}`,
    parse: (text) => {
      const match = parts.exec(text);
      const items = ITEMS.parse(match?.at(-1) ?? '');
      const places = match?.slice(1, -1).map(Number) ?? [];
      return items !== undefined && isAscendingWithin(places, items.length) ? { places, items } : undefined;
    },
  };
}

/** `a, 12`: items without brackets; nothing at all for none. */
export const PLAIN_ITEMS: Printer<readonly string[]> = { name: 'plain list', print: (items) => items.join(', ') };

/** `[['a'], ['b']]`. */
export const ITEM_LISTS: Printer<readonly (readonly string[])[]> = {
  name: 'lists of letters and numbers',
  print: (lists) => `[${lists.map(ITEMS.print).join(', ')}]`,
};

/** `[1, -2.0]` as the texts `1` and `-2.0`, where it matters how a number is written. */
export const NUMBER_TEXTS: Format<readonly string[]> = {
  name: 'numbers',
  example: '[1, -2.0]',
  print: (values) => `[${values.join(', ')}]`,
  parse: (text) => (NUMBERS.parse(text) === undefined ? undefined : (text.match(/-?\d+(\.\d+)?/g) ?? [])),
};

/** `17`. */
export const NUMBER: Printer<number> = { name: 'number', print: String };

/** Letters without anything else: `abba`. */
export const LETTERS: Format<string> = {
  name: 'letters',
  example: 'abba',
  print: (text) => text,
  parse: (text) => (/^[a-z]+$/i.test(text) ? text : undefined),
};

/** `Sentence: a dog runs`. */
export const SENTENCE: Format<string> = {
  name: 'sentence',
  example: 'Sentence: a dog runs',
  print: (sentence) => `Sentence: ${sentence}`,
  parse: (text) => /^Sentence: (.+)$/.exec(text)?.[1],
};

/** The words of a sentence. */
export const WORDS: Printer<readonly string[]> = { name: 'sentence', print: (words) => words.join(' ') };

/** A sentence in quotes with what is asked about it. */
export interface Asked {
  readonly sentence: string;
  readonly about: string;
}

/**
 * `Sentence: '…'. BEFORE…AFTER`, such as `Sentence: 'a dog runs'. Find frequency of the letter 'a'`.
 *
 * @param pattern regular expression of what is asked about
 * @param about an example of it
 */
export function askedSentence(before: string, pattern: string, after: string, about: string): Format<Asked> {
  const parts = new RegExp(`^Sentence: '(.+)'\\. ${before}(${pattern})${after.replace('.', '\\.')}$`);
  const print = ({ sentence, about }: Asked) => `Sentence: '${sentence}'. ${before}${about}${after}`;
  return {
    name: 'sentence',
    example: print({ sentence: 'a dog runs', about }),
    print,
    parse: (text) => {
      const match = parts.exec(text);
      return match === null ? undefined : { sentence: match[1], about: match[2] };
    },
  };
}

/** As Python prints a float: whole values with `.0`. */
export function printFloat(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'number');
}

function isAscendingWithin(places: readonly number[], length: number): boolean {
  return places.every((place, i) => place >= (places[i - 1] ?? 1) && place <= length);
}
