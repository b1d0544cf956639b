import { describe, expect, it } from 'vitest';
import {
  type AdapterData,
  adapterConfig,
  addedTo,
  clientCount,
  coloraStart,
  loraOf,
  mapAdapter,
  mergedModel,
  sliceOf,
  tensor,
  updateOf,
} from '../../src/adapters/index.ts';
import { Random } from '../../src/core/index.ts';
import { retracted } from '../../src/federated/index.ts';
import { Matrix, matmul, matmulNT, qr } from '../../src/linalg/index.ts';
import { adaptersApart, apart, eagerLogits, randomized, TINY, tinyParameters } from './tiny.ts';

const config = adapterConfig({ rank: 3, alpha: 5, scaling: 'alpha/sqrt(r)' });
const base = tinyParameters();
const scales = { main: 5 / Math.sqrt(3) };
const sequences = [[3, 9, 4, 17, 5, 20]];
const start = (diagonal = false) => randomized(coloraStart(TINY, config, new Random(1), { clients: 3, diagonal }), 2);
const ofClient = (adapter: AdapterData, client: number): AdapterData => mapAdapter(adapter, (factor) => sliceOf(factor, client));

describe.each([false, true])('the adapter of one client, diagonal cores %s', (diagonal) => {
  const adapter = start(diagonal);

  it('B = U Λᵢ, A = Vᵀ and the merged weights are the same model', () => {
    expect(clientCount(adapter)).toBe(3);
    for (const client of [0, 2]) {
      const own = eagerLogits(base, { main: ofClient(adapter, client) }, scales, sequences);
      const lora = mapAdapter(loraOf(adapter, client), ({ shape, data }) => tensor([1, ...shape], data as Float32Array)) as AdapterData;
      expect(apart(eagerLogits(base, { main: lora }, scales, sequences).data, own.data)).toBeLessThan(1e-4);
      const merged = mergedModel(base, { branches: { main: adapter } }, config, client);
      expect(apart(eagerLogits(merged, {}, {}, sequences).data, own.data)).toBeLessThan(1e-4);
      expect(merged['model.norm.weight']).toBe(base['model.norm.weight']);
    }
    const [first, last] = [0, 2].map((client) => eagerLogits(base, { main: ofClient(adapter, client) }, scales, sequences));
    expect(apart(first.data, last.data)).toBeGreaterThan(0.05);
  });
});

describe('gauge freedom', () => {
  const adapter = start();
  const own = (other: AdapterData, client: number) => eagerLogits(base, { main: ofClient(other, client) }, scales, sequences);

  it('(U P, P⁻¹ Λᵢ Q⁻ᵀ, V Q) is the same model', () => {
    const random = new Random('gauge');
    const turned = Object.fromEntries(
      Object.entries(adapter).map(([module, { a, b, c }]) => {
        // Orthogonal times diagonal: its inverse is known without solving.
        const [O, R] = ['left', 'right'].map(
          (side) => qr(new Matrix(3, 3, random.split(module).split(side).fillNormal(new Float64Array(9)))).q,
        );
        const stretch = (power: number) => new Matrix(3, 3, Float64Array.of(2 ** power, 0, 0, 0, 0.5 ** power, 0, 0, 0, 3 ** power));
        const [P, inverseP] = [matmul(O, stretch(1)), matmulNT(stretch(-1), O)];
        const [Q, inverseQt] = [matmul(R, stretch(1)), matmul(R, stretch(-1))];
        const matrix = ({ shape, data }: typeof a) => new Matrix(shape.at(-2)!, shape.at(-1)!, Float64Array.from(data));
        const cores = [0, 1, 2].map((i) => matmul(inverseP, matmul(matrix(sliceOf(c!, i)), inverseQt)).data);
        const Qt = new Matrix(
          3,
          3,
          Float64Array.from({ length: 9 }, (_, i) => Q.at(i % 3, Math.floor(i / 3))),
        );
        return [
          module,
          {
            a: tensor(a.shape, Float32Array.from(matmul(Qt, matrix(a)).data)),
            b: tensor(b.shape, Float32Array.from(matmul(matrix(b), P).data)),
            c: tensor(c!.shape, Float32Array.from(cores.flatMap((core) => [...core]))),
          },
        ];
      }),
    ) as AdapterData;
    expect(adaptersApart(adapter, turned)).toBeGreaterThan(0.3);
    for (const client of [0, 1, 2]) expect(apart(own(turned, client).data, own(adapter, client).data)).toBeLessThan(2e-4);
  });

  it('a retraction is the same model with orthonormal U and V', () => {
    const made = retracted(adapter);
    for (const client of [0, 1, 2]) expect(apart(own(made, client).data, own(adapter, client).data)).toBeLessThan(1e-4);
    for (const { b } of Object.values(made)) {
      const U = new Matrix(b.shape[1], 3, Float64Array.from(b.data));
      for (let p = 0; p < 3; p++) {
        for (let q = 0; q < 3; q++) {
          let dot = 0;
          for (let i = 0; i < U.rows; i++) dot += U.at(i, p) * U.at(i, q);
          expect(dot).toBeCloseTo(Number(p === q), 5);
        }
      }
    }
  });
});

describe('bad input', () => {
  it('a client that does not exist', () => {
    expect(() => loraOf(start(), 3)).toThrow(/client must be from 0 to 2, got 3/);
    expect(() => updateOf(start(), config, -1)).toThrow(/client must be from 0 to 2, got -1/);
  });

  it('a model of another shape', () => {
    const update = updateOf(start(), config, 0);
    const { 'model.layers.0.mlp.up_proj.weight': _, ...without } = base;
    expect(() => addedTo(without, update)).toThrow(/model\.layers\.0\.mlp\.up_proj\.weight must have shape \[20, 12\], got none/);
    const other = { ...base, 'model.layers.0.mlp.up_proj.weight': tensor([2, 2], new Float32Array(4)) };
    expect(() => addedTo(other, update)).toThrow(/must have shape \[20, 12\], got \[2, 2\] \(use the model it was trained on\)/);
  });
});
