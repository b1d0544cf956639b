import { describe, expect, it } from 'vitest';
import {
  type AdapterData,
  adapterConfig,
  adapterStep,
  type BranchData,
  coloraStart,
  type FactorName,
  loraStart,
  mapAdapter,
  type StepPlan,
  sliceOf,
  stepState,
  tensor,
} from '../../src/adapters/index.ts';
import { Random } from '../../src/core/index.ts';
import { batchOf, shapeOf } from '../../src/lm/index.ts';
import { adaptersApart, apart, eagerLoss, randomized, TINY, tinyExamples, tinyParameters } from './tiny.ts';

const config = adapterConfig({ rank: 3 });
const base = tinyParameters();
const rates = { rate: 1e-2, coreRate: 3e-2 };
const plan = (trained: StepPlan['trained'], scales: Record<string, number>): StepPlan => ({ model: TINY, scales, trained, beta2: 0.99 });
const batchFor = (clients: number, each = 2, seed = 5) => {
  const examples = tinyExamples(seed, clients * each);
  return batchOf(examples, shapeOf(examples), 0, clients);
};
const equal = (clients: number) => Array.from({ length: clients }, () => 1 / clients);

describe('gradients of a step, against finite differences of the eager loss', () => {
  const directional = async (branches: BranchData, scales: Record<string, number>, clients: number, branch: string, factor: FactorName) => {
    const batch = batchFor(clients);
    const step = plan({ [branch]: [factor] }, scales);
    const { state, losses } = await adapterStep(step, {
      base,
      branches,
      state: stepState(step, branches),
      batch,
      ...rates,
      shares: equal(clients),
    });
    // The first moment after the first step is (1 − β₁) times the gradient.
    const gradient = mapAdapter(state.moments[0][branch] as AdapterData, ({ shape, data }) =>
      tensor(
        shape,
        Float32Array.from(data, (x) => x / 0.1),
      ),
    );
    const direction = randomized(gradient, 'direction', 1);
    let expected = 0;
    mapAdapter(gradient, ({ data }, name, module) => {
      expected += Array.from(data).reduce((sum, x, i) => sum + x * direction[module][name]!.data[i], 0);
    });
    const h = 2e-3;
    const moved = (way: number): BranchData => ({
      ...branches,
      [branch]: mapAdapter(branches[branch], (from, name, module) =>
        name === factor
          ? tensor(
              from.shape,
              Float32Array.from(from.data, (x, i) => x + way * h * direction[module][name]!.data[i]),
            )
          : from,
      ),
    });
    const slope = (eagerLoss(base, moved(1), scales, batch) - eagerLoss(base, moved(-1), scales, batch)) / (2 * h);
    expect(losses.reduce((sum, x) => sum + x / clients, 0)).toBeCloseTo(eagerLoss(base, branches, scales, batch), 5);
    expect(Math.abs(slope)).toBeGreaterThan(0.01);
    expect(Math.abs(expected - slope)).toBeLessThan(0.01 * Math.abs(slope) + 2e-3);
  };
  const colora = (diagonal: boolean): BranchData => ({
    main: randomized(coloraStart(TINY, config, new Random(1), { clients: 3, diagonal }), 2),
  });

  it.each(['a', 'b', 'c'] as const)('of CoLoRA with full cores, three clients: %s', async (factor) => {
    await directional(colora(false), { main: 0.7 }, 3, 'main', factor);
  });

  it('of diagonal cores', async () => {
    await directional(colora(true), { main: 0.7 }, 3, 'main', 'c');
  });

  it('of one of two branches that add up', async () => {
    const start = () => loraStart(TINY, config, new Random(3));
    await directional({ global: randomized(start(), 4), local: randomized(start(), 5) }, { global: 0.5, local: 0.9 }, 1, 'local', 'a');
  });
});

describe('clients in one call', () => {
  const personal: BranchData = { main: randomized(coloraStart(TINY, config, new Random(1), { clients: 3 }), 2) };
  const all: BranchData = {
    main: mapAdapter(personal.main, (factor) =>
      factor.shape[0] === 3 ? factor : tensor([3, ...factor.shape.slice(1)], Float32Array.from([0, 1, 2].flatMap(() => [...factor.data]))),
    ),
  };
  const examples = tinyExamples(5, 6);
  const shape = shapeOf(examples);

  it('train as each alone where all is personal', async () => {
    const step = plan({ main: ['a', 'b', 'c'] }, { main: 1 });
    const together = await adapterStep(step, {
      base,
      branches: all,
      state: stepState(step, all),
      batch: batchOf(examples, shape, 0, 3),
      ...rates,
      shares: [1, 1, 1],
    });
    for (const client of [0, 1, 2]) {
      const own: BranchData = { main: mapAdapter(all.main, (factor) => sliceOf(factor, client)) };
      const batch = batchOf(examples.slice(2 * client, 2 * client + 2), shape, 0, 1);
      const alone = await adapterStep(step, { base, branches: own, state: stepState(step, own), batch, ...rates, shares: [1] });
      expect(apart(alone.losses, together.losses.subarray(client, client + 1))).toBeLessThan(1e-5);
      // AdamW's first steps have the size of the rate, whatever the gradient: 1e-4 is a hundredth of it.
      expect(
        adaptersApart(
          alone.branches.main,
          mapAdapter(together.branches.main, (factor) => sliceOf(factor, client)),
        ),
      ).toBeLessThan(1e-4);
    }
  });

  it('give a shared factor the gradient of Σ pᵢ fᵢ', async () => {
    const step = plan({ main: ['a'] }, { main: 1 });
    const slopeOf = async (shares: number[]) => {
      const state = stepState(step, personal);
      const result = await adapterStep(step, { base, branches: personal, state, batch: batchOf(examples, shape, 0, 3), ...rates, shares });
      return result.state.moments[0].main as AdapterData;
    };
    const each = await Promise.all([0, 1, 2].map((client) => slopeOf([0, 1, 2].map((i) => Number(i === client)))));
    const weighted = mapAdapter(each[0], (_, name, module) => {
      const [p, q, r] = each.map((slope) => slope[module][name]!);
      return tensor(
        p.shape,
        Float32Array.from(p.data, (x, i) => 0.2 * x + 0.5 * q.data[i] + 0.3 * r.data[i]),
      );
    });
    expect(adaptersApart(await slopeOf([0.2, 0.5, 0.3]), weighted)).toBeLessThan(1e-6);
  });

  it('leave what is not trained untouched, and the penalty pulls with λ (factors − anchor)', async () => {
    const anchor = { main: randomized(personal.main, 9) };
    const trained = { main: ['b'] as const };
    const slopeOf = async (proximal?: number) => {
      const step: StepPlan = { ...plan(trained, { main: 1 }), ...(proximal !== undefined && { proximal }) };
      const inputs = {
        base,
        branches: personal,
        state: stepState(step, personal),
        batch: batchOf(examples, shape, 0, 3),
        ...rates,
        shares: equal(3),
      };
      const result = await adapterStep(step, { ...inputs, ...(proximal !== undefined && { anchor }) });
      expect(result.branches.main['model.layers.0.mlp.up_proj'].a).toBe(personal.main['model.layers.0.mlp.up_proj'].a);
      return result.state.moments[0].main as AdapterData;
    };
    const [plain, pulled] = [await slopeOf(), await slopeOf(0.3)];
    const expected = mapAdapter(plain, ({ shape: s, data }, name, module) => {
      const [from, to] = [personal.main[module][name]!.data, anchor.main[module][name]!.data];
      return tensor(
        s,
        Float32Array.from(data, (x, i) => x + 0.1 * 0.3 * (from[i] - to[i])),
      );
    });
    expect(adaptersApart(pulled, expected)).toBeLessThan(1e-6);
  });
});
