import type { Random } from '../../core/index.ts';
import { pick } from '../draw.ts';

/** How many sentences of a hundred have how many words; near the captions that Natural Instructions uses. */
const LENGTHS: readonly (readonly [words: number, percent: number])[] = [
  [7, 1],
  [8, 16],
  [9, 21],
  [10, 23],
  [11, 16],
  [12, 9],
  [13, 6],
  [14, 3],
  [15, 2],
  [16, 1],
  [17, 1],
  [18, 1],
];

const WORDS_OF_LENGTH = LENGTHS.flatMap(([words, percent]) => Array<number>(percent).fill(words));

const list = (words: string): readonly string[] => words.trim().split(/\s+/);

const BEINGS = list(`
  man woman boy girl person player child cat dog bird horse cow bear giraffe elephant zebra sheep tourist farmer chef student
  skateboarder surfer cyclist vendor couple baby teenager policeman musician`);
const MANY = list(
  'men women boys girls players cats dogs birds horses cows bears giraffes elephants zebras sheep people people people children',
);
const THINGS = list(`
  table street field plate train bench sign pizza bus bed board building kitchen sink cake room road car bike boat window door
  fence tree hill beach river wall chair couch laptop phone umbrella kite ball racket bat truck motorcycle airplane clock tower
  vase flower sandwich bowl cup bottle bag hat shirt jacket counter stove mirror toilet park yard sidewalk bridge lamp desk shelf
  refrigerator skateboard surfboard suitcase computer restaurant bathroom stop mountain market harbour station platform
  intersection microwave wetsuit frisbee keyboard`);
const MASSES = list('water grass snow food sand traffic fruit rice broccoli sunlight furniture luggage vegetables baseball tennis');
const ADJECTIVES = list(`
  red white black blue green small large young old big tall brown wooden grey yellow little dirty empty long busy colorful
  beautiful open snowy grassy modern parked crowded sliced stuffed decorated concrete`);
const VERBS = list(`
  sitting standing walking lying looking waiting resting running playing sleeping posing jumping laying smiling traveling
  grazing flying moving leaning`);
const TRANSITIVE = list('holding riding eating wearing carrying watching pulling using throwing cutting passing crossing preparing');
const PREPOSITIONS = list(
  'on on on on in in in in with with with of at at near by under behind over beside down along against from around through across',
);
const LONG_PREPOSITIONS = ['next to', 'in front of', 'on top of', 'on the side of', 'out of', 'close to'];

/**
 * A sentence in the manner of a photograph's caption, 7 to 18 words without capitals or a full stop. Source: ours, the vocabulary
 * and grammar as well; only the number of words follows the captions of the published tasks.
 */
export function drawCaption(random: Random): string {
  const length = pick(random, WORDS_OF_LENGTH);
  for (;;) {
    const words = drawClauses(random);
    if (words.length === length) return words.join(' ');
  }
}

const chance = (random: Random, probability: number): boolean => random.uniform() < probability;

function drawClauses(random: Random): string[] {
  const { words, plural } = drawSubject(random);
  if (chance(random, 0.25)) words.push(plural ? 'are' : 'is');
  words.push(...drawAction(random));
  if (chance(random, 0.15)) words.push(chance(random, 0.5) ? 'while' : 'and', ...drawAction(random));
  return words;
}

function drawSubject(random: Random): { words: string[]; plural: boolean } {
  const kind = random.uniform();
  const adjectives = chance(random, 0.3) ? [pick(random, ADJECTIVES)] : [];
  if (kind < 0.12) {
    return { words: [pick(random, ['two', 'two', 'three', 'several', 'some', 'many']), ...adjectives, pick(random, MANY)], plural: true };
  }
  if (kind < 0.2) return { words: ['a', pick(random, ['group', 'group', 'couple', 'herd']), 'of', pick(random, MANY)], plural: false };
  const article = kind < 0.3 ? 'the' : 'a';
  return { words: withArticle(article, [...adjectives, pick(random, BEINGS)]), plural: false };
}

function drawAction(random: Random): string[] {
  const words = chance(random, 0.45) ? [pick(random, TRANSITIVE), ...drawObject(random)] : [pick(random, VERBS)];
  const phrases = pick(random, [1, 1, 1, 2, 2]);
  for (let i = 0; i < phrases; i++) {
    const preposition = chance(random, 0.25) ? pick(random, LONG_PREPOSITIONS) : pick(random, PREPOSITIONS);
    words.push(...preposition.split(' '), ...drawObject(random));
  }
  return words;
}

function drawObject(random: Random): string[] {
  const kind = random.uniform();
  const adjectives = chance(random, 0.3) ? [pick(random, ADJECTIVES)] : [];
  if (kind < 0.15) return [...adjectives, pick(random, MASSES)];
  const article = kind < 0.38 ? pick(random, ['the', 'the', 'the', 'his', 'her', 'their']) : 'a';
  return withArticle(article, [...adjectives, pick(random, THINGS)]);
}

function withArticle(article: string, words: string[]): string[] {
  return [article === 'a' && /^[aeiou]/.test(words[0]) ? 'an' : article, ...words];
}
