import type { AdapterData, BranchData, ClientModels, FactorName, Parametrisation } from '../adapters/index.ts';
import type { TensorData } from '../engine/index.ts';
import { averaged, factorsOf, forClients, withClients } from './client-factors.ts';
import type { Federation } from './federation.ts';

/** What a strategy carries from round to round. */
export interface State {
  /** Adapters by name, each factor [1, …] or [k, …]. */
  adapters: BranchData;
  /** What was added to the model's weights so far, [out, in] under module names. */
  dense?: Record<string, TensorData>;
}

/** A way for clients to train together. */
export interface Strategy {
  readonly name: string;
  /** Its row in the table of parameters and traffic. */
  readonly costs: Parametrisation;
  /** How often a participant exchanges factors with the server in a round of so many steps; once by default. */
  exchanges?(localSteps: number): number;
  start(federation: Federation): State;
  /** One round of `localSteps` optimiser steps on each participant. */
  round(federation: Federation, state: State, round: number): Promise<State>;
  models(state: State): ClientModels;
}

/** What is done with the factors of one adapter in a round of federated averaging. */
export interface Averaging {
  trained: readonly FactorName[];
  /** Those of the trained that the server averages; the others stay with their clients. */
  averaged: readonly FactorName[];
  participants: readonly number[];
  /** `localSteps` by default. */
  steps?: number;
}

/**
 * Federated averaging of some factors of an adapter: participants get them, train, and send them back; the server averages each by
 * itself. Source: McMahan et al., Communication-Efficient Learning, 2017, Algorithm 1.
 */
export async function averagingRound(
  federation: Federation,
  adapter: AdapterData,
  { trained, averaged: names, participants, steps = federation.plan.localSteps }: Averaging,
): Promise<AdapterData> {
  const sent = factorsOf(adapter, names);
  if (names.length > 0) federation.count('down', sent, participants.length);
  const { main } = await federation.train(
    { main: forClients(adapter, participants) },
    { trained: { main: trained }, participants, steps, memory: `main ${trained.join('')}` },
  );
  if (names.length > 0) federation.count('up', sent, participants.length);
  const mean = averaged(main, federation.weights(participants));
  const kept = withClients(adapter, participants, main);
  return Object.fromEntries(
    Object.entries(kept).map(([module, factors]) => [
      module,
      { ...factors, ...Object.fromEntries(names.map((name) => [name, mean[module][name]])) },
    ]),
  ) as AdapterData;
}

/** Which factors of one adapter are trained and averaged in every round, and where it starts. */
interface AveragingStrategy extends Pick<Averaging, 'trained' | 'averaged'> {
  name: string;
  costs: Parametrisation;
  start(federation: Federation): AdapterData;
}

/** A strategy of which each round is one of federated averaging of one adapter. */
export const averagingStrategy = ({ name, costs, start, trained, averaged: names }: AveragingStrategy): Strategy => ({
  name,
  costs,
  start: (federation) => ({ adapters: { main: start(federation) } }),
  async round(federation, { adapters }, round) {
    const participants = federation.participants(round);
    return { adapters: { main: await averagingRound(federation, adapters.main, { trained, averaged: names, participants }) } };
  },
  models: ({ adapters }) => ({ branches: adapters }),
});
