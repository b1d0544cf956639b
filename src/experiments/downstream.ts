import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AdapterConfig, adapterConfig, countsOf } from '../adapters/index.ts';
import type { Seed } from '../core/index.ts';
import {
  answers,
  type Base,
  type Client,
  type ClientModels,
  type FederatedPlan,
  federate,
  federatedPlan,
  strategyNamed,
} from '../federated/index.ts';
import { type LanguageModel, loadModel, type TokenExample } from '../lm/index.ts';
import { exactMatch, rougeL } from '../metrics/index.ts';
import { type Example, findTask, shortPrompt, splitTask } from '../tasks/index.ts';
import { UNDESCRIBED, wordEncoder } from './base-model.ts';
import type { Experiment } from './records.ts';

const FOLDER = fileURLToPath(new URL('../../data/base-model', import.meta.url));
/** The most tokens of an answer that is scored; the longest right one has 9. */
const MOST_ANSWER_TOKENS = 10;

let loaded: Promise<LanguageModel> | undefined;

/** The committed base model, read once. @throws UserError when its folder is missing or damaged */
export function baseModel(): Promise<LanguageModel> {
  loaded ??= loadModel(FOLDER);
  return loaded;
}

let hash: string | undefined;

/** What names the base model in a record: the beginning of the hash of its weights, which are read once. */
export function baseModelHash(): string {
  hash ??= createHash('sha256')
    .update(readFileSync(join(FOLDER, 'model.safetensors')))
    .digest('hex')
    .slice(0, 12);
  return hash;
}

/** A client of a downstream task, with its examples as text and as tokens. */
export interface TaskClient extends Client {
  task: string;
  validation: readonly TextExample[];
  test: readonly TextExample[];
}
/** An example with its answer as text. */
export interface TextExample extends TokenExample {
  output: string;
}

/** How many examples a client has, and how it is asked. */
export interface DownstreamData {
  /** n */
  examples: number;
  validation: number;
  test: number;
  /** Whether the instruction says what is to be done; `undescribed` leaves the rule to be learned from the examples. */
  prompt: 'described' | 'undescribed';
}

/**
 * A client for each task, in their order. A task that is named again gets other data; the data of a client depends on its task, on
 * how often the task came before it, and on the seed, not on the other clients.
 *
 * @throws UserError for a task that does not exist
 */
export async function taskClients(
  tasks: readonly string[],
  { examples, validation, test, prompt }: DownstreamData,
  seed: Seed,
): Promise<TaskClient[]> {
  const { tokenizer, config } = await baseModel();
  const encode = wordEncoder(tokenizer!, config);
  return tasks.map((id, index) => {
    const task = findTask(id);
    const earlier = tasks.slice(0, index).filter((other) => other === id).length;
    const split = splitTask(task, { train: examples, validation, test, seed: `${seed} ${earlier}` });
    const tokens = ({ input, output }: Example): TextExample => ({
      ...encode(shortPrompt(prompt === 'described' ? task.instruction : UNDESCRIBED, input), output),
      output,
    });
    const [train, validate, tested] = [split.train, split.validation, split.test].map((part) => part.map(tokens));
    return { id: `${index} ${id}`, task: id, train, validation: validate, test: tested };
  });
}

/** The frozen model as a federation takes it. */
export async function federatedBase(): Promise<Base> {
  const { config, parameters } = await baseModel();
  return { config, parameters, pad: config.pad! };
}

/** How a client's model answers. */
export interface ClientScore {
  task: string;
  /** Mean Rouge-L, 0 to 100. */
  rougeL: number;
  /** Share of answers that match exactly after the official normalisation, 0 to 100. */
  exact: number;
}

/** Every client's answers to its own questions, scored. */
export async function scoreTaskClients(
  models: ClientModels,
  clients: readonly TaskClient[],
  part: 'validation' | 'test',
  adapter: AdapterConfig,
): Promise<ClientScore[]> {
  const { tokenizer } = await baseModel();
  const prompts = clients.map((client) => client[part].map(({ prompt }) => prompt));
  const made = await answers(await federatedBase(), models, prompts, { adapter, maxTokens: MOST_ANSWER_TOKENS });
  return clients.map((client, i) => {
    const texts = made[i].map((tokens) => tokenizer!.decode(tokens));
    const mean = (score: (text: string, output: string) => number) =>
      texts.reduce((sum, text, j) => sum + score(text, client[part][j].output), 0) / texts.length;
    return {
      task: client.task,
      rougeL: mean((text, output) => rougeL(text, [output])),
      exact: mean((text, output) => exactMatch(text, [output])),
    };
  });
}

/** A federation of downstream tasks, as it stands in a record. */
export interface TaskRunConfig extends DownstreamData {
  strategy: string;
  tasks: readonly string[];
  rank: number;
  rounds: number;
  localSteps: number;
  learningRate: number;
  /** Which examples are scored. */
  part: 'validation' | 'test';
  /** The base model's hash. */
  base: string;
}

/** What a federation of downstream tasks came to. */
export interface TaskRunResult {
  clients: ClientScore[];
  /** Training loss of each client in the last round. */
  losses: number[];
  /** Trained numbers of all clients together, and bytes that a client sent up and got down in a round. */
  parameters: number;
  up: number;
  down: number;
  seconds: number;
}

/** A configuration in the regime that the figures use, with parts replaced. */
export const taskRunConfig = (parts: Pick<TaskRunConfig, 'strategy' | 'tasks'> & Partial<TaskRunConfig>): TaskRunConfig => ({
  examples: 16,
  validation: 0,
  test: 64,
  prompt: 'undescribed',
  rank: 8,
  rounds: 16,
  localSteps: 5,
  learningRate: 5e-3,
  part: 'test',
  base: baseModelHash(),
  ...parts,
});

/** The plan of a configuration; the cores' learning rate is four times that of the factors. */
export const planOf = (
  { rank, rounds, localSteps, learningRate }: Pick<TaskRunConfig, 'rank' | 'rounds' | 'localSteps' | 'learningRate'>,
  seed: Seed,
): FederatedPlan =>
  federatedPlan({ adapter: adapterConfig({ rank }), rounds, localSteps, learningRate, coreLearningRate: 4 * learningRate, seed });

/** Trains a federation of downstream tasks on the base model and scores every client on its own task. Source: ours. */
export const taskRun: Experiment<TaskRunConfig, TaskRunResult> = {
  name: 'task-run',
  version: 2,
  async run(config, seed) {
    const strategy = strategyNamed(config.strategy);
    const clients = await taskClients(config.tasks, config, seed);
    const plan = planOf(config, seed);
    const base = await federatedBase();
    const { models, history, seconds } = await federate(strategy, base, clients, plan);
    const { losses, traffic } = history[history.length - 1];
    const each = clients.length * plan.rounds;
    return {
      clients: await scoreTaskClients(models, clients, config.part, plan.adapter),
      losses: [...losses],
      parameters: countsOf(strategy.costs, base.config, plan.adapter, clients.length).parameters,
      up: traffic.up / each,
      down: traffic.down / each,
      seconds,
    };
  },
};
