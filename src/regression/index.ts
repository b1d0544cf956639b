export { type Batches, type CoAltMinEntry, type CoAltMinOptions, type CoAltMinResult, coAltMin } from './coaltmin.ts';
export {
  type ProblemOptions,
  type RegressionProblem,
  regressionProblem,
  type SharedModel,
  type TaskData,
  taskMatrices,
} from './problem.ts';
export { type LinearPhase, type LinearPhaseOptions, linearPhase } from './rate.ts';
export { type RecoveryError, recoveryError } from './recovery.ts';
