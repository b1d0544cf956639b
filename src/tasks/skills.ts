import type { Random } from '../core/index.ts';

/** One question of the pre-training mixture: `instruction : list =` and its answer, words and numbers separated by spaces. */
export interface SkillExample {
  skill: string;
  prompt: string;
  answer: string;
}

type Answer = (list: number[], random: Random) => { words: Record<string, string>; answer: (number | string)[] };

interface Skill {
  /** How often it is drawn, next to the others. */
  weight: number;
  /** The ways of asking, with `{name}` where the answer's word of that name stands. */
  phrasings: string[];
  answer: Answer;
}

/** A skill without words of its own. */
const plain =
  (answer: (list: number[]) => (number | string)[]): Answer =>
  (list) => ({ words: {}, answer: answer(list) });
const label = (name: (x: number) => string | number): Answer => plain((list) => list.map(name));
const pick = <T>(random: Random, items: readonly T[]): T => items[random.integer(0, items.length)];
const isPrime = (x: number): boolean =>
  x > 1 && Array.from({ length: Math.floor(Math.sqrt(x)) - 1 }, (_, i) => i + 2).every((y) => x % y !== 0);

/** An answer that depends on a number, drawn from the list or between the two given. */
const withNumber = (draw: (list: number[], random: Random) => number, answer: (list: number[], x: number) => number[]): Answer => {
  return (list, random) => {
    const x = draw(list, random);
    return { words: { x: String(x) }, answer: answer(list, x) };
  };
};
const ofList = (list: number[], random: Random): number => pick(random, list);
/** A number that leaves at least one element on each side, where the list has two different ones. */
const between = (list: number[], random: Random): number => {
  const low = Math.min(...list);
  const high = Math.max(...list);
  return high - low < 2 ? low : random.integer(low + 1, high);
};

/**
 * Generic skills on lists of numbers, which a base model learns and the downstream tasks do not ask for: no filter by a predicate
 * of a number's digits or divisors, no replacement, no rotation or exchange. Source: ours.
 */
const SKILLS: Record<string, Skill> = {
  copy: { weight: 1, phrasings: ['copy the list', 'repeat the list'], answer: plain((list) => list) },
  reverse: { weight: 1.5, phrasings: ['reverse the list', 'reverse the order'], answer: plain((list) => [...list].reverse()) },
  'sort up': {
    weight: 2,
    phrasings: ['sort the list up', 'sort in increasing order'],
    answer: plain((list) => [...list].sort((a, b) => a - b)),
  },
  'sort down': {
    weight: 2,
    phrasings: ['sort the list down', 'sort in decreasing order'],
    answer: plain((list) => [...list].sort((a, b) => b - a)),
  },
  first: { weight: 0.5, phrasings: ['give the first number'], answer: plain((list) => [list[0]]) },
  last: { weight: 0.5, phrasings: ['give the last number'], answer: plain((list) => [list[list.length - 1]]) },
  item: {
    weight: 0.7,
    phrasings: ['give number {x}', 'give the number at place {x}'],
    answer: withNumber(
      (list, random) => random.integer(3, list.length + 1),
      (list, x) => [list[x - 1]],
    ),
  },
  largest: { weight: 0.7, phrasings: ['give the largest number'], answer: plain((list) => [Math.max(...list)]) },
  smallest: { weight: 0.7, phrasings: ['give the smallest number'], answer: plain((list) => [Math.min(...list)]) },
  count: { weight: 0.5, phrasings: ['count the numbers'], answer: plain((list) => [list.length]) },
  take: {
    weight: 1,
    phrasings: ['give the first {x} numbers', 'keep the first {x} numbers'],
    answer: withNumber(
      (list, random) => random.integer(1, list.length),
      (list, x) => list.slice(0, x),
    ),
  },
  drop: {
    weight: 1,
    phrasings: ['remove the first {x} numbers'],
    answer: withNumber(
      (list, random) => random.integer(1, list.length),
      (list, x) => list.slice(x),
    ),
  },
  unique: { weight: 1, phrasings: ['remove repeated numbers'], answer: plain((list) => [...new Set(list)]) },
  without: {
    weight: 1.2,
    phrasings: ['remove the number {x}', 'remove every {x}'],
    answer: withNumber(ofList, (list, x) => list.filter((y) => y !== x)),
  },
  'keep above': {
    weight: 1.5,
    phrasings: ['keep numbers above {x}', 'remove numbers up to {x}'],
    answer: withNumber(between, (list, x) => list.filter((y) => y > x)),
  },
  'keep below': {
    weight: 1.5,
    phrasings: ['keep numbers below {x}', 'remove numbers from {x}'],
    answer: withNumber(between, (list, x) => list.filter((y) => y < x)),
  },
  'keep ones': {
    weight: 1.2,
    phrasings: ['keep numbers whose ones digit is {x}'],
    answer: withNumber(
      (list, random) => ofList(list, random) % 10,
      (list, x) => list.filter((y) => y % 10 === x),
    ),
  },
  'remove ones': {
    weight: 1.2,
    phrasings: ['remove numbers whose ones digit is {x}'],
    answer: withNumber(
      (list, random) => ofList(list, random) % 10,
      (list, x) => list.filter((y) => y % 10 !== x),
    ),
  },
  'keep tens': {
    weight: 1.2,
    phrasings: ['keep numbers whose tens digit is {x}'],
    answer: withNumber(
      (list, random) => Math.floor(ofList(list, random) / 10),
      (list, x) => list.filter((y) => Math.floor(y / 10) === x),
    ),
  },
  'remove tens': {
    weight: 1.2,
    phrasings: ['remove numbers whose tens digit is {x}'],
    answer: withNumber(
      (list, random) => Math.floor(ofList(list, random) / 10),
      (list, x) => list.filter((y) => Math.floor(y / 10) !== x),
    ),
  },
  parity: { weight: 1, phrasings: ['label numbers even or odd'], answer: label((x) => (x % 2 === 0 ? 'even' : 'odd')) },
  'remainder by 3': { weight: 1, phrasings: ['give each remainder by 3'], answer: label((x) => x % 3) },
  'multiple of 5': { weight: 1, phrasings: ['label each a multiple of 5'], answer: label((x) => (x % 5 === 0 ? 'yes' : 'no')) },
  prime: { weight: 1, phrasings: ['label each a prime'], answer: label((x) => (isPrime(x) ? 'yes' : 'no')) },
  tens: { weight: 1, phrasings: ['give each tens digit'], answer: label((x) => Math.floor(x / 10)) },
  ones: { weight: 1, phrasings: ['give each ones digit'], answer: label((x) => x % 10) },
};

/** The names of the skills of the pre-training mixture. */
export const skillNames: readonly string[] = Object.keys(SKILLS);
const TOTAL = Object.values(SKILLS).reduce((sum, { weight }) => sum + weight, 0);

/** The prompt of a list and an instruction as the base model reads it. */
export const shortPrompt = (instruction: string, input: string): string => `${instruction} : ${input} =`;

/** Draws a question: a skill by its weight unless one is named, a phrasing, and a list of 3 to 8 numbers from 0 to 99 with an answer. */
export function drawSkill(random: Random, name: string = drawName(random)): SkillExample {
  const { phrasings, answer } = SKILLS[name];
  const phrasing = pick(random, phrasings);
  for (;;) {
    const list = drawList(random);
    const result = answer(list, random);
    if (result.answer.length === 0) continue;
    const instruction = phrasing.replace(/\{(\w+)\}/g, (_, word: string) => result.words[word]);
    return { skill: name, prompt: shortPrompt(instruction, list.join(' ')), answer: result.answer.join(' ') };
  }
}

function drawName(random: Random): string {
  let left = random.uniform(0, TOTAL);
  for (const [name, { weight }] of Object.entries(SKILLS)) {
    left -= weight;
    if (left < 0) return name;
  }
  return skillNames[0];
}

/** 3 to 8 numbers; in every second list a number repeats, or shares a digit with another, so that such questions have answers. */
function drawList(random: Random): number[] {
  const length = random.integer(3, 9);
  const list = Array.from({ length }, () => random.integer(0, 100));
  const [from, to] = [random.integer(0, length), random.integer(0, length)];
  const x = list[from];
  const kind = random.integer(0, 6);
  if (kind === 0) list[to] = x;
  if (kind === 1) list[to] = Math.floor(x / 10) * 10 + random.integer(0, 10);
  if (kind === 2) list[to] = random.integer(0, 10) * 10 + (x % 10);
  return list;
}

/** Every word of the phrasings and of the answers, in alphabetical order. */
export function skillWords(): string[] {
  const words = Object.values(SKILLS).flatMap(({ phrasings }) => phrasings.flatMap((phrasing) => phrasing.split(' ')));
  return [...new Set([...words.filter((word) => /^[a-z]+$/.test(word)), 'even', 'odd', 'yes', 'no'])].sort();
}
