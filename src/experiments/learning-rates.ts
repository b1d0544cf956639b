import { isDeepStrictEqual } from 'node:util';
import type { Seed } from '../core/index.ts';
import { DivergenceError } from '../federated/index.ts';
import { type TaskRunConfig, taskRun, taskRunConfig } from './downstream.ts';
import { type Cell, type Experiment, readRecords, recordsFile } from './records.ts';

/** A search of the learning rate in which every strategy gets the same number of runs. */
export interface RateSearch {
  strategies: readonly string[];
  /** Learning rates of the factors; cores have four times as much. */
  rates: readonly number[];
  /** Groups of tasks, a federation each. */
  groups: readonly (readonly string[])[];
  seeds: readonly Seed[];
}

/** How a run of a search came out. */
export interface RateResult {
  /** Mean Rouge-L over clients, 0 to 100; null when the training diverged. */
  rougeL: number | null;
}

/** What a search found for a strategy. */
export interface RateChoice {
  strategy: string;
  /** The rate of the best score, the lowest of equals. */
  rate: number;
  /** Mean Rouge-L over groups and seeds at each rate, in the order of the search; a run that diverged counts 0. */
  scores: number[];
}

/** A run of a search: a federation scored, or that it diverged. Source: ours. */
export const rateRun: Experiment<TaskRunConfig, RateResult> = {
  name: 'rate-search',
  version: taskRun.version,
  async run(config, seed) {
    try {
      const { clients } = await taskRun.run(config, seed);
      return { rougeL: clients.reduce((sum, { rougeL }) => sum + rougeL, 0) / clients.length };
    } catch (error) {
      if (error instanceof DivergenceError) return { rougeL: null };
      throw error;
    }
  },
};

/** The runs of a search. They are scored on validation examples and draw no test examples. */
export const rateCells = ({ strategies, rates, groups, seeds }: RateSearch): Cell<TaskRunConfig>[] =>
  strategies.flatMap((strategy) =>
    rates.flatMap((learningRate) =>
      groups.flatMap((tasks) =>
        seeds.map((seed) => ({
          config: taskRunConfig({ strategy, tasks, learningRate, part: 'validation', validation: 64, test: 0 }),
          seed,
        })),
      ),
    ),
  );

/** The choice of each strategy, from the results of `rateCells` in their order. */
export function chosenRates({ strategies, rates, groups, seeds }: RateSearch, results: readonly RateResult[]): RateChoice[] {
  const each = groups.length * seeds.length;
  return strategies.map((strategy, i) => {
    const scores = rates.map((_, j) => {
      const start = (i * rates.length + j) * each;
      return results.slice(start, start + each).reduce((sum, { rougeL }) => sum + (rougeL ?? 0), 0) / each;
    });
    const best = Math.max(...scores);
    return { strategy, rate: Math.min(...rates.filter((_, j) => scores[j] === best)), scores };
  });
}

/**
 * The choices of a search whose runs are all recorded, without any computation; undefined when one is missing.
 *
 * @param file of records; the committed ones by default
 */
export function keptRates(search: RateSearch, file = recordsFile(rateRun, 'full')): RateChoice[] | undefined {
  const records = readRecords<TaskRunConfig, RateResult>(file).filter(({ version }) => version === rateRun.version);
  const results = rateCells(search).map(
    (cell) => records.find(({ config, seed }) => seed === cell.seed && isDeepStrictEqual(config, cell.config))?.result,
  );
  return results.every((result) => result !== undefined) ? chosenRates(search, results) : undefined;
}
