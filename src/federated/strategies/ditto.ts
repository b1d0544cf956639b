import { commonStart } from '../adapter-starts.ts';
import { forClients, withClients } from '../client-factors.ts';
import { averagingRound, type Strategy } from '../strategy.ts';

/** λ of the penalty. */
const STRENGTH = 0.1;

/**
 * A global adapter by federated averaging, and personal ones that minimise their own loss + (λ/2) ‖factors − global factors‖²; each
 * gets half of the steps. The penalty is on the factors, not on their products. Source: Li et al., Ditto, 2020, with λ = 0.1.
 */
export const ditto: Strategy = {
  name: 'ditto',
  costs: 'ditto',
  start: (federation) => ({ adapters: { global: commonStart(federation), personal: commonStart(federation, ['a', 'b']) } }),
  async round(federation, { adapters }, round) {
    const participants = federation.participants(round);
    const half = Math.ceil(federation.plan.localSteps / 2);
    const anchor = { personal: forClients(adapters.global, participants) };
    const { personal } = await federation.train(
      { personal: forClients(adapters.personal, participants) },
      { trained: { personal: ['a', 'b'] }, participants, steps: half, memory: 'personal', proximal: { strength: STRENGTH, anchor } },
    );
    const steps = federation.plan.localSteps - half;
    const averaging = { trained: ['a', 'b'], averaged: ['a', 'b'], participants, steps } as const;
    const global = steps === 0 ? adapters.global : await averagingRound(federation, adapters.global, averaging);
    return { adapters: { global, personal: withClients(adapters.personal, participants, personal) } };
  },
  models: ({ adapters }) => ({ branches: { personal: adapters.personal } }),
};
