import { describe, expect, it } from 'vitest';
import {
  adapterConfig,
  type Counts,
  coloraStart,
  countsOf,
  loraStart,
  loraXsStart,
  PARAMETRISATIONS,
  type Parametrisation,
  sizeOf,
} from '../../src/adapters/index.ts';
import { Random } from '../../src/core/index.ts';
import type { LlamaConfig } from '../../src/lm/index.ts';
import { TINY, tinyParameters } from './tiny.ts';

/** One square weight of width 768. */
const SQUARE: LlamaConfig = { ...TINY, layers: 1, width: 768, heads: 12, kvHeads: 12, headDim: 64 };
const one = (rank: number) => adapterConfig({ rank, targets: ['q_proj'] });

describe('counts from the shapes', () => {
  const [d, r, k] = [768, 8, 8];
  const formulas: Record<Parametrisation, Counts> = {
    local: { parameters: 2 * k * d * r, up: 0, down: 0, dense: 0 },
    pooled: { parameters: 2 * d * r, up: 0, down: 0, dense: 0 },
    fedit: { parameters: 2 * d * r, up: 2 * d * r, down: 2 * d * r, dense: 0 },
    'fedit+local': { parameters: 2 * d * r * (k + 1), up: 2 * d * r, down: 2 * d * r, dense: 0 },
    'ffa-lora': { parameters: d * r, up: d * r, down: d * r, dense: 0 },
    'fedsa-lora': { parameters: d * r * (k + 1), up: d * r, down: d * r, dense: 0 },
    'fed-alora': { parameters: d * r * (k + 1), up: d * r, down: d * r, dense: 0 },
    feddpa: { parameters: 2 * d * r * (k + 1), up: 2 * d * r, down: 2 * d * r, dense: 0 },
    flora: { parameters: 2 * d * r, up: 2 * d * r, down: 2 * d * k * r, dense: d * d },
    'fedex-lora': { parameters: 2 * d * r, up: 2 * d * r, down: 2 * d * r + 2 * d * k * r, dense: d * d },
    flexlora: { parameters: 2 * d * r, up: 2 * d * r, down: 2 * d * r, dense: 0 },
    ditto: { parameters: 2 * d * r * (k + 1), up: 2 * d * r, down: 2 * d * r, dense: 0 },
    'lora-xs': { parameters: k * r * r, up: 0, down: 0, dense: 0 },
    colora: { parameters: 2 * d * r + k * r * r, up: 2 * d * r, down: 2 * d * r, dense: 0 },
    'colora-diagonal': { parameters: 2 * d * r + k * r, up: 2 * d * r, down: 2 * d * r, dense: 0 },
  };

  it.each(PARAMETRISATIONS)('%s, by the closed formula at d = 768, r = 8, k = 8', (method) => {
    expect(countsOf(method, SQUARE, one(r), k)).toEqual(formulas[method]);
  });

  it('are the four numbers of the table: 98,304, 55,296, 12,800 and 12,288', () => {
    const parameters = (method: Parametrisation) => countsOf(method, SQUARE, one(r), k).parameters;
    expect([parameters('local'), parameters('fedsa-lora'), parameters('colora'), parameters('fedit')]).toEqual([
      98304, 55296, 12800, 12288,
    ]);
  });

  it.each([
    [1, 1],
    [3, 4],
    [4, 7],
  ])('agree with the tensors of the starts, r = %d and k = %d, over all seven maps of every layer', (rank, clients) => {
    const config = adapterConfig({ rank });
    const random = new Random(1);
    const lora = sizeOf(loraStart(TINY, config, random));
    expect(countsOf('fedit', TINY, config, clients).parameters).toBe(lora);
    expect(countsOf('local', TINY, config, clients).parameters).toBe(clients * lora);
    expect(countsOf('colora', TINY, config, clients).parameters).toBe(sizeOf(coloraStart(TINY, config, random, { clients })));
    expect(countsOf('colora-diagonal', TINY, config, clients).parameters).toBe(
      sizeOf(coloraStart(TINY, config, random, { clients, diagonal: true })),
    );
    const xs = Object.values(loraXsStart(TINY, config, random, tinyParameters(), clients)).reduce((sum, { c }) => sum + c!.data.length, 0);
    expect(countsOf('lora-xs', TINY, config, clients).parameters).toBe(xs);
  });

  it('grow by r² with a client, not by 2 d r', () => {
    const grown = (method: Parametrisation) =>
      countsOf(method, SQUARE, one(8), 9).parameters - countsOf(method, SQUARE, one(8), 8).parameters;
    expect([grown('colora'), grown('colora-diagonal'), grown('local')]).toEqual([64, 8, 2 * 768 * 8]);
  });
});

describe('configurations that cannot be', () => {
  it.each([0, -1, 1.5, Number.NaN])('rank %d', (rank) => {
    expect(() => adapterConfig({ rank })).toThrow(/rank must be a whole number above 0/);
  });

  it('a rank above the width of a map, which is named', () => {
    expect(() => loraStart(TINY, adapterConfig({ rank: 13, targets: ['gate_proj'] }), new Random(1))).toThrow(
      /rank must be at most 12, the width of gate_proj, got 13/,
    );
    expect(() => countsOf('colora', TINY, adapterConfig({ rank: 5 }), 2)).toThrow(/rank must be at most 4, the width of k_proj, got 5/);
  });

  it('an unknown module, no module, an unknown option, an unknown method', () => {
    expect(() => adapterConfig({ rank: 2, targets: ['query' as 'q_proj'] })).toThrow(/targets must be among q_proj, .*, got 'query'/);
    expect(() => adapterConfig({ rank: 2, targets: [] })).toThrow(/targets must name a module at least/);
    expect(() => adapterConfig({ rank: 2, dropout: 0.1 } as never)).toThrow(
      /option must be one of rank, alpha, scaling, targets, got 'dropout'/,
    );
    expect(() => adapterConfig({ rank: 2, alpha: Number.NaN })).toThrow(/alpha must be a number/);
    expect(() => adapterConfig({ rank: 2, scaling: 'alpha' as 'alpha/r' })).toThrow(/scaling must be/);
    expect(() => countsOf('lora' as 'local', TINY, adapterConfig({ rank: 2 }), 2)).toThrow(/method must be one of local, /);
  });
});
