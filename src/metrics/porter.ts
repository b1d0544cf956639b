/** The places of consonants in a word: y is one at the start and behind a vowel. */
function consonants(word: string): boolean[] {
  const result: boolean[] = [];
  for (const [i, letter] of [...word].entries()) {
    result.push(letter === 'y' ? i === 0 || !result[i - 1] : !'aeiou'.includes(letter));
  }
  return result;
}

/** Porter's m: how often a consonant follows a vowel. */
function measure(stem: string): number {
  return consonants(stem).filter((isConsonant, i, all) => i > 0 && isConsonant && !all[i - 1]).length;
}

const hasVowel = (stem: string): boolean => consonants(stem).includes(false);

function endsInDoubleConsonant(word: string): boolean {
  const last = word.length - 1;
  return last >= 1 && word[last] === word[last - 1] && consonants(word)[last];
}

/** Consonant, vowel, consonant other than w, x, y; or, for a word of two letters, vowel and consonant. */
function endsInShortSyllable(word: string): boolean {
  const kinds = consonants(word);
  const last = word.length - 1;
  if (word.length === 2) return !kinds[0] && kinds[1];
  return last >= 2 && kinds[last - 2] && !kinds[last - 1] && kinds[last] && !'wxy'.includes(word[last]);
}

/** A suffix, what replaces it, and what must hold for the stem before it. */
type Rule = readonly [suffix: string, replacement: string, condition?: (stem: string) => boolean];

/** The first rule whose suffix the word has decides, even when its condition fails. */
function apply(word: string, rules: readonly Rule[]): string {
  const rule = rules.find(([suffix]) => word.endsWith(suffix));
  if (rule === undefined) return word;
  const [suffix, replacement, condition = () => true] = rule;
  const stem = word.slice(0, word.length - suffix.length);
  return condition(stem) ? stem + replacement : word;
}

const hasMeasure = (stem: string): boolean => measure(stem) > 0;
const hasLongMeasure = (stem: string): boolean => measure(stem) > 1;

/** Words that NLTK stems by a table. */
const IRREGULAR: Readonly<Record<string, string>> = {
  sky: 'sky',
  skies: 'sky',
  dying: 'die',
  lying: 'lie',
  tying: 'tie',
  news: 'news',
  innings: 'inning',
  inning: 'inning',
  outings: 'outing',
  outing: 'outing',
  cannings: 'canning',
  canning: 'canning',
  howe: 'howe',
  proceed: 'proceed',
  exceed: 'exceed',
  succeed: 'succeed',
};

const PLURALS: readonly Rule[] = [
  ['sses', 'ss'],
  ['ies', 'i'],
  ['ss', 'ss'],
  ['s', ''],
];

const DOUBLE_SUFFIXES: readonly Rule[] = [
  ['ational', 'ate', hasMeasure],
  ['tional', 'tion', hasMeasure],
  ['enci', 'ence', hasMeasure],
  ['anci', 'ance', hasMeasure],
  ['izer', 'ize', hasMeasure],
  ['bli', 'ble', hasMeasure],
  ['entli', 'ent', hasMeasure],
  ['eli', 'e', hasMeasure],
  ['ousli', 'ous', hasMeasure],
  ['ization', 'ize', hasMeasure],
  ['ation', 'ate', hasMeasure],
  ['ator', 'ate', hasMeasure],
  ['alism', 'al', hasMeasure],
  ['iveness', 'ive', hasMeasure],
  ['fulness', 'ful', hasMeasure],
  ['ousness', 'ous', hasMeasure],
  ['aliti', 'al', hasMeasure],
  ['iviti', 'ive', hasMeasure],
  ['biliti', 'ble', hasMeasure],
  ['fulli', 'ful', hasMeasure],
  // the l stays with what is measured
  ['logi', 'log', (stem) => hasMeasure(`${stem}l`)],
];

const SUFFIXES: readonly Rule[] = [
  ['icate', 'ic', hasMeasure],
  ['ative', '', hasMeasure],
  ['alize', 'al', hasMeasure],
  ['iciti', 'ic', hasMeasure],
  ['ical', 'ic', hasMeasure],
  ['ful', '', hasMeasure],
  ['ness', '', hasMeasure],
];

const LAST_SUFFIXES: readonly Rule[] = [
  ...['al', 'ance', 'ence', 'er', 'ic', 'able', 'ible', 'ant', 'ement', 'ment', 'ent'].map(
    (suffix) => [suffix, '', hasLongMeasure] as const,
  ),
  ['ion', '', (stem) => hasLongMeasure(stem) && /[st]$/.test(stem)],
  ...['ou', 'ism', 'ate', 'iti', 'ous', 'ive', 'ize'].map((suffix) => [suffix, '', hasLongMeasure] as const),
];

/**
 * The stem of an English word by Porter's algorithm with NLTK's extensions (its default mode), which Google's Rouge scorer uses.
 * Source: Porter 1980; the departures as nltk.stem.porter documents them.
 *
 * @param word in small letters
 */
export function porterStem(word: string): string {
  if (Object.hasOwn(IRREGULAR, word)) return IRREGULAR[word];
  if (word.length <= 2) return word;
  const steps = [withoutPlural, withoutPast, withSoftY, withoutDoubleSuffix, withoutSuffix, withoutLastSuffix, withoutE, withSingleL];
  return steps.reduce((stem, step) => step(stem), word);
}

function withoutPlural(word: string): string {
  return word.length === 4 && word.endsWith('ies') ? word.replace(/ies$/, 'ie') : apply(word, PLURALS);
}

function withoutPast(word: string): string {
  if (word.endsWith('ied')) return word.replace(/ied$/, word.length === 4 ? 'ie' : 'i');
  if (word.endsWith('eed')) return apply(word, [['eed', 'ee', hasMeasure]]);
  const stem = word.replace(/(ed|ing)$/, '');
  if (stem === word || !hasVowel(stem)) return word;
  if (/(at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (endsInDoubleConsonant(stem)) return /[lsz]$/.test(stem) ? stem : stem.slice(0, -1);
  return measure(stem) === 1 && endsInShortSyllable(stem) ? `${stem}e` : stem;
}

function withSoftY(word: string): string {
  return apply(word, [['y', 'i', (stem) => stem.length > 1 && consonants(stem)[stem.length - 1]]]);
}

function withoutDoubleSuffix(word: string): string {
  // what -alli leaves may have a suffix of this step again
  if (word.endsWith('alli') && hasMeasure(word.slice(0, -4))) return withoutDoubleSuffix(word.slice(0, -2));
  return word.endsWith('alli') ? word : apply(word, DOUBLE_SUFFIXES);
}

function withoutSuffix(word: string): string {
  return apply(word, SUFFIXES);
}

function withoutLastSuffix(word: string): string {
  return apply(word, LAST_SUFFIXES);
}

function withoutE(word: string): string {
  if (!word.endsWith('e')) return word;
  const stem = word.slice(0, -1);
  const length = measure(stem);
  return length > 1 || (length === 1 && !endsInShortSyllable(stem)) ? stem : word;
}

function withSingleL(word: string): string {
  return apply(word, [['ll', 'l', (stem) => measure(`${stem}l`) > 1]]);
}
