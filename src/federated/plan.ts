import type { AdapterConfig } from '../adapters/index.ts';
import { checkOptions, type Seed, UserError } from '../core/index.ts';
import type { TensorData } from '../engine/index.ts';
import type { LlamaConfig, TokenExample } from '../lm/index.ts';

/** A client: a name, and the examples that it alone has. */
export interface Client {
  id: string;
  train: readonly TokenExample[];
  /** What learning rates are chosen on; never trained on. */
  validation?: readonly TokenExample[];
}

/** The frozen model that all clients adapt. */
export interface Base {
  config: LlamaConfig;
  /** Under Hugging Face's names. */
  parameters: Record<string, TensorData>;
  /** The token that fills batches up. */
  pad: number;
}

/** How a federation trains; every strategy takes rounds · localSteps optimiser steps on each client. */
export interface FederatedPlan {
  adapter: AdapterConfig;
  rounds: number;
  localSteps: number;
  /** Examples of a client in a step. */
  batch: number;
  /** The highest learning rate of the factors, and of the cores Λ. */
  learningRate: number;
  coreLearningRate: number;
  /** Steps of linear warm-up, and the share of the rate that the cosine ends at. */
  warmup: number;
  floor: number;
  beta2: number;
  /** The share of clients that take part in a round, drawn anew each round. */
  participation: number;
  /** Whether the server weighs clients alike or by their number of examples. */
  weighting: 'uniform' | 'size';
  seed: Seed;
}

const DEFAULTS: Omit<FederatedPlan, 'adapter'> = {
  rounds: 20,
  localSteps: 5,
  batch: 4,
  learningRate: 5e-3,
  coreLearningRate: 2e-2,
  warmup: 20,
  floor: 0.1,
  beta2: 0.99,
  participation: 1,
  weighting: 'uniform',
  seed: 1,
};

/**
 * A plan with what was left out.
 *
 * @throws UserError for a number that cannot be
 */
export function federatedPlan(options: Pick<FederatedPlan, 'adapter'> & Partial<FederatedPlan>): FederatedPlan {
  checkOptions('federatedPlan', options, ['adapter', ...Object.keys(DEFAULTS)]);
  const plan = { ...DEFAULTS, ...options };
  for (const name of ['rounds', 'localSteps', 'batch'] as const) {
    if (!(Number.isInteger(plan[name]) && plan[name] > 0)) {
      throw new UserError(`federatedPlan: ${name} must be a whole number above 0, got ${plan[name]}`);
    }
  }
  for (const name of ['learningRate', 'coreLearningRate'] as const) {
    if (!(plan[name] > 0 && Number.isFinite(plan[name]))) throw new UserError(`federatedPlan: ${name} must be above 0, got ${plan[name]}`);
  }
  if (!(plan.participation > 0 && plan.participation <= 1)) {
    throw new UserError(`federatedPlan: participation must be above 0 and at most 1, got ${plan.participation}`);
  }
  if (!['uniform', 'size'].includes(plan.weighting)) {
    throw new UserError(`federatedPlan: weighting must be uniform or size, got '${plan.weighting}'`);
  }
  if (!(Number.isInteger(plan.warmup) && plan.warmup >= 0)) {
    throw new UserError(`federatedPlan: warmup must be a whole number from 0, got ${plan.warmup}`);
  }
  if (!(plan.floor >= 0 && plan.floor <= 1)) throw new UserError(`federatedPlan: floor must be from 0 to 1, got ${plan.floor}`);
  if (!(plan.beta2 >= 0 && plan.beta2 < 1)) throw new UserError(`federatedPlan: beta2 must be from 0 and below 1, got ${plan.beta2}`);
  return plan;
}

/** @throws UserError when there are no clients, or with the client that has no examples or another's name */
export function checkClients(clients: readonly Client[]): void {
  if (clients.length === 0) throw new UserError('federated: there must be a client at least, got none');
  const names = clients.map(({ id }) => id);
  const twice = names.find((id, i) => names.indexOf(id) !== i);
  if (twice !== undefined) throw new UserError(`federated: clients must have names of their own, got ${twice} twice`);
  for (const { id, train } of clients) {
    if (train.length === 0) throw new UserError(`federated: client ${id} must have a training example at least, got none (leave it out)`);
  }
}

/** The factor of the learning rate at a step of all: linear warm-up, then a cosine down to the floor. */
export function rateFactor({ warmup, floor }: FederatedPlan, step: number, total: number): number {
  if (step < warmup) return (step + 1) / warmup;
  const share = Math.min(1, (step - warmup) / Math.max(1, total - warmup));
  return floor + ((1 - floor) * (1 + Math.cos(Math.PI * share))) / 2;
}
