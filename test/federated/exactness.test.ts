import { describe, expect, it } from 'vitest';
import { type AdapterData, loraStart, mapAdapter, sliceOf, stackOf, updateOf } from '../../src/adapters/index.ts';
import { Random } from '../../src/core/index.ts';
import { averaged, forClients } from '../../src/federated/client-factors.ts';
import { type Base, Federation, stacked, strategyNamed, truncated } from '../../src/federated/index.ts';
import { Matrix, svd } from '../../src/linalg/index.ts';
import { apart, randomized, TINY } from '../adapters/tiny.ts';
import { base, clientsOf, adapter as config, planOf } from './tiny.ts';

const WEIGHTS = [0.5, 0.2, 0.3];

/** LoRA adapters of three clients, with some factors in common. */
function adapters(common: 'a' | 'b' | undefined, seed: number | string): AdapterData {
  const each = [0, 1, 2].map((client) => randomized(loraStart(TINY, config, new Random(1)), `${seed} ${client}`));
  return mapAdapter(each[0], (_, factor, module) => stackOf([0, 1, 2].map((i) => each[factor === common ? 0 : i][module][factor]!)));
}

/** Σ pᵢ ΔWᵢ, dense, in float64. */
function meanUpdate(adapter: AdapterData, weights: readonly number[]): Record<string, Float64Array> {
  const sum: Record<string, Float64Array> = {};
  weights.forEach((weight, client) => {
    for (const [module, { data }] of Object.entries(updateOf(adapter, config, client))) {
      sum[module] ??= new Float64Array(data.length);
      data.forEach((x, i) => {
        sum[module][i] += weight * x;
      });
    }
  });
  return sum;
}

/** The largest difference over all modules. */
const distance = (left: Record<string, { data: ArrayLike<number> }>, right: Record<string, ArrayLike<number>>): number =>
  Math.max(...Object.keys(right).map((module) => apart(left[module].data, right[module])));

describe('what a server makes of adapters', () => {
  it("FFA-LoRA's mean is exact: with A in common, the mean of B gives the mean of the products; FedIT's is not", () => {
    const ffa = adapters('a', 'ffa');
    expect(distance(updateOf(averaged(ffa, WEIGHTS), config, 0), meanUpdate(ffa, WEIGHTS))).toBeLessThan(1e-6);
    const fedit = adapters(undefined, 'ffa');
    expect(distance(updateOf(averaged(fedit, WEIGHTS), config, 0), meanUpdate(fedit, WEIGHTS))).toBeGreaterThan(0.01);
  });

  it("FLoRA's stack is Σ pᵢ s Bᵢ Aᵢ exactly", () => {
    const each = adapters(undefined, 'flora');
    const sum = stacked(each, WEIGHTS);
    const { a, b } = sum['model.layers.0.mlp.down_proj'];
    expect([a.shape, b.shape]).toEqual([
      [1, 6, 20],
      [1, 12, 6],
    ]);
    expect(distance(updateOf(sum, config, 0), meanUpdate(each, WEIGHTS))).toBeLessThan(1e-6);
  });

  it("FlexLoRA's truncation is the best adapter of its rank, by the dense singular value decomposition", () => {
    const each = adapters(undefined, 'flex');
    for (const [module, dense] of Object.entries(meanUpdate(each, WEIGHTS))) {
      const small = updateOf(truncated(stacked(each, WEIGHTS), 2), config, 0)[module];
      const [rows, cols] = small.shape;
      const { u, s, v } = svd(new Matrix(rows, cols, dense));
      const best = Float64Array.from({ length: rows * cols }, (_, at) => {
        const [i, j] = [Math.floor(at / cols), at % cols];
        return u.at(i, 0) * s[0] * v.at(j, 0) + u.at(i, 1) * s[1] * v.at(j, 1);
      });
      expect(s[2]).toBeGreaterThan(0.01);
      expect(apart(small.data, best)).toBeLessThan(1e-5);
    }
  });

  it('FlexLoRA truncates a stack that is wider than the weight, too', () => {
    const each = adapters(undefined, 'wide');
    const many = mapAdapter(each, (factor) => stackOf(Array.from({ length: 9 }, (_, i) => sliceOf(factor, i % 3))));
    const weights = Array.from({ length: 9 }, (_, i) => WEIGHTS[i % 3] / 3);
    const wide = updateOf(truncated(stacked(many, weights), 2), config, 0);
    const narrow = updateOf(truncated(stacked(each, WEIGHTS), 2), config, 0);
    expect(distance(wide, Object.fromEntries(Object.entries(narrow).map(([module, { data }]) => [module, data])))).toBeLessThan(1e-5);
  });
});

describe('rounds of strategies that are exact', () => {
  const clients = clientsOf(3);
  const plan = planOf({ weighting: 'size', learningRate: 5e-2 });
  const sizes = clients.map(({ train }) => train.length);
  const shares = sizes.map((size) => size / sizes.reduce((a, b) => a + b));

  /** What the clients hold at the end of the first round, before the server: the same training by hand. */
  async function trained(from: AdapterData, model: Base): Promise<AdapterData> {
    const federation = new Federation(model, clients, plan);
    const main = forClients(from, [0, 1, 2]);
    return (await federation.train({ main }, { trained: { main: ['a', 'b'] }, participants: [0, 1, 2], steps: plan.localSteps })).main;
  }

  it('FedEx-LoRA: residual and means together are Σ pᵢ s Bᵢ Aᵢ, weighted by size', async () => {
    const federation = new Federation(base, clients, plan);
    const start = strategyNamed('fedex-lora').start(federation);
    const { adapters: after, dense } = await strategyNamed('fedex-lora').round(federation, start, 0);
    const expected = meanUpdate(await trained(start.adapters.main, base), shares);
    const mean = updateOf(after.main, config, 0);
    const whole = Object.fromEntries(
      Object.entries(mean).map(([module, { data }]) => [module, { data: Array.from(data, (x, i) => x + dense![module].data[i]) }]),
    );
    expect(distance(whole, expected)).toBeLessThan(1e-6);
    expect(Math.max(...Object.values(dense!).map(({ data }) => Math.max(...data.map(Math.abs))))).toBeGreaterThan(1e-4);
  });

  it('FLoRA: what is folded into the model is Σ pᵢ s Bᵢ Aᵢ, round after round', async () => {
    const federation = new Federation(base, clients, plan);
    const first = await strategyNamed('flora').round(federation, strategyNamed('flora').start(federation), 0);
    const fresh = loraStart(TINY, config, federation.random('start').split(0));
    expect(distance(first.dense!, meanUpdate(await trained(fresh, base), shares))).toBeLessThan(1e-6);
    const second = await strategyNamed('flora').round(federation, first, 1);
    expect(
      distance(second.dense!, Object.fromEntries(Object.entries(first.dense!).map(([module, { data }]) => [module, data]))),
    ).toBeGreaterThan(1e-3);
  });
});
