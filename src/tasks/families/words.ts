import type { Random } from '../../core/index.ts';
import { drawMany, LETTERS_OF_BOTH_CASES, LOWER, pick } from '../draw.ts';
import { type Asked, askedSentence, LETTERS, NUMBER, SENTENCE, WORDS } from '../formats.ts';
import { defineTask, type Task } from '../task.ts';
import { drawCaption } from './captions.ts';

const VOWELS = 'aeiou';
const isVowel = (letter: string): boolean => VOWELS.includes(letter.toLowerCase());

/** Every vowel thrice and every consonant once, as often as they come in the published data. */
const VOWEL_RICH = [...LETTERS_OF_BOTH_CASES].flatMap((letter) => (isVowel(letter) ? [letter, letter, letter] : [letter]));

const wordsOf = (sentence: string): string[] => sentence.split(/ +/);

/** A sentence with the length of one of its words, every length that occurs alike likely. */
const drawWithLength = (random: Random): Asked => {
  const sentence = drawCaption(random);
  const lengths = [...new Set(wordsOf(sentence).map((word) => word.length))];
  return { sentence, about: String(pick(random, lengths)) };
};

/** The longest palindrome in a text; of several, the first. */
const longestPalindrome = (text: string): string => {
  let best = '';
  for (let centre = 0; centre < 2 * text.length; centre++) {
    let start = Math.ceil(centre / 2);
    let end = Math.floor(centre / 2) + 1;
    while (start > 0 && end < text.length && text[start - 1] === text[end]) {
      start--;
      end++;
    }
    // centres go from left to right, so that of two palindromes of one length the first is met first
    if (end - start > best.length) best = text.slice(start, end);
  }
  return best;
};

/** Work on the letters of a text and the words of a sentence. */
export const WORD_TASKS: readonly Task[] = [
  defineTask({
    id: '365',
    name: 'synthetic_remove_vowels',
    family: 'F7',
    definition: 'The input is a row of letters. Write it without its vowels a, e, i, o and u, small or capital. The letter y is no vowel.',
    instruction: 'remove vowels',
    input: LETTERS,
    output: LETTERS,
    operator: 'filter',
    predicate: 'letter/vowel',
    draw: (random) => drawMany(random, [2, 20], () => pick(random, VOWEL_RICH)).join(''),
    apply: (text) => [...text].filter((letter) => !isVowel(letter)).join(''),
    examples: [
      ['tOrqIaeY', 'trqY'],
      ['Aue', ''],
    ],
  }),
  defineTask({
    id: '850',
    name: 'synthetic_longest_palindrome',
    family: 'F7',
    definition:
      'The input is a row of letters. Write the longest part of it, without gaps, that reads the same backwards. Of several equally long ones write the first; that may be the first letter alone.',
    instruction: 'longest palindrome',
    input: LETTERS,
    output: LETTERS,
    operator: 'search',
    predicate: 'text/palindrome',
    draw: (random) => {
      const alphabet = Array.from({ length: 3 }, () => pick(random, [...LOWER]));
      return drawMany(random, [10, 15], () => pick(random, alphabet)).join('');
    },
    apply: longestPalindrome,
    examples: [
      ['wkkwkhhkhw', 'wkkw'],
      ['pbbpcpbbpp', 'pbbpcpbbp'],
    ],
  }),
  defineTask({
    id: '376',
    name: 'reverse_order_of_words',
    family: 'F7',
    definition: 'The input is a sentence. Write its words in reverse order, from the last to the first.',
    instruction: 'reverse the words',
    input: SENTENCE,
    output: WORDS,
    operator: 'reorder',
    draw: drawCaption,
    apply: (sentence) => sentence.split(' ').reverse(),
    examples: [
      ['Sentence: a tired dog sleeping under the kitchen table', 'table kitchen the under sleeping dog tired a'],
      ['Sentence: two boats waiting near an old wooden bridge', 'bridge wooden old an near waiting boats two'],
    ],
  }),
  defineTask({
    id: '377',
    name: 'remove_words_of_given_length',
    family: 'F7',
    definition:
      'The input is a sentence and a length. Write the sentence without the words of that length, which is the number of letters of a word: that of "table" is 5.',
    instruction: 'remove words of the given length',
    input: askedSentence("Remove all words of length '", '\\d+', "' in the given sentence.", '3'),
    output: WORDS,
    operator: 'filter',
    predicate: 'word/length',
    draw: drawWithLength,
    apply: ({ sentence, about }) => wordsOf(sentence).filter((word) => word.length !== Number(about)),
    examples: [
      [
        "Sentence: 'a tired dog sleeping under the kitchen table'. Remove all words of length '5' in the given sentence.",
        'a dog sleeping the kitchen',
      ],
      [
        "Sentence: 'two boats waiting near an old wooden bridge'. Remove all words of length '3' in the given sentence.",
        'boats waiting near an wooden bridge',
      ],
    ],
  }),
  defineTask({
    id: '378',
    name: 'reverse_words_of_given_length',
    family: 'F7',
    definition:
      'The input is a sentence and a length. Write the sentence with every word of that length spelled backwards and the others unchanged. The length of a word is the number of its letters: that of "table" is 5.',
    instruction: 'spell words of the given length backwards',
    input: askedSentence("Reverse all words of length '", '\\d+', "' in the given sentence.", '3'),
    output: WORDS,
    operator: 'map',
    predicate: 'word/length',
    draw: drawWithLength,
    apply: ({ sentence, about }) => wordsOf(sentence).map((word) => (word.length === Number(about) ? [...word].reverse().join('') : word)),
    examples: [
      [
        "Sentence: 'a tired dog sleeping under the kitchen table'. Reverse all words of length '5' in the given sentence.",
        'a derit dog sleeping rednu the kitchen elbat',
      ],
      [
        "Sentence: 'two boats waiting near an old wooden bridge'. Reverse all words of length '3' in the given sentence.",
        'owt boats waiting near an dlo wooden bridge',
      ],
    ],
  }),
  defineTask({
    id: '113',
    name: 'count_frequency_of_letter',
    family: 'F7',
    definition: 'The input is a sentence and a letter. Write how many times the letter occurs in the sentence.',
    instruction: 'count the letter',
    input: askedSentence("Find frequency of the letter '", '[a-z]', "'", 'a'),
    output: NUMBER,
    operator: 'count',
    predicate: 'letter/equal',
    draw: (random) => {
      const sentence = drawCaption(random);
      return { sentence, about: pick(random, [...sentence.replaceAll(' ', '')]) };
    },
    apply: ({ sentence, about }) => [...sentence].filter((letter) => letter === about).length,
    examples: [
      ["Sentence: 'a tired dog sleeping under the kitchen table'. Find frequency of the letter 'e'", '7'],
      ["Sentence: 'two boats waiting near an old wooden bridge'. Find frequency of the letter 'w'", '3'],
    ],
  }),
  defineTask({
    id: '157',
    name: 'count_vowels_and_consonants',
    family: 'F7',
    definition:
      'The input is a sentence and the question how many vowels (a, e, i, o, u) or how many consonants (all other letters) it has. Write that number.',
    instruction: 'count vowels or consonants',
    input: askedSentence('Count the number of ', 'vowels|consonants', ' in the given sentence.', 'vowels'),
    output: NUMBER,
    operator: 'count',
    predicate: 'letter/vowel',
    draw: (random) => ({ sentence: drawCaption(random), about: pick(random, ['vowels', 'consonants']) }),
    apply: ({ sentence, about }) => [...sentence].filter((sign) => /[a-z]/i.test(sign) && isVowel(sign) === (about === 'vowels')).length,
    examples: [
      ["Sentence: 'a tired dog sleeping under the kitchen table'. Count the number of vowels in the given sentence.", '14'],
      ["Sentence: 'two boats waiting near an old wooden bridge'. Count the number of consonants in the given sentence.", '21'],
    ],
  }),
];
