import { commonStart } from '../adapter-starts.ts';
import { forClients, withClients } from '../client-factors.ts';
import type { Federation } from '../federation.ts';
import { averagingRound, type State, type Strategy } from '../strategy.ts';

/** The local adapter's share w of the mixture. */
const LOCAL = 0.5;
const SHARES = { global: 1 - LOCAL, local: LOCAL };

const models: Strategy['models'] = ({ adapters }) => ({ branches: adapters, shares: SHARES });

const start: Strategy['start'] = (federation): State => ({
  adapters: { global: commonStart(federation), local: commonStart(federation, ['a', 'b']) },
});

/** The global adapter trained alone and averaged. */
async function globalRound(
  federation: Federation,
  adapters: State['adapters'],
  participants: number[],
  steps: number,
): Promise<State['adapters']> {
  const global = await averagingRound(federation, adapters.global, { trained: ['a', 'b'], averaged: ['a', 'b'], participants, steps });
  return { ...adapters, global };
}

/** The local adapters trained in the mixture, the global one held. */
async function localRound(
  federation: Federation,
  adapters: State['adapters'],
  participants: number[],
  steps: number,
): Promise<State['adapters']> {
  const branches = { global: adapters.global, local: forClients(adapters.local, participants) };
  const trained = await federation.train(branches, {
    trained: { local: ['a', 'b'] },
    participants,
    steps,
    memory: 'local',
    shares: SHARES,
  });
  return { ...adapters, local: withClients(adapters.local, participants, trained.local) };
}

/** The share of the rounds left for the local adapters of FedDPA-F. */
const TUNING = 0.25;

/** A global adapter by federated averaging; after it, local ones start there and are tuned beside it. Source: Yang et al., FedDPA-F, 2024. */
export const feddpaF: Strategy = {
  name: 'feddpa-f',
  costs: 'feddpa',
  start,
  async round(federation, { adapters }, round) {
    const { rounds, localSteps } = federation.plan;
    const participants = federation.participants(round);
    const first = Math.ceil(rounds * (1 - TUNING));
    if (round < first) return { adapters: await globalRound(federation, adapters, participants, localSteps) };
    const all = federation.clients.map((_, client) => client);
    const begun = round === first ? { ...adapters, local: forClients(adapters.global, all) } : adapters;
    return { adapters: await localRound(federation, begun, participants, localSteps) };
  },
  models,
};

/** In every round the local adapters train beside the received global one, then the global one by itself. Source: FedDPA-T, 2024. */
export const feddpaT: Strategy = {
  name: 'feddpa-t',
  costs: 'feddpa',
  start,
  async round(federation, { adapters }, round) {
    const participants = federation.participants(round);
    const half = Math.ceil(federation.plan.localSteps / 2);
    const rest = federation.plan.localSteps - half;
    const personal = await localRound(federation, adapters, participants, half);
    return { adapters: rest === 0 ? personal : await globalRound(federation, personal, participants, rest) };
  },
  models,
};
