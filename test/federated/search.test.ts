import { describe, expect, it } from 'vitest';
import { coloraStart, mapAdapter, sliceOf } from '../../src/adapters/index.ts';
import { Random } from '../../src/core/index.ts';
import { clientLosses, colora, federate, searchLearningRate, strategyNamed } from '../../src/federated/index.ts';
import { batchOf, shapeOf } from '../../src/lm/index.ts';
import { eagerLoss, randomized, TINY, tinyExamples } from '../adapters/tiny.ts';
import { adapter, base, clientsOf, planOf } from './tiny.ts';

const fedit = strategyNamed('fedit');
const clients = clientsOf(2).map((client, i) => ({ ...client, validation: tinyExamples(`validation ${i}`, 3 + 17 * i) }));

describe('clientLosses', () => {
  it('is the mean over answer tokens of every client, of different numbers of examples', async () => {
    const main = randomized(coloraStart(TINY, adapter, new Random(1), { clients: 2 }), 3);
    const examples = clients.map(({ validation }) => validation);
    const losses = await clientLosses(base, { branches: { main } }, examples, adapter);
    for (const client of [0, 1]) {
      const own = { main: mapAdapter(main, (factor) => sliceOf(factor, client)) };
      const batch = batchOf(examples[client], shapeOf(examples[client]), 0);
      expect(losses[client]).toBeCloseTo(eagerLoss(base.parameters, own, { main: 2 }, batch), 4);
    }
    await expect(clientLosses(base, { branches: { main } }, [examples[0], []], adapter)).rejects.toThrow(/got none of client 1/);
  });
});

describe('a search for the learning rate', () => {
  it('has one run for each rate, the cores at four times it, and chooses on validation', async () => {
    const grid = [1e-4, 3e-3, 3e-2];
    for (const strategy of [fedit, colora()]) {
      const { plan, run, trials } = await searchLearningRate(strategy, base, clients, planOf(), { grid });
      expect(trials.map(({ learningRate }) => learningRate)).toEqual(grid);
      for (const trial of trials) expect(trial.coreLearningRate).toBeCloseTo(4 * trial.learningRate, 12);
      const best = trials.reduce((first, second) => (second.score > first.score ? second : first));
      expect(plan.learningRate).toBe(best.learningRate);
      expect(plan.coreLearningRate).toBe(best.coreLearningRate);
      expect((await federate(strategy, base, clients, plan)).state).toEqual(run.state);
      const losses = await clientLosses(
        base,
        run.models,
        clients.map(({ validation }) => validation),
        adapter,
      );
      expect(best.score).toBeCloseTo(-(losses[0] + losses[1]) / 2, 6);
    }
  });

  it('takes a score of its own, and reports a diverged run as −∞', async () => {
    const grid = [1e-3, 1e-2, 1e39];
    const { plan, trials } = await searchLearningRate(fedit, base, clients, planOf({ warmup: 0 }), {
      grid,
      score: async (_, { learningRate }) => -learningRate,
    });
    expect(plan.learningRate).toBe(1e-3);
    expect(trials.map(({ score }) => score)).toEqual([-1e-3, -1e-2, Number.NEGATIVE_INFINITY]);
  });

  it('is refused for bad grids, without validation examples, and when nothing learns', async () => {
    const search = (options: object, who: Parameters<typeof searchLearningRate>[2] = clients) =>
      searchLearningRate(fedit, base, who, planOf({ warmup: 0 }), options as never);
    await expect(search({ grid: [] })).rejects.toThrow(/grid must be different numbers above 0, got none/);
    await expect(search({ grid: [1e-3, 1e-3] })).rejects.toThrow(/grid must be different numbers above 0/);
    await expect(search({ grid: [1e-3], ratio: 0 })).rejects.toThrow(/ratio must be above 0/);
    await expect(search({ grid: [1e-3], rates: [1] })).rejects.toThrow(/option must be one of grid/);
    await expect(search({ grid: [1e-3] }, clientsOf(2))).rejects.toThrow(/client client 0 must have validation examples, got none/);
    await expect(search({ grid: [1e39] })).rejects.toThrow(
      /fedit must learn at a rate of the grid, got no finite score \(add lower rates\)/,
    );
  });
});
