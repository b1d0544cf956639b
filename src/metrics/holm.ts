import { UserError } from '../core/index.ts';

/**
 * P-values of several tests adjusted so that calling those up to α significant errs once in 1/α families at most. Source: Holm 1979.
 *
 * @param pValues from 0 to 1
 * @returns adjusted p-values in the same order
 * @throws UserError when a p-value is out of range
 */
export function holm(pValues: readonly number[]): number[] {
  const bad = pValues.find((p) => !(p >= 0 && p <= 1));
  if (bad !== undefined) throw new UserError(`holm: p-values must be from 0 to 1, got ${bad}`);
  const order = pValues.map((_, i) => i).sort((i, j) => pValues[i] - pValues[j]);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  for (const [k, i] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (pValues.length - k) * pValues[i]));
    adjusted[i] = largest;
  }
  return adjusted;
}
