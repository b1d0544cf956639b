import { type Random, UserError } from '../core/index.ts';

/** How the next token is drawn. */
export interface Sampling {
  /** Divides the logits; 0 takes the most likely token. */
  temperature: number;
  /** Only the k most likely tokens; all by default. */
  topK?: number;
  /** Only the fewest most likely tokens that have this much probability together; all by default. */
  topP?: number;
}

/** @throws UserError with the number that cannot be */
export function checkSampling(where: string, { temperature, topK, topP }: Sampling): void {
  if (!(temperature >= 0 && temperature < Number.POSITIVE_INFINITY)) {
    throw new UserError(`${where}: temperature must be 0 or more, got ${temperature}`);
  }
  if (topK !== undefined && !(Number.isInteger(topK) && topK > 0)) {
    throw new UserError(`${where}: topK must be a whole number above 0, got ${topK}`);
  }
  if (topP !== undefined && !(topP > 0 && topP <= 1)) throw new UserError(`${where}: topP must be above 0 and at most 1, got ${topP}`);
}

/**
 * The tokens that may come next, most likely first, and their probabilities: softmax(logits / temperature), then the first k, then
 * the first whose sum reaches p, each time divided by what is left. Source: Holtzman et al., The Curious Case of Neural Text
 * Degeneration, 2020, in the order of transformers.
 *
 * @param logits length V
 */
export function candidates(logits: Float32Array, { temperature, topK, topP = 1 }: Sampling): { tokens: Int32Array; shares: Float64Array } {
  if (!(temperature > 0)) throw new UserError(`candidates: temperature must be above 0, got ${temperature}`);
  const order = Int32Array.from(logits, (_, token) => token).sort((a, b) => logits[b] - logits[a] || a - b);
  // Tokens as likely as the last of the k stay, as in transformers.
  const least = topK !== undefined && topK < order.length ? logits[order[topK - 1]] : Number.NEGATIVE_INFINITY;
  const kept = order.filter((token) => logits[token] >= least);
  const shares = Float64Array.from(kept, (token) => Math.exp((logits[token] - logits[order[0]]) / temperature));
  const total = shares.reduce((a, b) => a + b, 0);
  let count = 0;
  let sum = 0;
  while (count < kept.length && sum < topP * total) sum += shares[count++];
  return { tokens: kept.subarray(0, count), shares: shares.subarray(0, count).map((share) => share / sum) };
}

/** One of the tokens, by their probabilities. */
export function draw({ tokens, shares }: { tokens: Int32Array; shares: Float64Array }, random: Random): number {
  let left = random.uniform();
  for (let i = 0; i < tokens.length; i++) {
    left -= shares[i];
    if (left < 0) return tokens[i];
  }
  // Rounding may leave a little.
  return tokens[tokens.length - 1];
}
