import { checkOptions, type Progress, UserError } from '../core/index.ts';
import { clientLosses } from './client-losses.ts';
import { DivergenceError } from './federation.ts';
import type { Base, Client, FederatedPlan } from './plan.ts';
import { type FederatedRun, federate } from './run.ts';
import type { Strategy } from './strategy.ts';

/** Options of `searchLearningRate`. */
export interface SearchOptions {
  /** Learning rates of the factors: as many runs for every strategy. */
  grid: readonly number[];
  /** The cores' learning rate over that of the factors, the same at every point of the grid; 4 by default. */
  ratio?: number;
  /** How good a run is, higher being better, on validation examples; minus the clients' mean validation loss by default. */
  score?: (run: FederatedRun, plan: FederatedPlan) => Promise<number>;
  progress?: Progress;
}

/** One point of the grid. */
export interface Trial {
  learningRate: number;
  coreLearningRate: number;
  /** −∞ where the run diverged. */
  score: number;
  seconds: number;
}

/** What a search found. */
export interface Search {
  /** The plan with the best rates. */
  plan: FederatedPlan;
  run: FederatedRun;
  /** Every point, in the order of the grid. */
  trials: Trial[];
}

/**
 * Trains a federation once for each learning rate of a grid and chooses on validation examples. CoLoRA's second learning rate follows
 * the first, so that all strategies have a search of the same budget. Source: ours.
 *
 * @throws UserError for a grid that is empty or has a rate that cannot be, a client without validation examples, or when all runs diverge
 */
export async function searchLearningRate(
  strategy: Strategy,
  base: Base,
  clients: readonly Client[],
  plan: FederatedPlan,
  options: SearchOptions,
): Promise<Search> {
  checkOptions('searchLearningRate', options, ['grid', 'ratio', 'score', 'progress']);
  const { grid, ratio = 4, score = validationScore(base, clients), progress } = options;
  if (grid.length === 0 || new Set(grid).size < grid.length || !grid.every((rate) => rate > 0 && Number.isFinite(rate))) {
    throw new UserError(`searchLearningRate: grid must be different numbers above 0, got ${grid.join(', ') || 'none'}`);
  }
  if (!(ratio > 0 && Number.isFinite(ratio))) throw new UserError(`searchLearningRate: ratio must be above 0, got ${ratio}`);
  const trials: Trial[] = [];
  let best: Omit<Search, 'trials'> | undefined;
  let highest = Number.NEGATIVE_INFINITY;
  for (const learningRate of grid) {
    const tried = { ...plan, learningRate, coreLearningRate: ratio * learningRate };
    const began = performance.now();
    const run = await unlessDiverged(federate(strategy, base, clients, tried));
    const reached = run === undefined ? Number.NEGATIVE_INFINITY : await score(run, tried);
    const { coreLearningRate } = tried;
    trials.push({ learningRate, coreLearningRate, score: reached, seconds: (performance.now() - began) / 1000 });
    if (run !== undefined && reached > highest) {
      highest = reached;
      best = { plan: tried, run };
    }
    progress?.update(trials.length, `${strategy.name}, rate ${learningRate}: ${reached.toPrecision(4)}`);
  }
  if (best === undefined) {
    throw new UserError(`searchLearningRate: ${strategy.name} must learn at a rate of the grid, got no finite score (add lower rates)`);
  }
  return { ...best, trials };
}

async function unlessDiverged(run: Promise<FederatedRun>): Promise<FederatedRun | undefined> {
  try {
    return await run;
  } catch (error) {
    if (error instanceof DivergenceError) return undefined;
    throw error;
  }
}

function validationScore(base: Base, clients: readonly Client[]): NonNullable<SearchOptions['score']> {
  const examples = clients.map(({ id, validation = [] }) => {
    if (validation.length === 0) throw new UserError(`searchLearningRate: client ${id} must have validation examples, got none`);
    return validation;
  });
  return async ({ models }, { adapter }) => {
    const losses = await clientLosses(base, models, examples, adapter);
    return -losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  };
}
