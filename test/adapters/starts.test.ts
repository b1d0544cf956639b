import { describe, expect, it } from 'vitest';
import { adapterConfig, adapterStep, coloraStart, loraStart, loraXsStart, sliceOf, stepState, updateOf } from '../../src/adapters/index.ts';
import { Random } from '../../src/core/index.ts';
import { Matrix, svd } from '../../src/linalg/index.ts';
import { batchOf, shapeOf } from '../../src/lm/index.ts';
import { apart, TINY, tinyExamples, tinyParameters } from './tiny.ts';

const config = adapterConfig({ rank: 3 });
const DOWN = 'model.layers.1.mlp.down_proj';

describe('starts change nothing', () => {
  const zero = (adapter: ReturnType<typeof loraStart>, client: number) =>
    Math.max(...Object.values(updateOf(adapter, config, client)).map(({ data }) => apart(data, new Float32Array(data.length))));

  it('LoRA: B = 0, A uniform within ±1/√in', () => {
    const start = loraStart(TINY, config, new Random(1));
    expect(zero(start, 0)).toBe(0);
    const bound = TINY.hidden ** -0.5;
    const a = start[DOWN].a.data;
    expect(Math.max(...a.map(Math.abs))).toBeLessThanOrEqual(bound);
    expect(Math.max(...a.map(Math.abs))).toBeGreaterThan(0.8 * bound);
  });

  it('CoLoRA: U = 0 with Λ = I, and U, V orthonormal with Λ = 0, common to all clients', () => {
    const first = coloraStart(TINY, config, new Random(1), { clients: 4 });
    expect([zero(first, 0), zero(first, 3)]).toEqual([0, 0]);
    expect([first[DOWN].a.shape, first[DOWN].b.shape, first[DOWN].c!.shape]).toEqual([
      [1, 3, 20],
      [1, 12, 3],
      [4, 3, 3],
    ]);
    expect([...sliceOf(first[DOWN].c!, 2).data]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
    const second = coloraStart(TINY, config, new Random(1), { clients: 2, u: 'orthonormal', core: 'zero', diagonal: true });
    expect(zero(second, 1)).toBe(0);
    expect(second[DOWN].c!.shape).toEqual([2, 3]);
    const { a } = second[DOWN];
    for (let p = 0; p < 3; p++) {
      for (let q = 0; q < 3; q++) {
        let dot = 0;
        for (let j = 0; j < 20; j++) dot += a.data[p * 20 + j] * a.data[q * 20 + j];
        expect(dot).toBeCloseTo(Number(p === q), 6);
      }
    }
  });
});

describe('CoLoRA starts that cannot be', () => {
  it.each([
    [{ u: 'zero', core: 'zero' }, /dead start/],
    [{ u: 'orthonormal', core: 'identity' }, /changes the model before it is trained/],
    [{ u: 'orthonormal' }, /changes the model/],
    [{ core: 'zero' }, /dead start/],
  ] as const)('%j', (start, message) => {
    expect(() => coloraStart(TINY, config, new Random(1), { clients: 2, ...start })).toThrow(message);
  });

  it.each([0, 1.5, -1])('%d clients', (clients) => {
    expect(() => coloraStart(TINY, config, new Random(1), { clients })).toThrow(/clients must be a whole number above 0/);
  });
});

describe('what moves first', () => {
  const examples = tinyExamples(3, 4);
  const batch = batchOf(examples, shapeOf(examples), 0, 2);
  const moved = async (start: Parameters<typeof coloraStart>[3]) => {
    const branches = { main: coloraStart(TINY, config, new Random(1), start) };
    const plan = { model: TINY, scales: { main: 1 }, trained: { main: ['a', 'b', 'c'] as const }, beta2: 0.99 };
    const inputs = {
      base: tinyParameters(),
      branches,
      state: stepState(plan, branches),
      batch,
      rate: 0.1,
      coreRate: 0.1,
      shares: [0.5, 0.5],
    };
    const after = (await adapterStep(plan, inputs)).branches.main[DOWN];
    return (['a', 'b', 'c'] as const).filter((name) => apart(after[name]!.data, branches.main[DOWN][name]!.data) > 0.01).join('');
  };

  it('U from U = 0, Λ = I', async () => {
    expect(await moved({ clients: 2 })).toBe('b');
  });

  it('Λ from orthonormal U, V with Λ = 0', async () => {
    expect(await moved({ clients: 2, u: 'orthonormal', core: 'zero' })).toBe('c');
  });
});

describe('LoRA-XS', () => {
  it('is the CoLoRA parametrisation with U and V at the singular vectors of the weight', () => {
    const weights = tinyParameters();
    const { a, b, c } = loraXsStart(TINY, config, new Random(1), weights, 2)[DOWN];
    const weight = new Matrix(12, 20, Float64Array.from(weights[`${DOWN}.weight`].data));
    const { u, s, v } = svd(weight);
    // B A with the identity between them is the best approximation of rank 3.
    for (let i = 0; i < 12; i++) {
      for (let j = 0; j < 20; j++) {
        let [got, want] = [0, 0];
        for (let q = 0; q < 3; q++) {
          got += b.data[i * 3 + q] * a.data[q * 20 + j];
          want += u.at(i, q) * s[q] * v.at(j, q);
        }
        expect(got).toBeCloseTo(want, 5);
      }
    }
    expect(c!.shape).toEqual([2, 3, 3]);
    const deviation = Math.sqrt(Array.from(c!.data).reduce((sum, x) => sum + x * x, 0) / c!.data.length);
    expect(deviation).toBeGreaterThan(0.4e-5);
    expect(deviation).toBeLessThan(2e-5);
  });
});
