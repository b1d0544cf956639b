import { commonStart } from '../adapter-starts.ts';
import { forClients } from '../client-factors.ts';
import { averagingRound, averagingStrategy, type Strategy } from '../strategy.ts';

/** Both factors averaged, each by itself: the mean of products is not the product of means. Source: Zhang et al., FedIT, 2023. */
export const fedit = averagingStrategy({
  name: 'fedit',
  costs: 'fedit',
  start: (federation) => commonStart(federation),
  trained: ['a', 'b'],
  averaged: ['a', 'b'],
});

/** The share of the rounds that is left for fine-tuning. */
const TUNING = 0.25;

/** FedIT, then every client goes on alone from the common adapter for the last quarter of the rounds. */
export const feditLocal: Strategy = {
  ...fedit,
  name: 'fedit+local',
  costs: 'fedit+local',
  async round(federation, state, round) {
    const { rounds } = federation.plan;
    const first = Math.ceil(rounds * (1 - TUNING));
    if (round < first) return await fedit.round(federation, state, round);
    const all = federation.clients.map((_, client) => client);
    const main = round === first ? forClients(state.adapters.main, all) : state.adapters.main;
    const participants = federation.participants(round);
    return { adapters: { main: await averagingRound(federation, main, { trained: ['a', 'b'], averaged: [], participants }) } };
  },
};
