import { type AdapterData, type ClientModels, mapAdapter, sizeOf, tensor, weightedSum } from '../adapters/index.ts';
import { checkOptions, UserError } from '../core/index.ts';
import type { TensorData } from '../engine/index.ts';
import { Federation } from './federation.ts';
import type { Base, Client, FederatedPlan } from './plan.ts';

/** Options of `newClient`. */
export interface NewClientOptions {
  /** Where its cores start: the mean of the other clients' (the default), or the identity. */
  start?: 'mean' | 'identity';
  /** Called after each round of the plan with its mean training loss. */
  onRound?(loss: number): void | Promise<void>;
}

/** A client that arrived after the others were trained. */
export interface NewClient {
  /** Its model alone, as of one client. */
  models: ClientModels;
  /** Mean training loss of each round of the plan. */
  losses: number[];
  cost: {
    /** Numbers that it trained: r² (or r) for every adapted weight. */
    parameters: number;
    /** Bytes that it got: U and V. It sends nothing. */
    down: number;
    seconds: number;
  };
}

/**
 * Fits the cores Λ of a client that arrives later; U and V, which others trained, stay as they are. Source: ours.
 *
 * @param models of a strategy with shared factors and personal cores
 * @param plan its rounds · localSteps steps, with `coreLearningRate`
 * @throws UserError when the models have no cores between shared factors, or the client has no examples or diverges
 */
export async function newClient(
  base: Base,
  models: ClientModels,
  client: Client,
  plan: FederatedPlan,
  options: NewClientOptions = {},
): Promise<NewClient> {
  checkOptions('newClient', options, ['start', 'onRound']);
  const { start = 'mean', onRound } = options;
  const began = performance.now();
  const federation = new Federation(base, [client], plan);
  let main = withNewCores(models, start);
  const losses: number[] = [];
  for (let round = 0; round < plan.rounds; round++) {
    const training = { trained: { main: ['c'] as const }, participants: [0], steps: plan.localSteps, memory: 'cores' };
    ({ main } = await federation.train({ main }, training));
    losses.push(federation.losses[0]);
    await onRound?.(federation.losses[0]);
  }
  const cores = Object.values(main).reduce((sum, { c }) => sum + c!.data.length, 0);
  return {
    models: { branches: { main } },
    losses,
    cost: { parameters: cores, down: 4 * (sizeOf(main) - cores), seconds: (performance.now() - began) / 1000 },
  };
}

function withNewCores({ branches, dense }: ClientModels, start: 'mean' | 'identity'): AdapterData {
  const adapters = Object.values(branches);
  const fits = adapters.length === 1 && Object.values(adapters[0]).every(({ a, b, c }) => a.shape[0] === 1 && b.shape[0] === 1 && c);
  if (!fits || dense !== undefined) {
    throw new UserError('newClient: models must have cores between factors that all clients share, got others (use a run of CoLoRA)');
  }
  return mapAdapter(adapters[0], (factor, name) => {
    if (name !== 'c') return factor;
    return start === 'mean' ? weightedSum(factor, Array(factor.shape[0]).fill(1 / factor.shape[0])) : identity(factor);
  });
}

function identity({ shape }: TensorData): TensorData {
  const [, rank] = shape;
  const isDiagonal = shape.length === 2;
  const data = new Float32Array(isDiagonal ? rank : rank * rank);
  for (let q = 0; q < rank; q++) data[isDiagonal ? q : q * (rank + 1)] = 1;
  return tensor([1, ...shape.slice(1)], data);
}
