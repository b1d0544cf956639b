import { drawInteger, drawItem, drawMany } from '../draw.ts';
import { PLAIN_ITEMS, type Placed, placedItems } from '../formats.ts';
import { defineTask, type Task, type TaskEntry } from '../task.ts';

type Text = 'id' | 'name' | 'definition' | 'instruction' | 'examples' | 'operator';

const LENGTHS = [2, 30] as const;

/** A count of elements, at most half of the list. */
const byCount = (entry: Pick<TaskEntry<Placed, readonly string[]>, Text> & { take(items: readonly string[], i: number): string[] }) =>
  defineTask({
    ...entry,
    family: 'F5',
    input: placedItems(1),
    output: PLAIN_ITEMS,
    draw: (random) => {
      const items = drawMany(random, LENGTHS, drawItem);
      return { places: [drawInteger(random, [1, Math.floor(items.length / 2)])], items };
    },
    apply: ({ places: [i], items }) => entry.take(items, i),
  });

/** Two places, drawn independently and put in order. */
const byRange = (
  entry: Pick<TaskEntry<Placed, readonly string[]>, Text> & { take(items: readonly string[], i: number, j: number): string[] },
) =>
  defineTask({
    ...entry,
    family: 'F5',
    input: placedItems(2),
    output: PLAIN_ITEMS,
    draw: (random) => {
      const items = drawMany(random, LENGTHS, drawItem);
      const places = [1, 2].map(() => drawInteger(random, [1, items.length])).sort((a, b) => a - b);
      return { places, items };
    },
    apply: ({ places: [i, j], items }) => entry.take(items, i, j),
  });

/** Choose elements of a list by their places, counted from 1 and inclusive. */
export const POSITION_TASKS: readonly Task[] = [
  byCount({
    id: '063',
    name: 'first_i_elements',
    definition:
      'The input is an integer i and a list A with more than i elements. Write the first i elements of A, in their order and separated by commas.',
    instruction: 'first i elements',
    operator: 'select',
    take: (items, i) => items.slice(0, i),
    examples: [
      ["2, ['k', '503', 'T', '7', 'b']", 'k, 503'],
      ["1, ['9117', 'z']", '9117'],
    ],
  }),
  byCount({
    id: '064',
    name: 'all_elements_except_first_i',
    definition:
      'The input is an integer i and a list A with more than i elements. Write the elements of A that follow the first i, in their order and separated by commas.',
    instruction: 'all but the first i elements',
    operator: 'select',
    take: (items, i) => items.slice(i),
    examples: [
      ["2, ['k', '503', 'T', '7', 'b']", 'T, 7, b'],
      ["1, ['9117', 'z']", 'z'],
    ],
  }),
  byCount({
    id: '078',
    name: 'all_elements_except_last_i',
    definition:
      'The input is an integer i and a list A with more than i elements. Write the elements of A that come before the last i, in their order and separated by commas.',
    instruction: 'all but the last i elements',
    operator: 'select',
    take: (items, i) => items.slice(0, -i),
    examples: [
      ["2, ['k', '503', 'T', '7', 'b']", 'k, 503, T'],
      ["1, ['9117', 'z']", '9117'],
    ],
  }),
  byRange({
    id: '091',
    name: 'all_elements_from_index_i_to_j',
    definition:
      'The input is two integers i and j, i not above j, and a list A. Write the elements of A from the ith to the jth, both included and the first being number 1, in their order and separated by commas.',
    instruction: 'elements from i to j',
    operator: 'select',
    take: (items, i, j) => items.slice(i - 1, j),
    examples: [
      ["2, 4, ['k', '503', 'T', '7', 'b']", '503, T, 7'],
      ["2, 2, ['9117', 'z']", 'z'],
    ],
  }),
  byRange({
    id: '099',
    name: 'reverse_elements_between_index_i_and_j',
    definition:
      'The input is two integers i and j, i not above j, and a list A. Write the elements of A from the jth back to the ith, both included and the first being number 1, separated by commas.',
    instruction: 'elements from i to j reversed',
    operator: 'reorder',
    take: (items, i, j) => items.slice(i - 1, j).reverse(),
    examples: [
      ["2, 4, ['k', '503', 'T', '7', 'b']", '7, T, 503'],
      ["1, 2, ['9117', 'z']", 'z, 9117'],
    ],
  }),
];
