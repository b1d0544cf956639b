export {
  aloneBaseline,
  type DegreesOfFreedom,
  degreesOfFreedom,
  minimumNormBaseline,
  noiseFloor,
  oracleBaseline,
  pooledBaseline,
  sharedLeftBaseline,
} from './baselines.ts';
export { type Batches, type CoAltMinEntry, type CoAltMinOptions, type CoAltMinResult, coAltMin } from './coaltmin.ts';
export { GaussianMeasurements, gaussianTask } from './gaussian.ts';
export { type GripBound, type GripOptions, gripLowerBound, gripScaling } from './grip.ts';
export type {
  ExactProjection,
  IterativeProjection,
  Measurements,
  NormalSystem,
  Projection,
  Side,
  TaskData,
} from './measurements.ts';
export { type ProblemOptions, type RegressionProblem, regressionProblem } from './problem.ts';
export { RankOneMeasurements, rankOneTask } from './rank-one.ts';
export { type LinearPhase, type LinearPhaseOptions, linearPhase } from './rate.ts';
export { type RecoveryError, recoveryError, taskErrors } from './recovery.ts';
export { Rows } from './rows.ts';
export type { SharedStepOptions, Traffic } from './shared-step.ts';
export { randomStart, type StartBases, spectralStart } from './start.ts';
export { factorsOfTask, type SharedModel, type TaskFactors, type Truth, type TruthOptions, taskMatrices } from './truth.ts';
export { VectorMeasurements, vectorTask } from './vector.ts';
