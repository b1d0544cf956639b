import { commonStart } from '../adapter-starts.ts';
import type { Strategy } from '../strategy.ts';

/** One LoRA adapter trained on the data of all clients at once, which sends the data itself to the server. Source: ours, as a bound. */
export const pooled: Strategy = {
  name: 'pooled',
  costs: 'pooled',
  start: (federation) => {
    for (const { train } of federation.clients) {
      federation.count(
        'up',
        train.reduce((sum, { prompt, answer }) => sum + prompt.length + answer.length, 0),
        1,
      );
    }
    return { adapters: { main: commonStart(federation) } };
  },
  async round(federation, { adapters }, round) {
    const participants = federation.participants(round);
    const steps = federation.plan.localSteps;
    return {
      adapters: await federation.train(adapters, {
        trained: { main: ['a', 'b'] },
        shared: ['a', 'b'],
        participants,
        steps,
        memory: 'pooled',
      }),
    };
  },
  models: ({ adapters }) => ({ branches: adapters }),
};
