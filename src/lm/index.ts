export { type BatchData, type BatchShape, batchOf, shapeOf, type TokenExample } from './batch.ts';
export { checkConfig, LINEAR_MODULES, type LinearModule, type LlamaConfig, linearShapes, moduleName, parameterShapes } from './config.ts';
export { configFile, readConfig } from './config-file.ts';
export { type ExactAnswers, exactAnswers } from './exact-answers.ts';
export { type GenerateOptions, type Generation, type GeneratorOptions, generator, type TokenGenerator } from './generate.ts';
export { generateText, type TextGeneration } from './generate-text.ts';
export { readGguf } from './gguf.ts';
export {
  type Batch,
  batchLoss,
  type Decoded,
  type DecodeOptions,
  decode,
  type KeyValues,
  type LinearMap,
  type Parameters,
  type Past,
  project,
} from './model.ts';
export { type LanguageModel, loadModel, saveModel } from './model-files.ts';
export { type PretrainOptions, type PretrainPlan, pretrain, type TrainingEntry } from './pretrain.ts';
export { randomParameters } from './random-parameters.ts';
export { type FileTensor, type FloatType, readSafetensors, writeSafetensors } from './safetensors.ts';
export { candidates, type Sampling } from './sampling.ts';
export { checkTokenizer, loadTokenizer, type Tokenizer } from './tokenizer.ts';
