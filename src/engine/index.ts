import './quiet.ts';

export { type BackendChoice, type EagerBackend, useBestBackend } from './best-backend.ts';
export type { Report } from './explain.ts';
export {
  adamW,
  cosineSchedule,
  crossEntropy,
  type Optimizer,
  type OptimizerOptions,
  type OptimizerState,
  optimizerState,
  rmsNorm,
  rotary,
  type Schedule,
  sgd,
  silu,
  valueAndGrads,
} from './functions/index.ts';
export { type AsData, type AsInput, type AsSpec, type JitOptions, type Jitted, jit, type Part } from './jit.ts';
export { kernelTable } from './kernel-table.ts';
export { type Device, devices, type GemmOptions, gemm, gemmSync, gemv } from './run/index.ts';
export { type Trainer, type TrainerOptions, trainer } from './trainer.ts';
export { type DType, leaves, mapTree, type Numbers, type TensorData, type TensorSpec, type Tree } from './tree.ts';
