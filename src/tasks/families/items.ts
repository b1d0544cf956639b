import { drawItem, drawMany, LETTERS_OF_BOTH_CASES, LOWER, type Range } from '../draw.ts';
import { ITEMS, NUMBER, PLAIN_ITEMS, type Printer } from '../formats.ts';
import { defineTask, type Task, type TaskEntry } from '../task.ts';

interface ItemsEntry<O>
  extends Pick<TaskEntry<readonly string[], O>, 'id' | 'name' | 'definition' | 'instruction' | 'examples' | 'operator' | 'apply'> {
  readonly predicate: string;
  readonly output: Printer<O>;
  readonly lengths: Range;
  readonly letters?: string;
}

const items = <O>({ lengths, letters = LETTERS_OF_BOTH_CASES, ...entry }: ItemsEntry<O>): Task =>
  defineTask({ ...entry, family: 'F6', input: ITEMS, draw: (random) => drawMany(random, lengths, () => drawItem(random, letters)) });

const isLetter = (item: string): boolean => /[a-z]/i.test(item);
const isNumber = (item: string): boolean => !isLetter(item);

/** In ascending order, each once; `-1` for none. */
const sortedUnique = (values: readonly string[]): string[] => (values.length === 0 ? ['-1'] : [...new Set(values)].sort());

/** Tell letters from numbers in a mixed list. */
export const ITEM_TASKS: readonly Task[] = [
  items({
    id: '488',
    name: 'extract_all_alphabetical_elements_from_list_in_order',
    definition:
      'The input is a list of letters and numbers. Write its letters in the order in which they come, with their case unchanged and separated by commas. If there is none, write nothing.',
    instruction: 'letters of the list',
    operator: 'filter',
    predicate: 'item/letter',
    output: PLAIN_ITEMS,
    lengths: [2, 30],
    apply: (items) => items.filter(isLetter),
    examples: [
      ["['G', '815', 'w', '3', 'G']", 'G, w, G'],
      ["['41', 'n', '6207']", 'n'],
    ],
  }),
  items({
    id: '497',
    name: 'extract_all_numbers_from_list_in_order',
    definition:
      'The input is a list of letters and numbers. Write its numbers in the order in which they come, separated by commas. If there is none, write nothing.',
    instruction: 'numbers of the list',
    operator: 'filter',
    predicate: 'item/letter',
    output: PLAIN_ITEMS,
    lengths: [2, 30],
    apply: (items) => items.filter(isNumber),
    examples: [
      ["['G', '815', 'w', '3', 'G']", '815, 3'],
      ["['41', 'n', '6207']", '41, 6207'],
    ],
  }),
  items({
    id: '499',
    name: 'extract_and_add_all_numbers_from_list',
    definition: 'The input is a list of letters and numbers. Write the sum of its numbers, or 0 if there is none.',
    instruction: 'sum of the numbers of the list',
    operator: 'reduce',
    predicate: 'item/letter',
    output: NUMBER,
    lengths: [2, 20],
    apply: (items) => items.filter(isNumber).reduce((sum, item) => sum + Number(item), 0),
    examples: [
      ["['G', '815', 'w', '3', 'G']", '818'],
      ["['n', 'R']", '0'],
    ],
  }),
  items({
    id: '504',
    name: 'count_all_alphabetical_elements_in_list',
    definition: 'The input is a list of letters and numbers. Write how many of its elements are letters, 0 if none is.',
    instruction: 'count the letters of the list',
    operator: 'count',
    predicate: 'item/letter',
    output: NUMBER,
    lengths: [2, 40],
    apply: (items) => items.filter(isLetter).length,
    examples: [
      ["['G', '815', 'w', '3', 'G']", '3'],
      ["['41', '6207']", '0'],
    ],
  }),
  items({
    id: '505',
    name: 'count_all_numerical_elements_in_list',
    definition: 'The input is a list of letters and numbers. Write how many of its elements are numbers, 0 if none is.',
    instruction: 'count the numbers of the list',
    operator: 'count',
    predicate: 'item/letter',
    output: NUMBER,
    lengths: [2, 40],
    apply: (items) => items.filter(isNumber).length,
    examples: [
      ["['G', '815', 'w', '3', 'G']", '2'],
      ["['n', 'R']", '0'],
    ],
  }),
  items({
    id: '636',
    name: 'extract_and_sort_unique_alphabets_in_a_list',
    definition:
      'The input is a list of small letters and numbers. Write its letters in alphabetical order, each once and separated by commas. If there is none, write -1.',
    instruction: 'sorted unique letters of the list',
    operator: 'sort',
    predicate: 'item/letter',
    output: PLAIN_ITEMS,
    lengths: [2, 45],
    letters: LOWER,
    apply: (items) => sortedUnique(items.filter(isLetter)),
    examples: [
      ["['t', '815', 'c', '3', 't']", 'c, t'],
      ["['41', '6207']", '-1'],
    ],
  }),
  items({
    id: '637',
    name: 'extract_and_sort_unique_digits_in_a_list',
    definition:
      'The input is a list of small letters and numbers. Write the digits that its numbers are made of in ascending order, each once and separated by commas. If there is none, write -1.',
    instruction: 'sorted unique digits of the list',
    operator: 'sort',
    predicate: 'item/letter',
    output: PLAIN_ITEMS,
    lengths: [2, 45],
    letters: LOWER,
    apply: (items) => sortedUnique(items.filter(isNumber).flatMap((item) => [...item])),
    examples: [
      ["['t', '815', 'c', '31', 't']", '1, 3, 5, 8'],
      ["['n', 'r']", '-1'],
    ],
  }),
];
