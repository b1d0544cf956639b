import { type BootstrapOptions, bootstrapInterval, type Interval } from './bootstrap.ts';
import { checkPairs, mean, midranks } from './samples.ts';

/**
 * Spearman's rank correlation, equal values sharing their mean rank. Source: Spearman 1904.
 *
 * @returns a number from −1 to 1, or NaN when all values of a side are equal
 * @throws UserError when there are fewer than 2 pairs, the numbers of values differ or a value is not finite
 */
export function spearman(x: readonly number[], y: readonly number[]): number {
  checkPairs('spearman', x, y, 2);
  return correlation(midranks(x), midranks(y));
}

/** Spearman's rank correlation with its percentile bootstrap interval over pairs. Source: ours, of the two. */
export function spearmanInterval(x: readonly number[], y: readonly number[], options: BootstrapOptions): Interval {
  checkPairs('spearmanInterval', x, y, 2);
  const pairs = x.map((value, i) => [value, y[i]] as const);
  const ofPairs = (sample: typeof pairs) =>
    correlation(midranks(sample.map(([first]) => first)), midranks(sample.map(([, second]) => second)));
  return bootstrapInterval(pairs, (sample) => ofPairs([...sample]), options);
}

/** Pearson's correlation. */
function correlation(x: readonly number[], y: readonly number[]): number {
  const [meanX, meanY] = [mean(x), mean(y)];
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xx += (x[i] - meanX) ** 2;
    yy += (y[i] - meanY) ** 2;
    xy += (x[i] - meanX) * (y[i] - meanY);
  }
  return xy / Math.sqrt(xx * yy);
}
