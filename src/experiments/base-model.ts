import { join } from 'node:path';
import { Random, writeFileSafely } from '../core/index.ts';
import type { TensorData } from '../engine/index.ts';
import {
  exactAnswers,
  generator,
  type LanguageModel,
  type LlamaConfig,
  loadTokenizer,
  type PretrainOptions,
  type PretrainPlan,
  pretrain,
  saveModel,
  type TokenExample,
  type Tokenizer,
} from '../lm/index.ts';
import { rougeL } from '../metrics/index.ts';
import { drawSkill, findTask, shortPrompt, skillNames, skillWords, type Task } from '../tasks/index.ts';

/** Tokens with a meaning of their own, by number. */
const SPECIAL = ['<pad>', '<bos>', '<eos>', '<unk>'];
const VOCABULARY = 256;
/** The most tokens of an answer that is scored; the longest right one has 9. */
const MOST_ANSWER_TOKENS = 10;

/** The instruction that tells nothing: what is to be done must be learned from examples. */
export const UNDESCRIBED = 'follow the rule';

/** Words of the downstream tasks' instructions that no skill uses: the model has tokens for them and has never seen them. */
const UNSEEN_WORDS =
  'a after all an ascending at before below between but by change descending digits divisible duplicate each element elements end ends even factor follow from greater half in into is less max middle min move multiples not numbers odd of only or pair replace rotate rule second sequence shift start sum swap task than that their then third those to twice two where which whose with zero';

/** Every token of the base model: special ones, the signs of the short prompt, numbers from 0 to 99, the words of instructions. */
export function baseVocabulary(): string[] {
  const numbers = Array.from({ length: 100 }, (_, value) => String(value));
  return [...SPECIAL, ':', '=', ...numbers, ...new Set([...skillWords(), ...UNSEEN_WORDS.split(' ')])];
}

/** The tokenizer of the base model as a Hugging Face `tokenizer.json`: one token for each word and each number. */
export function baseTokenizer(): object {
  const special = (content: string, id: number) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  });
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: SPECIAL.map(special),
    normalizer: null,
    pre_tokenizer: { type: 'WhitespaceSplit' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '<bos>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 0 } }],
      special_tokens: { '<bos>': { id: '<bos>', ids: [1], tokens: ['<bos>'] } },
    },
    decoder: null,
    model: {
      type: 'WordLevel',
      vocab: Object.fromEntries(baseVocabulary().map((word, id) => [word, id])),
      unk_token: '<unk>',
    },
  };
}

/** The base model's shape: 0.84 million parameters. */
export const BASE_CONFIG: LlamaConfig = {
  vocabulary: VOCABULARY,
  width: 128,
  hidden: 352,
  layers: 4,
  heads: 4,
  kvHeads: 4,
  headDim: 32,
  epsilon: 1e-5,
  rotaryBase: 10_000,
  positions: 128,
  tied: true,
  attentionBias: false,
  bos: 1,
  eos: [2],
  pad: 0,
};

/** How the committed base model was trained. */
export const BASE_PLAN: PretrainPlan = {
  seed: 'base model 1',
  steps: 6000,
  sequences: 96,
  shape: { length: 28, answers: 9 },
  learningRate: 2e-3,
  warmup: 200,
  floor: 0.02,
  weightDecay: 0.05,
  beta2: 0.98,
  maxNorm: 1,
};

/**
 * Questions and answers as tokens, word by word: the prompt begins with what the tokenizer puts there, the answer ends with the
 * model's end of text.
 */
export function wordEncoder(tokenizer: Tokenizer, { eos }: LlamaConfig): (prompt: string, answer: string) => TokenExample {
  const known = new Map<string, number>();
  const numberOf = (word: string): number => {
    let id = known.get(word);
    if (id === undefined) {
      [id] = tokenizer.encode(word, { special: false });
      known.set(word, id);
    }
    return id;
  };
  const start = tokenizer.encode('').length === 0 ? [] : tokenizer.encode('');
  return (prompt, answer) => ({
    prompt: [...start, ...prompt.split(' ').map(numberOf)],
    answer: [...answer.split(' ').map(numberOf), eos[0]],
  });
}

/** Questions of each skill and task that accuracy is measured on; from other seeds than any training example. */
const QUESTIONS = 192;

interface Question {
  prompt: string;
  answer: string;
}

const skillQuestions = (name: string): Question[] => {
  const random = new Random('questions').split(name);
  return Array.from({ length: QUESTIONS }, () => drawSkill(random, name));
};

const taskQuestions = (task: Task, instruction: string): Question[] => {
  const random = new Random('questions').split(task.id);
  return Array.from({ length: QUESTIONS }, () => {
    const { input, output } = task.generate(random);
    return { prompt: shortPrompt(instruction, input), answer: output };
  });
};

/** How a model answers the questions of a skill, or of a task that it was not trained on. */
export interface BaseScore {
  name: string;
  kind: 'skill' | 'held out, described' | 'held out, undescribed';
  /** Share of answers that are exactly right. */
  exact: number;
  /** Mean Rouge-L, 0 to 100. */
  rougeL: number;
}

/** Answers to the questions of every skill of the mixture and of downstream tasks, scored. Source: ours. */
export async function scoreBase(
  model: LanguageModel,
  { skills = skillNames, downstream = DOWNSTREAM }: { skills?: readonly string[]; downstream?: readonly string[] } = {},
): Promise<BaseScore[]> {
  const encode = wordEncoder(model.tokenizer!, model.config);
  const run = generator(model);
  const score = async (name: string, kind: BaseScore['kind'], questions: Question[]): Promise<BaseScore> => {
    const made = await run.generate(
      questions.map(({ prompt, answer }) => [...encode(prompt, answer).prompt]),
      { maxTokens: MOST_ANSWER_TOKENS },
    );
    const texts = made.map(({ tokens }) => model.tokenizer!.decode(tokens));
    const mean = (of: (text: string, answer: string) => number) =>
      texts.reduce((sum, text, i) => sum + of(text, questions[i].answer), 0) / texts.length;
    return { name, kind, exact: mean((text, answer) => Number(text === answer)), rougeL: mean((text, answer) => rougeL(text, [answer])) };
  };
  try {
    const scores: BaseScore[] = [];
    for (const name of skills) scores.push(await score(name, 'skill', skillQuestions(name)));
    for (const id of downstream) {
      const task = findTask(id);
      scores.push(await score(id, 'held out, described', taskQuestions(task, task.instruction)));
      scores.push(await score(id, 'held out, undescribed', taskQuestions(task, UNDESCRIBED)));
    }
    return scores;
  } finally {
    await run.dispose();
  }
}

/** Downstream tasks that the base model is asked about; none is in the mixture. */
const DOWNSTREAM = ['rm.x2', 'rm.odd', 'rm.x3', 'rm.l3', 'rm.l5', 'rm.s9', 'kp.l5', 'zr.l5', 'rotate', 'swap', 'minmax', 'dupfirst'];

/** Options of `pretrainBase`. */
export interface PretrainBaseOptions extends Partial<Pick<PretrainOptions, 'every' | 'onStep' | 'signal'>> {
  plan?: PretrainPlan;
}

/**
 * Pre-trains the base model, or goes on where an earlier run was interrupted, and writes its folder: `config.json`, `tokenizer.json`,
 * `model.safetensors`, `training.jsonl` (loss, and the share of each skill's questions answered exactly), `scores.json`. Source: ours.
 *
 * @returns the scores; undefined when the signal ended the run early
 * @throws UserError when the folder holds the checkpoint of another plan
 */
export async function pretrainBase(
  folder: string,
  { plan = BASE_PLAN, every = 500, onStep, signal }: PretrainBaseOptions = {},
): Promise<BaseScore[] | undefined> {
  writeFileSafely(join(folder, 'tokenizer.json'), `${JSON.stringify(baseTokenizer(), null, 1)}\n`);
  const tokenizer = loadTokenizer(folder);
  const encode = wordEncoder(tokenizer, BASE_CONFIG);
  const drawExample = (random: Random) => {
    const { prompt, answer } = drawSkill(random);
    return encode(prompt, answer);
  };
  const isRight = await exactAnswers(BASE_CONFIG, plan.shape, BASE_CONFIG.pad!, plan.sequences);
  const questions = skillNames.map((name): [string, TokenExample[]] => [
    name,
    skillQuestions(name).map(({ prompt, answer }) => encode(prompt, answer)),
  ]);
  const evaluate = async (parameters: Record<string, TensorData>) => {
    const scores: Record<string, number> = {};
    for (const [name, examples] of questions) scores[name] = (await isRight(parameters, examples)).filter(Boolean).length / QUESTIONS;
    return scores;
  };
  try {
    const { parameters, done } = await pretrain(BASE_CONFIG, plan, {
      draw: drawExample,
      pad: BASE_CONFIG.pad!,
      folder,
      evaluate,
      every,
      onStep,
      signal,
    });
    if (!done) return undefined;
    const model = { config: BASE_CONFIG, parameters, tokenizer };
    saveModel(folder, model);
    const scores = await scoreBase(model);
    writeFileSafely(join(folder, 'scores.json'), `${JSON.stringify({ plan, questions: QUESTIONS, scores }, null, 1)}\n`);
    return scores;
  } finally {
    await isRight.dispose();
  }
}
