import { drawInteger, drawMany, integers, LETTERS_OF_BOTH_CASES, pick } from '../draw.ts';
import { ITEM_LISTS, ITEMS, NUMBER_TEXTS, NUMBERS, printFloat, TWO_NUMBER_LISTS } from '../formats.ts';
import { defineTask, type Task } from '../task.ts';

/** Combine neighbours, two lists, or all elements but one. */
export const NEIGHBOUR_TASKS: readonly Task[] = [
  defineTask({
    id: '124',
    name: 'conala_pair_averages',
    family: 'F4',
    definition:
      'The input is a list of numbers. Write the list of the means of each two neighbours, first and second, second and third and so on, every one with a decimal (4.0, -7.5).',
    instruction: 'mean of each two neighbours',
    input: NUMBERS,
    output: NUMBER_TEXTS,
    operator: 'neighbours',
    predicate: 'pair/mean',
    draw: integers([2, 15], [-100, 100]),
    apply: (values) => values.slice(1).map((value, i) => printFloat((values[i] + value) / 2)),
    examples: [
      ['[10, 4, -15]', '[7.0, -5.5]'],
      ['[33, 32]', '[32.5]'],
    ],
  }),
  defineTask({
    id: '125',
    name: 'conala_pair_differences',
    family: 'F4',
    definition:
      'The input is a list of numbers. Write the list of the differences of each two neighbours, first and second, second and third and so on, all without a sign.',
    instruction: 'difference of each two neighbours',
    input: NUMBERS,
    output: NUMBERS,
    operator: 'neighbours',
    predicate: 'pair/difference',
    draw: integers([2, 15], [-100, 100]),
    apply: (values) => values.slice(1).map((value, i) => Math.abs(values[i] - value)),
    examples: [
      ['[10, 4, -15]', '[6, 19]'],
      ['[33, 33]', '[0]'],
    ],
  }),
  defineTask({
    id: '098',
    name: 'conala_list_intersection',
    family: 'F4',
    definition:
      'The input is two lists of numbers. Write the list of the numbers that are in both, each once and in ascending order. If there is none, write an empty list.',
    instruction: 'numbers in both lists, ascending',
    input: TWO_NUMBER_LISTS,
    output: NUMBERS,
    operator: 'intersect',
    draw: (random) => {
      const count = drawInteger(random, [5, 10]);
      const draw = integers([count, count], [1, 10]);
      return [draw(random), draw(random)] as const;
    },
    apply: ([first, second]) => [...new Set(first)].filter((value) => second.includes(value)).toSorted((a, b) => a - b),
    examples: [
      ['[8, 3, 3, 10, 1] , [3, 5, 8, 8, 2]', '[3, 8]'],
      ['[1, 2, 1, 4, 6] , [10, 9, 5, 5, 3]', '[]'],
    ],
  }),
  defineTask({
    id: '208',
    name: 'combinations_of_list',
    family: 'F4',
    definition:
      'The input is a list of letters and digits. Leaving out one element gives a shorter list. Write the list of all these shorter lists: first the one without the last element, finally the one without the first.',
    instruction: 'all lists with one element left out',
    input: ITEMS,
    output: ITEM_LISTS,
    operator: 'combine',
    draw: (random) =>
      drawMany(random, [3, 7], () => (random.integer(0, 7) < 3 ? String(random.integer(0, 10)) : pick(random, [...LETTERS_OF_BOTH_CASES]))),
    apply: (items) => items.map((_, i) => items.toSpliced(items.length - 1 - i, 1)),
    examples: [
      ["['b', '4', 'Q']", "[['b', '4'], ['b', 'Q'], ['4', 'Q']]"],
      ["['7', 'x', 'x', 'M']", "[['7', 'x', 'x'], ['7', 'x', 'M'], ['7', 'x', 'M'], ['x', 'x', 'M']]"],
    ],
  }),
];
