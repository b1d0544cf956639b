import { checkOptions, Random, type Seed, UserError } from '../core/index.ts';
import { mean } from './samples.ts';

export interface BootstrapOptions {
  readonly seed: Seed;
  /** Share of the resamples inside, above 0 and below 1. */
  readonly level?: number;
  readonly resamples?: number;
}

/** An estimate with its percentile interval. */
export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/**
 * A percentile bootstrap interval of any statistic. Source: Efron 1979; quantiles by linear interpolation.
 *
 * Resamples for which the statistic is NaN (a correlation of equal values) do not count. Known weakness: too narrow for a few values.
 *
 * @param sample what is drawn from with replacement, numbers or pairs
 * @param statistic of a sample of the same size
 * @throws UserError when the sample is empty, an option is out of range, or no resample has the statistic
 */
export function bootstrapInterval<T>(
  sample: readonly T[],
  statistic: (resample: readonly T[]) => number,
  options: BootstrapOptions,
): Interval {
  checkOptions('bootstrapInterval', options, ['seed', 'level', 'resamples']);
  const { seed, level = 0.95, resamples = 10_000 } = options;
  if (sample.length === 0) throw new UserError('bootstrapInterval: sample must have one value at least, got none');
  if (!(level > 0 && level < 1)) throw new UserError(`bootstrapInterval: level must be above 0 and below 1, got ${level}`);
  if (!(Number.isSafeInteger(resamples) && resamples > 0)) {
    throw new UserError(`bootstrapInterval: resamples must be a whole number from 1 on, got ${resamples}`);
  }
  const random = new Random(seed);
  const values = Array.from({ length: resamples }, () => statistic(sample.map(() => sample[random.integer(0, sample.length)])))
    .filter((value) => !Number.isNaN(value))
    .sort((a, b) => a - b);
  if (values.length === 0) throw new UserError('bootstrapInterval: statistic must be a number for some resample, got NaN for all');
  return { estimate: statistic(sample), low: quantile(values, (1 - level) / 2), high: quantile(values, (1 + level) / 2) };
}

/** `bootstrapInterval` of a mean, such as that of the scores of a data set. */
export function meanInterval(values: readonly number[], options: BootstrapOptions): Interval {
  return bootstrapInterval(values, mean, options);
}

function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}
