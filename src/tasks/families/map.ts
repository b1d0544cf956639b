import { drawInteger, drawMany, integers, type Range } from '../draw.ts';
import { NUMBER_TEXTS, NUMBERS, printFloat } from '../formats.ts';
import { defineTask, type Task, type TaskEntry } from '../task.ts';

type Numbers = readonly number[];

interface MapEntry extends Pick<TaskEntry<Numbers, Numbers>, 'id' | 'name' | 'definition' | 'instruction' | 'draw' | 'examples'> {
  readonly predicate?: string;
  /** @returns the new value, or its text where it is not printed as numbers usually are */
  change(value: number, index: number): number | string;
}

const map = (entry: MapEntry): Task =>
  defineTask({
    ...entry,
    family: 'F2',
    input: NUMBERS,
    output: NUMBER_TEXTS,
    operator: 'map',
    // adding 0 turns -0 into 0
    apply: (values) =>
      values.map((value, index) => {
        const changed = entry.change(value, index);
        return typeof changed === 'string' ? changed : String(changed + 0);
      }),
  });

/** The nearest multiple of 10; halfway, the one whose tens are even. */
const roundToTens = (value: number): number => {
  const tens = value / 10;
  const below = Math.floor(tens);
  if (tens - below === 0.5) return 10 * (below % 2 === 0 ? below : below + 1);
  return 10 * Math.round(tens);
};

/** The nearest of 2, 4, 8, …; halfway, the larger. */
const nearestPowerOfTwo = (value: number): number => {
  let power = 2;
  while (2 * power - value <= value - power) power *= 2;
  return power;
};

/** Task 1444 draws place by place, in turns of seven. */
const POWER_RANGES: readonly Range[] = [
  [2, 250],
  [2, 2000],
  [2, 5000],
  [400, 5000],
  [6, 25],
  [30, 90],
  [2, 4],
];

/** Change each element of a list of whole numbers. */
export const MAP_TASKS: readonly Task[] = [
  map({
    id: '206',
    name: 'collatz_conjecture',
    definition:
      'The input is a list of integers. Halve each even number; multiply each odd number by three and add one. Write the list of the results in the same order.',
    instruction: 'halve even numbers and triple odd numbers plus one',
    predicate: 'number/parity',
    draw: integers([2, 9], [1, 200]),
    change: (value) => (value % 2 === 0 ? value / 2 : 3 * value + 1),
    examples: [
      ['[8, 15, 130]', '[4, 46, 65]'],
      ['[1, 77]', '[4, 232]'],
    ],
  }),
  map({
    id: '368',
    name: 'synthetic_even_or_odd_calculation',
    definition:
      'The input is a list of integers. Divide each even number by 4, writing the result with its decimals and without rounding (2.0, -7.5); multiply each odd number by 4 and add 2. Zero is even. Write the list of the results in the same order.',
    instruction: 'divide even numbers by 4 and multiply odd numbers by 4 plus 2',
    predicate: 'number/parity',
    draw: integers([2, 11], [-100, 100]),
    change: (value) => (value % 2 === 0 ? printFloat(value / 4) : 4 * value + 2),
    examples: [
      ['[12, 9, -30]', '[3.0, 38, -7.5]'],
      ['[0, -5, 26, 71]', '[0.0, -18, 6.5, 286]'],
    ],
  }),
  map({
    id: '374',
    name: 'synthetic_pos_or_neg_calculation',
    definition:
      'The input is a list of integers. Multiply each positive number by 2 and each negative number by -3; zero stays zero. Write the list of the results in the same order.',
    instruction: 'double positive numbers and multiply negative numbers by -3',
    predicate: 'number/sign',
    draw: integers([2, 11], [-100, 100]),
    change: (value) => (value > 0 ? 2 * value : -3 * value),
    examples: [
      ['[21, -8, 0, 45]', '[42, 24, 0, 90]'],
      ['[-33, -100]', '[99, 300]'],
    ],
  }),
  map({
    id: '373',
    name: 'synthetic_round_tens_place',
    definition:
      'The input is a list of integers. Replace each by the nearest multiple of 10; a number halfway between two goes to the one whose tens digit is even. Write the list of the results in the same order.',
    instruction: 'round to tens',
    draw: integers([2, 15], [-1000, 1000]),
    change: roundToTens,
    examples: [
      ['[83, -417, 906]', '[80, -420, 910]'],
      ['[455, 905, -62, 1]', '[460, 900, -60, 0]'],
    ],
  }),
  map({
    id: '1444',
    name: 'round_power_of_two',
    definition:
      'The input is a list of integers from 2 on. Replace each by the nearest power of two (2, 4, 8, 16 and so on); a number halfway between two goes to the larger. Write the list of the results in the same order.',
    instruction: 'round to powers of 2',
    draw: (random) => {
      let place = 0;
      return drawMany(random, [3, 16], () => drawInteger(random, POWER_RANGES[place++ % POWER_RANGES.length]));
    },
    change: nearestPowerOfTwo,
    examples: [
      ['[90, 700, 3000, 4096]', '[64, 512, 2048, 4096]'],
      ['[6, 12, 100]', '[8, 16, 128]'],
    ],
  }),
  map({
    id: '096',
    name: 'conala_list_index_subtraction',
    definition:
      'The input is a list of numbers. Subtract from each number its place in the list, counted from 1: one from the first, two from the second and so on. Write the list of the results in brackets.',
    instruction: 'subtract the place from each number',
    draw: integers([2, 10], [-20, 20]),
    change: (value, index) => value - index - 1,
    examples: [
      ['[9, 2, -4]', '[8, 0, -7]'],
      ['[0, 15, 15, -20]', '[-1, 13, 12, -24]'],
    ],
  }),
];
