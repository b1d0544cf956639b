import {
  type AdapterData,
  adapterStep,
  type BranchData,
  branchScales,
  entriesOf,
  type FactorName,
  type StepPlan,
  sizeOf,
  stepState,
} from '../adapters/index.ts';
import { Random, UserError } from '../core/index.ts';
import type { TensorData } from '../engine/index.ts';
import { batchOf, shapeOf } from '../lm/index.ts';
import { examplesAt } from './examples.ts';
import { type OptimizerMemories, recalled, remember } from './optimizer-memory.ts';
import { type Base, type Client, checkClients, type FederatedPlan, rateFactor } from './plan.ts';

/** A client's loss or factors are no longer finite. */
export class DivergenceError extends UserError {
  override name = 'DivergenceError';
}

/** Bytes sent up to the server and down to the clients. */
export interface Traffic {
  up: number;
  down: number;
}

/** What one call of `train` does. */
export interface Training {
  /** The factors of each branch that are trained. */
  trained: StepPlan['trained'];
  /** Who trains; the batch is theirs in equal runs. */
  participants: readonly number[];
  steps: number;
  /** The trained factors that the participants have in common; none by default. */
  shared?: readonly FactorName[];
  /**
   * A name for what optimisers remember from one call to the next, the server's of shared factors and each client's of its own;
   * forgotten when left out.
   */
  memory?: string;
  /** What each branch is multiplied with besides the adapter's scale; 1 by default. */
  shares?: Record<string, number>;
  /** Weights other than the base's own. */
  base?: Record<string, TensorData>;
  proximal?: { strength: number; anchor: BranchData };
}

/**
 * Clients, their data and what they remember: all that strategies share. A strategy decides what is trained where, and what is sent.
 * Source: ours.
 */
export class Federation {
  readonly base: Base;
  readonly clients: readonly Client[];
  readonly plan: FederatedPlan;
  /** Optimiser steps that each client has taken of those it will take. */
  clock = 0;
  /** Bytes since the beginning, of all clients together. */
  readonly traffic: Traffic = { up: 0, down: 0 };
  /** The mean training loss of each client's last call of `train`. */
  readonly losses: Float64Array;
  /** What optimisers remember from one call of `train` to the next. */
  readonly memories: OptimizerMemories = new Map();
  readonly #random: Random;
  readonly #shape: ReturnType<typeof shapeOf>;

  /** @throws UserError when there are no clients, or one has no examples */
  constructor(base: Base, clients: readonly Client[], plan: FederatedPlan) {
    checkClients(clients);
    this.base = base;
    this.clients = clients;
    this.plan = plan;
    this.losses = new Float64Array(clients.length).fill(Number.NaN);
    this.#random = new Random(plan.seed);
    this.#shape = shapeOf(clients.flatMap(({ train }) => train));
  }

  /** A generator for a strategy's own use. */
  random(label: string): Random {
    return this.#random.split(label);
  }

  /** Steps of all rounds. */
  get total(): number {
    return this.plan.rounds * this.plan.localSteps;
  }

  /** Who takes part in a round, in ascending order. */
  participants(round: number): number[] {
    const count = Math.max(1, Math.round(this.plan.participation * this.clients.length));
    const random = this.#random.split('participants').split(round);
    return random
      .shuffled(this.clients.map((_, client) => client))
      .slice(0, count)
      .sort((x, y) => x - y);
  }

  /** pᵢ of some clients, with Σ p = 1. */
  weights(participants: readonly number[]): number[] {
    const sizes = participants.map((client) => (this.plan.weighting === 'size' ? this.clients[client].train.length : 1));
    const sum = sizes.reduce((a, b) => a + b, 0);
    return sizes.map((size) => size / sum);
  }

  /** Counts an adapter sent to each of some clients, or by each of them. @param sent in numbers of float32 */
  count(direction: keyof Traffic, sent: AdapterData | number, clients: number): void {
    this.traffic[direction] += 4 * clients * (typeof sent === 'number' ? sent : sizeOf(sent));
  }

  /**
   * Trains branches on the data of some clients. A factor [1, …] is shared and gets the gradient of Σ pᵢ fᵢ over the participants; a
   * stack of as many as there are participants is personal.
   *
   * @throws DivergenceError with the client whose loss or factors are no longer finite
   */
  async train(branches: BranchData, training: Training): Promise<BranchData> {
    const { trained, participants, steps, shared = [], memory, shares: mixture, base, proximal } = training;
    const { plan, clients } = this;
    const step: StepPlan = {
      model: this.base.config,
      scales: branchScales({ branches, shares: mixture }, plan.adapter),
      trained,
      beta2: plan.beta2,
      ...(proximal && { proximal: proximal.strength }),
    };
    // Without anything in common, clients in one call train as each would alone.
    const shares = shared.length > 0 ? this.weights(participants) : participants.map(() => 1);
    const fresh = stepState(step, branches);
    let state = memory === undefined ? fresh : recalled(this.memories, { memory, shared, participants }, fresh);
    let current = branches;
    const sums = new Float64Array(participants.length);
    for (let i = 0; i < steps; i++, this.clock++) {
      const factor = rateFactor(plan, this.clock, this.total);
      const result = await adapterStep(step, {
        base: base ?? this.base.parameters,
        branches: current,
        state,
        batch: this.#batch(participants, this.clock),
        rate: plan.learningRate * factor,
        coreRate: plan.coreLearningRate * factor,
        anchor: proximal?.anchor,
        shares,
      });
      result.losses.forEach((loss, index) => {
        if (!Number.isFinite(loss)) {
          throw this.#divergence(clients[participants[index]].id, `its loss in step ${this.clock + 1} is ${loss}`);
        }
        sums[index] += loss;
      });
      ({ branches: current, state } = result);
    }
    participants.forEach((client, index) => {
      this.losses[client] = sums[index] / steps;
    });
    this.#checkFinite(current, training);
    if (memory !== undefined) remember(this.memories, { memory, shared, participants }, state);
    return current;
  }

  #batch(participants: readonly number[], step: number) {
    const { batch } = this.plan;
    const examples = participants.flatMap((client) => {
      const { id, train } = this.clients[client];
      return examplesAt(this.#random.split('examples').split(id), train.length, batch, step).map((index) => train[index]);
    });
    return batchOf(examples, this.#shape, this.base.pad, participants.length);
  }

  #divergence(client: string, sign: string): DivergenceError {
    return new DivergenceError(`federated: client ${client} diverged, ${sign} (use a lower learning rate)`);
  }

  /** The losses are those before a step, so the last step shows in the numbers only. */
  #checkFinite(branches: BranchData, { trained, participants, shared = [] }: Training): void {
    for (const [branch, names] of Object.entries(trained)) {
      for (const factors of Object.values(branches[branch])) {
        for (const name of names) {
          const at = factors[name]?.data.findIndex((x) => !Number.isFinite(x)) ?? -1;
          if (at < 0) continue;
          const owner = shared.includes(name) ? 0 : Math.floor(at / entriesOf(factors[name]!));
          throw this.#divergence(this.clients[participants[owner]].id, `its factors are no longer finite after step ${this.clock}`);
        }
      }
    }
  }
}
