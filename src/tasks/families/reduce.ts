import { integerLists, integers, type Range } from '../draw.ts';
import { NUMBER, NUMBER_LISTS, NUMBERS } from '../formats.ts';
import { defineTask, type Task, type TaskEntry } from '../task.ts';

type Numbers = readonly number[];
type Text = 'id' | 'name' | 'definition' | 'instruction' | 'examples';

interface ReduceListsEntry extends Pick<TaskEntry<readonly Numbers[], Numbers>, Text> {
  readonly predicate?: string;
  /** How many lists, how many numbers in each, and which. */
  readonly ranges: readonly [outer: Range, inner: Range, values: Range];
  reduce(values: Numbers): number;
}

const reduceLists = ({ ranges, reduce, ...entry }: ReduceListsEntry): Task =>
  defineTask({
    ...entry,
    family: 'F3',
    input: NUMBER_LISTS,
    output: NUMBERS,
    operator: 'reduce',
    draw: integerLists(...ranges),
    // adding 0 turns -0 into 0
    apply: (lists) => lists.map((values) => reduce(values) + 0),
  });

const reduceList = (entry: Pick<TaskEntry<Numbers, number>, Text | 'apply'>): Task =>
  defineTask({
    ...entry,
    family: 'F3',
    input: NUMBERS,
    output: NUMBER,
    operator: 'reduce',
    draw: integers([3, 10], [-100, 100]),
  });

const product = (values: Numbers): number => values.reduce((result, value) => result * value, 1);

/** The product of those that pass, 0 if none does. */
const productOf = (values: Numbers, passes: (value: number) => boolean): number => {
  const chosen = values.filter(passes);
  return chosen.length === 0 ? 0 : product(chosen);
};

/** Reduce a list, or each inner list, to one number. */
export const REDUCE_TASKS: readonly Task[] = [
  reduceLists({
    id: '207',
    name: 'max_element_lists',
    definition:
      'The input is a list of lists of integers. Find the largest number of each inner list. Write the list of these numbers in the order of the inner lists.',
    instruction: 'largest of each list',
    ranges: [
      [2, 9],
      [2, 7],
      [-200, 100],
    ],
    reduce: (values) => Math.max(...values),
    examples: [
      ['[[-12, 40, 7], [-150, -31]]', '[40, -31]'],
      ['[[3, 3], [99, -8, 0, 62], [-75, -44]]', '[3, 99, -44]'],
    ],
  }),
  reduceLists({
    id: '371',
    name: 'synthetic_product_of_list',
    definition:
      'The input is a list of lists of numbers. Multiply the numbers of each inner list. Write the list of these products in the order of the inner lists.',
    instruction: 'product of each list',
    ranges: [
      [2, 10],
      [2, 5],
      [-50, 50],
    ],
    reduce: product,
    examples: [
      ['[[4, -5], [10, 3, 2]]', '[-20, 60]'],
      ['[[-6, -7, 1], [0, 45], [12, 11]]', '[42, 0, 132]'],
    ],
  }),
  reduceLists({
    id: '851',
    name: 'synthetic_multiply_evens',
    definition:
      'The input is a list of lists of integers. Multiply the even numbers of each inner list; a list without even numbers gives 0. Write the list of these products in the order of the inner lists.',
    instruction: 'product of the even numbers of each list',
    predicate: 'number/parity',
    ranges: [
      [3, 15],
      [2, 5],
      [-50, 50],
    ],
    reduce: (values) => productOf(values, (value) => value % 2 === 0),
    examples: [
      ['[[4, 7, -10], [9, 33], [8, 5]]', '[-40, 0, 8]'],
      ['[[2, 2, 2], [0, 13], [-21, 6, 12], [1, 1]]', '[8, 0, 72, 0]'],
    ],
  }),
  reduceLists({
    id: '852',
    name: 'synthetic_multiply_odds',
    definition:
      'The input is a list of lists of integers. Multiply the odd numbers of each inner list; a list without odd numbers gives 0. Write the list of these products in the order of the inner lists.',
    instruction: 'product of the odd numbers of each list',
    predicate: 'number/parity',
    ranges: [
      [3, 15],
      [2, 5],
      [-50, 50],
    ],
    reduce: (values) => productOf(values, (value) => value % 2 !== 0),
    examples: [
      ['[[4, 7, -3], [10, 32], [8, 5]]', '[-21, 0, 5]'],
      ['[[1, 9], [0, 13], [-21, 6, 11], [2, 2]]', '[9, 13, -231, 0]'],
    ],
  }),
  reduceList({
    id: '1445',
    name: 'closest_integers',
    definition:
      'The input is a list of integers. Of all pairs of them find the one whose members differ least, and write by how much they differ, without a sign.',
    instruction: 'smallest difference of two numbers',
    apply: (values) => {
      const sorted = values.toSorted((a, b) => a - b);
      return Math.min(...sorted.slice(1).map((value, i) => value - sorted[i]));
    },
    examples: [
      ['[14, -50, 20, 75]', '6'],
      ['[-9, 33, -9]', '0'],
    ],
  }),
  reduceList({
    id: '1446',
    name: 'farthest_integers',
    definition:
      'The input is a list of integers. Of all pairs of them find the one whose members differ most, and write by how much they differ, without a sign.',
    instruction: 'largest difference of two numbers',
    apply: (values) => Math.max(...values) - Math.min(...values),
    examples: [
      ['[14, -50, 20, 75]', '125'],
      ['[-9, 33, -9]', '42'],
    ],
  }),
];
