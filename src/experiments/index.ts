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
