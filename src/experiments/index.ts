export {
  BASE_CONFIG,
  BASE_PLAN,
  type BaseScore,
  baseTokenizer,
  baseVocabulary,
  type PretrainBaseOptions,
  pretrainBase,
  scoreBase,
  UNDESCRIBED,
  wordEncoder,
} from './base-model.ts';
export {
  baseModel,
  baseModelHash,
  type ClientScore,
  type DownstreamData,
  federatedBase,
  planOf,
  scoreTaskClients,
  type TaskClient,
  type TaskRunConfig,
  type TaskRunResult,
  type TextExample,
  taskClients,
  taskRun,
  taskRunConfig,
} from './downstream.ts';
export { type Cell, type Experiment, type ExperimentRecord, type Profile, type RecordedOptions, readRecords, recorded } from './records.ts';
export { type SubspaceConfig, type SubspaceResult, subspaceRun } from './subspaces.ts';
