import { createHash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { UserError } from './errors.ts';

/** What names a generator: a safe integer or any text. */
export type Seed = number | string;

/**
 * A seeded random number generator (xoroshiro128+) that can be split by name into independent children. Source: ours.
 *
 * The same seed gives the same numbers on every machine. A child depends on its parent's seed and its own label only,
 * never on how much the parent or a sibling has drawn, so `random.split('task').split(i)` is the same stream whatever the
 * other tasks do. Not for cryptography.
 */
export class Random {
  /** Hash of the seed and of every label on the way here. */
  readonly #key: Buffer;
  readonly #generator: ReturnType<typeof xoroshiro128plusFromState>;
  /** The second normal of a pair, or NaN when there is none. */
  #spare = Number.NaN;

  /**
   * @param seed a safe integer or any text; 1 and '1' are different seeds
   * @param parent the generator that this one is split from; `split` gives it
   * @throws UserError when the seed is neither
   */
  constructor(seed: Seed, parent?: Random) {
    if (typeof seed !== 'string' && !Number.isSafeInteger(seed)) {
      throw new UserError(`Random: seed must be a safe integer or a text, got ${seed}`);
    }
    // A hash, since seeds that differ in one bit would start xoroshiro128+ in correlated states.
    const hash = createHash('sha256');
    if (parent !== undefined) hash.update(parent.#key);
    this.#key = hash.update(typeof seed === 'number' ? `number ${seed}` : `text ${seed}`).digest();
    this.#generator = xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => this.#key.readInt32LE(offset)));
  }

  /**
   * An independent generator named by a label; equal labels give equal generators.
   *
   * @param label a safe integer (an index) or any text
   * @throws UserError when the label is neither
   */
  split(label: Seed): Random {
    return new Random(label, this);
  }

  /**
   * A uniform number, low included and high excluded, with 53 random bits.
   *
   * @throws UserError unless low < high, both finite
   */
  uniform(low = 0, high = 1): number {
    if (!(low < high && Number.isFinite(high - low))) {
      throw new UserError(`uniform: low must be below high and both finite, got low ${low} and high ${high}`);
    }
    return low + (high - low) * uniformFloat64(this.#generator);
  }

  /**
   * A uniform integer, low included and high excluded, without modulo bias.
   *
   * @throws UserError unless both are safe integers and low < high
   */
  integer(low: number, high: number): number {
    if (!(Number.isSafeInteger(low) && Number.isSafeInteger(high) && low < high)) {
      throw new UserError(`integer: low must be an integer below the integer high, got low ${low} and high ${high}`);
    }
    return uniformInt(this.#generator, low, high - 1);
  }

  /** The items in random order, as a new list (Fisher–Yates). */
  shuffled<T>(items: readonly T[]): T[] {
    const order = [...items];
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.integer(0, i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }

  /** A normal number with mean 0 and variance 1. */
  normal(): number {
    const spare = this.#spare;
    if (!Number.isNaN(spare)) {
      this.#spare = Number.NaN;
      return spare;
    }
    const pair = new Float64Array(2);
    this.#fillPairs(pair, 0, 2);
    this.#spare = pair[1];
    return pair[0];
  }

  /**
   * Fills an array with independent normals, mean 0 and variance 1: the same numbers as that many calls of `normal`.
   *
   * @param out overwritten
   * @returns out
   */
  fillNormal(out: Float64Array): Float64Array {
    let start = 0;
    if (out.length > 0 && !Number.isNaN(this.#spare)) out[start++] = this.normal();
    const pairsEnd = out.length - ((out.length - start) % 2);
    this.#fillPairs(out, start, pairsEnd);
    if (pairsEnd < out.length) out[pairsEnd] = this.normal();
    return out;
  }

  /** Marsaglia's polar method; start and end differ by an even number. */
  #fillPairs(out: Float64Array, start: number, end: number): void {
    const generator = this.#generator;
    for (let i = start; i < end; i += 2) {
      let u: number;
      let v: number;
      let square: number;
      do {
        // Centres of 2³² equal cells of (−1, 1): symmetric, and never 0.
        u = (generator.next() + 0.5) * 2 ** -31;
        v = (generator.next() + 0.5) * 2 ** -31;
        square = u * u + v * v;
      } while (square >= 1);
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      out[i] = u * factor;
      out[i + 1] = v * factor;
    }
  }
}
