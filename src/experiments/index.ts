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
export { gridValues, parameterGrid } from './grid.ts';
export { chosenRates, keptRates, type RateChoice, type RateResult, type RateSearch, rateCells, rateRun } from './learning-rates.ts';
export {
  type Cell,
  type Experiment,
  type ExperimentRecord,
  type Profile,
  type RecordedOptions,
  readRecords,
  recorded,
  recordsFile,
} from './records.ts';
export { type SubspaceRole, type SubspaceStudy, similarityByModule, studyCells, subspaceStudy } from './subspace-study.ts';
export { type SubspaceConfig, type SubspaceResult, subspaceRun } from './subspaces.ts';
export {
  escapeLatex,
  type LatexOptions,
  type SaveTableOptions,
  type ScoreRow,
  saveTable,
  scoreRows,
  type Table,
  tableToCsv,
  tableToLatex,
} from './tables.ts';
