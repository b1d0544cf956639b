import { beforeAll, describe, expect, it } from 'vitest';
import { loraOf } from '../../src/adapters/index.ts';
import {
  federatedBase,
  planOf,
  type SubspaceConfig,
  type SubspaceResult,
  similarityByModule,
  studyCells,
  subspaceRun,
  subspaceStudy,
  taskClients,
} from '../../src/experiments/index.ts';
import { federate, strategyNamed } from '../../src/federated/index.ts';
import { columnSubspaceSimilarity, Matrix, matmul } from '../../src/linalg/index.ts';

const config: SubspaceConfig = {
  tasks: ['rm.x2', 'rotate', 'rm.x2'],
  examples: 4,
  validation: 0,
  test: 0,
  prompt: 'undescribed',
  rank: 3,
  rounds: 1,
  localSteps: 6,
  learningRate: 5e-3,
  base: 'any',
  start: 'common',
};

describe('subspaceRun', () => {
  let common: SubspaceResult;
  beforeAll(async () => {
    common = await subspaceRun.run(config, 3);
  }, 60_000);

  it('knows every adapted weight and its rows', () => {
    expect(common.modules).toHaveLength(28);
    expect(common.modules[0]).toBe('model.layers.0.self_attn.q_proj');
    expect(common.rows).toEqual(Array.from({ length: 4 }, () => [128, 128, 128, 128, 352, 352, 128]).flat());
  });

  it('gives symmetric tables between 0 and 1 with 1 in the diagonal, whose mean the map ends in', () => {
    for (const table of [...common.phi, ...common.leading]) {
      for (const [i, row] of table.entries()) {
        for (const [j, value] of row.entries()) {
          expect(value).toBeCloseTo(table[j][i], 10);
          expect(value).toBeGreaterThanOrEqual(0);
          if (i === j) expect(value).toBeCloseTo(1, 10);
          else expect(value).toBeLessThan(0.99);
        }
      }
    }
    for (const [task, map] of common.maps.entries()) {
      const mean = (tables: number[][][]) => tables.reduce((sum, table) => sum + table[0][task], 0) / tables.length;
      expect(map).toHaveLength(3);
      expect(map[2][2]).toBeCloseTo(mean(common.phi), 4);
      expect(map[0][0]).toBeCloseTo(mean(common.leading), 4);
    }
  });

  it('compares the column spaces of ΔW itself', async () => {
    const clients = await taskClients(config.tasks.slice(0, 2), config, 3);
    const base = await federatedBase();
    const local = strategyNamed('local');
    const name = common.modules[4];
    const updates: Matrix[] = [];
    for (const client of clients) {
      const { state } = await federate(local, base, [client], planOf(config, 3));
      const { a, b } = loraOf(state.adapters.main, 0)[name];
      updates.push(
        matmul(
          new Matrix(b.shape[0], b.shape[1], Float64Array.from(b.data)),
          new Matrix(a.shape[0], a.shape[1], Float64Array.from(a.data)),
        ),
      );
    }
    expect(updates[0].shape).toBe('[352, 128]');
    expect(common.phi[4][0][1]).toBeCloseTo(columnSubspaceSimilarity(updates[0], updates[1], 3), 4);
    expect(common.leading[4][0][1]).toBeCloseTo(columnSubspaceSimilarity(updates[0], updates[1], 1), 4);
  }, 60_000);

  it('is the same for the same seed; an independent start is another', async () => {
    const short = { ...config, tasks: ['rm.x2', 'rotate'] };
    const again = await subspaceRun.run(short, 3);
    expect(again.phi).toEqual(common.phi.map((table) => table.slice(0, 2).map((row) => row.slice(0, 2))));
    const independent = await subspaceRun.run({ ...short, start: 'independent' }, 3);
    expect(independent.phi).not.toEqual(again.phi);
  }, 60_000);
});

describe('subspaceStudy', () => {
  it.each(['quick', 'full'] as const)('has pairs of every kind, and none of the seeds that were explored: %s', (profile) => {
    const study = subspaceStudy(profile);
    expect(study.roles).toHaveLength(study.tasks.length - 1);
    expect(new Set(study.roles)).toEqual(new Set(['similar', 'dissimilar', 'same task', ...(profile === 'full' ? ['other'] : [])]));
    expect(study.tasks[study.roles.indexOf('same task') + 1]).toBe(study.tasks[0]);
    for (const start of ['common', 'independent'] as const) {
      const cells = studyCells(study, start);
      expect(cells.map(({ seed }) => seed)).toEqual(study.seeds[start]);
      expect(Math.min(...study.seeds[start])).toBeGreaterThan(2);
      expect(cells[0].config).toMatchObject({ start, tasks: study.tasks, rank: 8, examples: 16 });
      expect(cells[0].config).not.toHaveProperty('strategy');
    }
  });

  it('averages T’s similarity over the tasks of a role, weight by weight', () => {
    const study = {
      tasks: ['T', 'a', 'b', 'c'],
      roles: ['similar', 'dissimilar', 'similar'] as const,
      seeds: { common: [], independent: [] },
    };
    const table = [1, 10].map((scale) => [[1, 1, 2, 5].map((value) => value * scale), [], [], []]);
    expect(similarityByModule(study, table, 'similar')).toEqual([3, 30]);
    expect(similarityByModule(study, table, 'dissimilar')).toEqual([2, 20]);
  });
});
