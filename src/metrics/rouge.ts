import { porterStem } from './porter.ts';

/** Words up to this length are compared as they are. */
const LONGEST_UNSTEMMED = 3;

/**
 * Rouge-L as the official Natural Instructions evaluation computes it: the F-measure of the longest common subsequence of stemmed
 * tokens, times 100, the best over the references. Source: Lin 2004, in the manner of Google's rouge_score (Porter stemmer on).
 *
 * Known weaknesses of the score itself: signs, brackets and decimal points vanish (`-22` is `22`), and where either side has no
 * letter or digit, as in `[]`, it is 0 even for equal texts; `rougeLCeiling` says what that costs.
 *
 * @param references one at least
 * @returns a number from 0 to 100
 */
export function rougeL(prediction: string, references: readonly string[]): number {
  const predicted = rougeTokens(prediction);
  return 100 * Math.max(...references.map((reference) => fMeasure(predicted, rougeTokens(reference))));
}

/** The tokens that Rouge compares: runs of letters a–z and digits, in small letters, stemmed where longer than 3. */
export function rougeTokens(text: string): string[] {
  const tokens = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return tokens.map((token) => (token.length > LONGEST_UNSTEMMED ? porterStem(token) : token));
}

function fMeasure(predicted: readonly string[], reference: readonly string[]): number {
  const common = longestCommonSubsequence(predicted, reference);
  if (common === 0) return 0;
  const precision = common / predicted.length;
  const recall = common / reference.length;
  return (2 * precision * recall) / (precision + recall);
}

function longestCommonSubsequence(a: readonly string[], b: readonly string[]): number {
  let row = new Uint32Array(b.length + 1);
  for (const token of a) {
    const next = new Uint32Array(b.length + 1);
    for (let j = 0; j < b.length; j++) next[j + 1] = token === b[j] ? row[j] + 1 : Math.max(row[j + 1], next[j]);
    row = next;
  }
  return row[b.length];
}
