export { crossEntropy } from './cross-entropy.ts';
export {
  adamW,
  cosineSchedule,
  type Optimizer,
  type OptimizerOptions,
  type OptimizerState,
  optimizerState,
  type Schedule,
  sgd,
} from './optimizer.ts';
export { rmsNorm } from './rms-norm.ts';
export { rotary } from './rotary.ts';
export { silu } from './silu.ts';
export { valueAndGrads } from './value-and-grads.ts';
