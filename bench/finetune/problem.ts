import { adapterConfig, coloraStart, type StepPlan, scaleOf } from '../../src/adapters/index.ts';
import { Random } from '../../src/core/index.ts';
import { batchOf, randomParameters, type TokenExample } from '../../src/lm/index.ts';
import { BASE_SHAPE } from '../generate/shape.ts';

export const CLIENTS = 4;
/** Examples of each client in a step. */
export const BATCH = 4;
/** Tokens that are read, and those of them that are foretold. */
export const LENGTH = 24;
export const ANSWER = 8;
export const ADAPTER = adapterConfig({ rank: 8 });
export const RATES = { rate: 5e-3, coreRate: 2e-2 };

const random = new Random('finetune');
const tokens = (count: number) => Array.from({ length: count }, () => random.integer(4, BASE_SHAPE.vocabulary));

/** Prompts of 17 tokens and answers of 8, of which the last is not read. */
export const drawExamples = (count: number): TokenExample[] =>
  Array.from({ length: count }, () => ({ prompt: tokens(LENGTH - ANSWER + 1), answer: tokens(ANSWER) }));

export const EXAMPLES = drawExamples(CLIENTS * BATCH);
export const PARAMETERS = randomParameters(BASE_SHAPE, 1);
export const START = coloraStart(BASE_SHAPE, ADAPTER, new Random(1), { clients: CLIENTS });
export const STEP: StepPlan = {
  model: BASE_SHAPE,
  scales: { main: scaleOf(ADAPTER) },
  trained: { main: ['a', 'b', 'c'] },
  beta2: 0.99,
};
export const makeBatch = () => batchOf(EXAMPLES, { length: LENGTH, answers: ANSWER }, 0, CLIENTS);
