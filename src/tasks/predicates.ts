import { type Random, UserError } from '../core/index.ts';
import { drawMany } from './draw.ts';
import type { Format } from './formats.ts';
import { defineTask, type Task } from './task.ts';

type Numbers = readonly number[];

/** Numbers from 0 to 99, as many values as the inputs have. */
const VALUES = 100;

/** `3 14 15`: numbers from 0 to 99, two at least, separated by spaces. */
const ROW: Format<Numbers> = {
  name: 'numbers',
  example: '3 14 15 (two or more from 0 to 99, separated by spaces)',
  print: (values) => values.join(' '),
  parse: (text) => (/^\d{1,2}( \d{1,2})+$/.test(text) ? text.split(' ').map(Number) : undefined),
};

const drawRow = (random: Random): number[] => drawMany(random, [4, 7], () => random.integer(0, VALUES));

/** A test of one number. */
interface Predicate {
  /** The numbers it holds for: `numbers whose ones digit is below 5`. */
  readonly words: string;
  /** For the attributes: `ones digit/below 5`. */
  readonly path: string;
  /** The end of the task's id: `l5`. */
  readonly code: string;
  holds(value: number): boolean;
}

const belowOnes = (k: number): Predicate => ({
  words: `numbers whose ones digit is below ${k}`,
  path: `ones digit/below ${k}`,
  code: `l${k}`,
  holds: (value) => value % 10 < k,
});

const belowDigitSum = (j: number): Predicate => ({
  words: `numbers whose digit sum is below ${j}`,
  path: `digit sum/below ${j}`,
  code: `s${j}`,
  holds: (value) => Math.floor(value / 10) + (value % 10) < j,
});

const multipleOf = (n: number): Predicate => ({
  words: n === 2 ? 'even numbers' : `numbers divisible by ${n}`,
  path: n === 2 ? 'parity' : `divisible by ${n}`,
  code: `x${n}`,
  holds: (value) => value % n === 0,
});

const ODD: Predicate = { words: 'odd numbers', path: 'parity', code: 'odd', holds: (value) => value % 2 === 1 };

/** Every predicate: how its code reads and which parameters leave numbers on both sides. */
const PREDICATES = [
  { letter: 'l', make: belowOnes, low: 1, high: 9 },
  { letter: 's', make: belowDigitSum, low: 1, high: 18 },
  { letter: 'x', make: multipleOf, low: 2, high: 99 },
] as const;

/** What is done with the numbers a predicate holds for. */
const OPERATIONS = {
  rm: {
    operator: 'filter',
    name: 'remove',
    definition: (words: string) => `You are given a list of numbers. Remove the ${words} and keep the others in their order.`,
    instruction: (words: string) => `remove ${words}`,
    apply: (values: Numbers, { holds }: Predicate) => values.filter((value) => !holds(value)),
  },
  kp: {
    operator: 'filter',
    name: 'keep',
    definition: (words: string) => `You are given a list of numbers. Keep only the ${words}, in their order.`,
    instruction: (words: string) => `keep ${words}`,
    apply: (values: Numbers, { holds }: Predicate) => values.filter(holds),
  },
  zr: {
    operator: 'map',
    name: 'replace_by_0',
    definition: (words: string) => `You are given a list of numbers. Replace the ${words} by 0 and leave the others as they are.`,
    instruction: (words: string) => `replace ${words} by 0`,
    apply: (values: Numbers, { holds }: Predicate) => values.map((value) => (holds(value) ? 0 : value)),
  },
} as const;

type Operation = keyof typeof OPERATIONS;

const FORMS = 'rm.l1…rm.l9, rm.s1…rm.s18, rm.x2…rm.x99 or rm.odd, with rm (remove), kp (keep only) or zr (replace by 0)';

/**
 * The task of an id: `rm.l5` removes the numbers whose ones digit is below 5, `kp.l5` keeps only them, `zr.l5` replaces them by 0;
 * `rm.s9` goes by the digit sum (below 9), `rm.x3` by multiples of 3 (`rm.x2`: the even ones), `rm.odd` by oddness.
 *
 * Inputs are 4 to 7 numbers from 0 to 99 separated by spaces (`3 14 15`), drawn until the predicate holds for some and fails for
 * some. Source: ours.
 *
 * @throws UserError when the id names no such task
 */
export function predicateTask(id: string): Task {
  const [operation, code = ''] = id.split('.', 2);
  const predicate = predicateOf(code);
  if (!Object.hasOwn(OPERATIONS, operation) || predicate === undefined || id !== `${operation}.${predicate.code}`) {
    throw new UserError(`predicateTask: id must be like ${FORMS}, got '${id}'`);
  }
  return build(operation as Operation, predicate);
}

function predicateOf(code: string): Predicate | undefined {
  if (code === ODD.code) return ODD;
  const parameter = Number(code.slice(1));
  const kind = PREDICATES.find(({ letter }) => code.startsWith(letter));
  return kind !== undefined && Number.isInteger(parameter) && parameter >= kind.low && parameter <= kind.high
    ? kind.make(parameter)
    : undefined;
}

function build(operation: Operation, predicate: Predicate): Task {
  const { operator, name, definition, instruction, apply } = OPERATIONS[operation];
  const applied = (values: Numbers) => apply(values, predicate);
  return defineTask({
    id: `${operation}.${predicate.code}`,
    name: `${name}_${predicate.words.replaceAll(' ', '_')}`,
    family: 'P',
    definition: definition(predicate.words),
    instruction: instruction(predicate.words),
    input: ROW,
    output: ROW,
    operator,
    predicate: `number/${predicate.path}`,
    draw: (random) => {
      for (;;) {
        const values = drawRow(random);
        const held = values.filter(predicate.holds).length;
        if (held > 0 && held < values.length) return values;
      }
    },
    apply: applied,
    examples: examplesOf(predicate).map((values) => [ROW.print(values), ROW.print(applied(values))]),
  });
}

/** Two short inputs in which the predicate holds for some numbers and fails for others. */
function examplesOf({ holds }: Predicate): Numbers[] {
  const all = Array.from({ length: VALUES }, (_, value) => value);
  const [held, others] = [all.filter(holds), all.filter((value) => !holds(value))];
  const at = (values: Numbers, share: number) => values[Math.floor(share * (values.length - 1))];
  return [
    [at(others, 0.6), at(held, 0.4), at(others, 0.2), at(held, 0.9)],
    [at(held, 0.7), at(others, 0.9), at(others, 0.4), at(held, 0.3), at(others, 0.1)],
  ];
}

/** An order task: what it does with the places of a list, whatever the numbers. */
const order = (id: string, name: string, operator: string, words: string, instruction: string, apply: (values: Numbers) => Numbers): Task =>
  defineTask({
    id,
    name,
    family: 'O',
    definition: `You are given a list of numbers. ${words}`,
    instruction,
    input: ROW,
    output: ROW,
    operator,
    draw: drawRow,
    apply,
    examples: [
      [17, 4, 92, 38],
      [60, 8, 8, 71, 25],
    ].map((values) => [ROW.print(values), ROW.print(apply(values))]),
  });

/** Tasks about places instead of numbers, as dissimilar companions of the predicate tasks; same inputs. Source: ours. */
export const ORDER_TASKS: readonly Task[] = [
  order('rotate', 'rotate', 'reorder', 'Move the first number to the end.', 'rotate', ([first, ...rest]) => [...rest, first]),
  order('swap', 'swap_ends', 'reorder', 'Swap the first and the last number.', 'swap ends', (values) => [
    values[values.length - 1],
    ...values.slice(1, -1),
    values[0],
  ]),
  order('second', 'second_element', 'select', 'Give the second number.', 'second element', (values) => [values[1]]),
  order('minmax', 'smallest_and_largest', 'reduce', 'Give the smallest number, then the largest.', 'min max', (values) => [
    Math.min(...values),
    Math.max(...values),
  ]),
  order('dupfirst', 'duplicate_first', 'insert', 'Write the first number twice, then the others.', 'duplicate first', (values) => [
    values[0],
    ...values,
  ]),
];

const ids = (operation: Operation, letter: string, low: number, high: number) =>
  Array.from({ length: high - low + 1 }, (_, i) => `${operation}.${letter}${low + i}`);

/** The predicate tasks of the registry; `predicateTask` makes the others. Source: ours. */
export const PREDICATE_TASKS: readonly Task[] = [
  ...(Object.keys(OPERATIONS) as Operation[]).flatMap((operation) => ids(operation, 'l', 2, 8)),
  ...ids('rm', 's', 6, 16),
  ...[2, 3, 4, 5, 6, 7, 10].map((n) => `rm.x${n}`),
  'rm.odd',
].map(predicateTask);
