/** string.punctuation of Python. */
const PUNCTUATION = /[!-/:-@[-`{-~]/g;

/**
 * Exact match as the official Natural Instructions evaluation computes it: equal after small letters, without punctuation and with
 * runs of white space as one space, for one of the references. Source: Wang et al. 2022. Known weakness: `-2.5` is `25`.
 *
 * @returns 100 or 0
 */
export function exactMatch(prediction: string, references: readonly string[]): number {
  const predicted = normalise(prediction);
  return references.some((reference) => normalise(reference) === predicted) ? 100 : 0;
}

/**
 * Whether the prediction is one of the references to the letter, white space at its ends aside. Source: ours.
 *
 * @returns 100 or 0
 */
export function strictMatch(prediction: string, references: readonly string[]): number {
  return references.some((reference) => reference.trim() === prediction.trim()) ? 100 : 0;
}

function normalise(text: string): string {
  return text.toLowerCase().replace(PUNCTUATION, '').trim().replace(/\s+/g, ' ');
}
