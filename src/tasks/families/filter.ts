import type { Random } from '../../core/index.ts';
import { drawInteger, drawMany, integers, pick } from '../draw.ts';
import { NUMBER_TEXTS, NUMBERS, printFloat } from '../formats.ts';
import { defineTask, type Task, type TaskEntry } from '../task.ts';

type Numbers = readonly number[];

interface FilterEntry extends Pick<TaskEntry<Numbers, Numbers>, 'id' | 'name' | 'definition' | 'instruction' | 'draw' | 'examples'> {
  readonly predicate: string;
  keep(value: number, index: number, values: Numbers): boolean;
}

const filter = (entry: FilterEntry): Task =>
  defineTask({
    ...entry,
    family: 'F1',
    input: NUMBERS,
    output: NUMBERS,
    operator: 'filter',
    apply: (values) => values.filter((value, index) => entry.keep(value, index, values)),
  });

const isPrime = (value: number): boolean => {
  for (let divisor = 2; divisor * divisor <= value; divisor++) if (value % divisor === 0) return false;
  return value > 1;
};

const BELOW_1000 = Array.from({ length: 998 }, (_, i) => i + 2);
const PRIMES = BELOW_1000.filter(isPrime);
const COMPOSITES = BELOW_1000.filter((value) => !isPrime(value));

/** As text, a number with at most three decimals: a whole number up to 100 times a uniform share; seldom that is 0.0. */
const drawFraction = (random: Random): string =>
  printFloat(Math.round(drawInteger(random, [-100, 100]) * random.uniform() * 1000) / 1000 + 0);

/** Share of whole numbers among those of task 367, as in the published data. */
const WHOLE = 0.39;

/** Keep the elements of a list that pass a test; order and repeats stay, and an empty list prints `[]`. */
export const FILTER_TASKS: readonly Task[] = [
  filter({
    id: '205',
    name: 'remove_even_elements',
    definition:
      'The input is a list of whole numbers. Write the list without its even numbers, keeping the order of the rest. Zero counts as even. If nothing is left, write an empty list.',
    instruction: 'remove even numbers',
    predicate: 'number/parity',
    draw: integers([3, 10], [0, 200]),
    keep: (value) => value % 2 !== 0,
    examples: [
      ['[66, 121, 11]', '[121, 11]'],
      ['[0, 18, 144, 52]', '[]'],
    ],
  }),
  filter({
    id: '369',
    name: 'synthetic_remove_odds',
    definition:
      'The input is a list of integers. Write the list without its odd numbers, keeping the order of the rest. Zero is even. If nothing is left, write an empty list.',
    instruction: 'remove odd numbers',
    predicate: 'number/parity',
    draw: integers([2, 11], [-100, 100]),
    keep: (value) => value % 2 === 0,
    examples: [
      ['[-7, 40, 0, 33, -58]', '[40, 0, -58]'],
      ['[91, -15, 3]', '[]'],
    ],
  }),
  filter({
    id: '370',
    name: 'synthetic_remove_divisible_by_3',
    definition:
      'The input is a list of integers. Write the list without the numbers that 3 divides, keeping the order of the rest. 3 divides zero. If nothing is left, write an empty list.',
    instruction: 'remove numbers divisible by 3',
    predicate: 'number/divisible by 3',
    draw: integers([2, 11], [-100, 100]),
    keep: (value) => value % 3 !== 0,
    examples: [
      ['[14, -27, 0, 85, 6, -40]', '[14, 85, -40]'],
      ['[99, -3]', '[]'],
    ],
  }),
  filter({
    id: '366',
    name: 'synthetic_return_primes',
    definition:
      'The input is a list of integers. Write the list of those that are prime, that is, divided by 1 and themselves only, in the order in which they come. If there is none, write an empty list.',
    instruction: 'keep primes',
    predicate: 'number/prime',
    draw: (random) => drawMany(random, [2, 20], () => pick(random, random.integer(0, 2) === 0 ? PRIMES : COMPOSITES)),
    keep: isPrime,
    examples: [
      ['[407, 31, 588, 2, 997]', '[31, 2, 997]'],
      ['[121, 64]', '[]'],
    ],
  }),
  defineTask({
    id: '367',
    family: 'F1',
    name: 'synthetic_remove_floats',
    definition:
      'The input is a list of numbers, some with decimals. Write the list of the whole numbers among them, in the order in which they come. If there is none, write an empty list.',
    instruction: 'remove numbers with decimals',
    input: NUMBER_TEXTS,
    output: NUMBER_TEXTS,
    operator: 'filter',
    predicate: 'number/whole',
    draw: (random) =>
      drawMany(random, [2, 11], () => (random.uniform() < WHOLE ? String(drawInteger(random, [-100, 100])) : drawFraction(random))),
    apply: (texts) => texts.filter((text) => !text.includes('.')),
    examples: [
      ['[12, -3.481, 70, 0.25, -9]', '[12, 70, -9]'],
      ['[8.016, -61.3]', '[]'],
    ],
  }),
  filter({
    id: '372',
    name: 'synthetic_palindrome_numbers',
    definition:
      'The input is a list of integers. Write the list of those whose first digit equals their last digit, whatever their sign, in the order in which they come. A number of one digit always qualifies. If there is none, write an empty list.',
    instruction: 'keep numbers that begin and end with the same digit',
    predicate: 'number/first and last digit',
    draw: integers([15, 25], [-1000, 1000]),
    keep: (value) => {
      const digits = String(Math.abs(value));
      return digits[0] === digits[digits.length - 1];
    },
    examples: [
      ['[-404, 731, 58, 6, 929, -120, 77, 615, -83, 340, 212, -999, 1000, 46, -18]', '[-404, 6, 929, 77, 212, -999]'],
      ['[10, -245, 817, 92, 603, -451, 38, 760, -19, 524, 86, -372, 940, 61, -708]', '[]'],
    ],
  }),
  filter({
    id: '097',
    name: 'conala_remove_duplicates',
    definition:
      'The input is a list of numbers. Write the list of those that come exactly once, in the order in which they come: of a repeated number no copy is kept. If every number is repeated, write an empty list.',
    instruction: 'remove repeated numbers',
    predicate: 'context/repeated',
    draw: integers([5, 10], [0, 7]),
    keep: (value, _index, values) => values.filter((other) => other === value).length === 1,
    examples: [
      ['[4, 1, 7, 4, 0, 1]', '[7, 0]'],
      ['[2, 5, 2, 5, 5]', '[]'],
    ],
  }),
];
