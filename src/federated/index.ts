export { type AnswerOptions, answers } from './answers.ts';
export { examplesAt, shuffled } from './examples.ts';
export { DivergenceError, Federation, type Training } from './federation.ts';
export { type Base, type Client, type FederatedPlan, federatedPlan } from './plan.ts';
export type { RoundEntry } from './round-entry.ts';
export { type FederatedRun, type FederateOptions, federate } from './run.ts';
export { addedUpdates, changedParameters, stacked } from './stacking.ts';
export { type ColoraOptions, type ColoraScheme, colora, retracted, STRATEGIES, truncated } from './strategies/index.ts';
export type { ClientModels, State, Strategy } from './strategy.ts';
