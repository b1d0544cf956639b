import { type AdapterConfig, countsOf } from '../adapters/index.ts';
import type { LlamaConfig } from '../lm/index.ts';
import { STRATEGIES } from './strategies/index.ts';
import type { Strategy } from './strategy.ts';

/** What a method stores and sends. */
export interface MethodRow {
  method: string;
  /** Distinct trained numbers of all clients together. */
  parameters: number;
  /** Bytes that a client sends to the server in a round, and gets from it, as float32. */
  up: number;
  down: number;
  /** Numbers of the weights themselves that the method changes. */
  dense: number;
}

/** What a configuration costs with some number of clients. */
export interface MethodTableOptions {
  clients: number;
  /** Optimiser steps in a round, in each of which joint methods send and get. */
  localSteps: number;
  strategies?: readonly Strategy[];
}

/** Parameters and traffic of every method from the shapes alone, of a round in which the server takes part. Source: ours. */
export const methodTable = (
  model: LlamaConfig,
  adapter: AdapterConfig,
  { clients, localSteps, strategies = STRATEGIES }: MethodTableOptions,
): MethodRow[] =>
  strategies.map(({ name, costs, exchanges }) => {
    const { parameters, up, down, dense } = countsOf(costs, model, adapter, clients);
    const bytes = 4 * (exchanges?.(localSteps) ?? 1);
    return { method: name, parameters, up: bytes * up, down: bytes * down, dense };
  });
