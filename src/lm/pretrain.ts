import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random, type Seed, UserError, writeFileSafely } from '../core/index.ts';
import { adamW, cosineSchedule, leaves, type TensorData, type Tree, trainer } from '../engine/index.ts';
import { type BatchShape, batchOf, type TokenExample } from './batch.ts';
import type { LlamaConfig } from './config.ts';
import { type Batch, batchLoss, type Parameters } from './model.ts';
import { randomParameters } from './random-parameters.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

/** How a model is pre-trained; together with the examples all that its weights depend on. */
export interface PretrainPlan {
  seed: Seed;
  steps: number;
  /** Sequences of a step. */
  sequences: number;
  shape: BatchShape;
  /** The highest learning rate, reached after `warmup` steps and left by a cosine to a share `floor` of it. */
  learningRate: number;
  warmup: number;
  floor: number;
  weightDecay: number;
  beta2: number;
  /** Gradients of a larger norm are scaled down to it. */
  maxNorm: number;
}

/** Options of `pretrain`. */
export interface PretrainOptions {
  /** Draws one example. Must depend on nothing but the generator. */
  draw(random: Random): TokenExample;
  /** The token that fills up; must not be one of the examples'. */
  pad: number;
  /** Where checkpoint and record are kept; a run that was killed goes on from there. */
  folder: string;
  /** Scores of the parameters by name, asked for with each checkpoint. */
  evaluate?(parameters: Record<string, TensorData>): Promise<Record<string, number>>;
  /** Steps between two checkpoints. */
  every: number;
  /** Called after each step. */
  onStep?(step: number, loss: number): void;
  /** Ends the run after the step under way; the next run goes on from the last checkpoint. */
  signal?: AbortSignal;
}

/** One line of the record: the mean loss of the steps since the line before, and scores where there are some. */
export interface TrainingEntry {
  step: number;
  loss: number;
  /** Seconds of training so far, without what other runs before a kill had not saved. */
  seconds: number;
  scores?: Record<string, number>;
}

/** Steps between two lines of the record. */
const RECORD_EVERY = 50;
const CHECKPOINT = 'checkpoint.safetensors';
const RECORD = 'training.jsonl';

/** What a checkpoint says of itself. */
interface Saved {
  parameters: Record<string, TensorData>;
  moments: Record<string, TensorData>[];
  step: number;
  record: TrainingEntry[];
}

/**
 * Trains a model from random weights on examples drawn as they are needed, the loss on their answers. Source: ours.
 *
 * The same plan gives the same weights to the bit, on one machine, whether or not the run was interrupted: a step's examples depend
 * on the seed and the step's number only, and a checkpoint holds the optimiser's state.
 *
 * @returns the parameters under Hugging Face's names, and the record; `done` is false when the signal ended the run early
 * @throws UserError when the folder holds the checkpoint of another plan, or the loss is no longer finite
 */
export async function pretrain(
  config: LlamaConfig,
  plan: PretrainPlan,
  options: PretrainOptions,
): Promise<{ parameters: Record<string, TensorData>; record: TrainingEntry[]; done: boolean }> {
  const { draw, pad, folder, evaluate, every, onStep, signal } = options;
  if (every % RECORD_EVERY !== 0) throw new UserError(`pretrain: every must be a multiple of ${RECORD_EVERY}, got ${every}`);
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([config, plan]))
    .digest('hex');
  const saved = await readCheckpoint(folder, fingerprint);
  const { seed, steps, sequences, shape, learningRate, warmup, floor, weightDecay, beta2, maxNorm } = plan;
  const random = new Random(seed).split('examples');
  const batchAt = (step: number) => {
    const generator = random.split(step);
    return batchOf(
      Array.from({ length: sequences }, () => draw(generator)),
      shape,
      pad,
    );
  };
  const model = await trainer<Parameters, Batch>(
    (parameters, batch) => batchLoss(config, parameters, batch),
    saved?.parameters ?? randomParameters(config, seed),
    batchAt(0),
    adamW({ learningRate, beta2, weightDecay, maxNorm, schedule: cosineSchedule(warmup, steps, floor) }),
    saved && { state: { step: { shape: [], dtype: 'int32', data: Int32Array.of(saved.step) }, moments: saved.moments } },
  );
  const record = saved?.record ?? [];
  try {
    let began = performance.now() - (record.at(-1)?.seconds ?? 0) * 1000;
    let sum = 0;
    let step = saved?.step ?? 0;
    const save = () => writeCheckpoint(folder, fingerprint, step, model, record);
    while (step < steps && !signal?.aborted) {
      const loss = await model.step(batchAt(step));
      if (!Number.isFinite(loss)) {
        throw new UserError(`pretrain: the loss of step ${step + 1} is ${loss} (use a lower learning rate, now ${learningRate})`);
      }
      step++;
      sum += loss;
      onStep?.(step, loss);
      if (step % RECORD_EVERY === 0 || step === steps) {
        const entry: TrainingEntry = {
          step,
          loss: sum / (step % RECORD_EVERY || RECORD_EVERY),
          seconds: (performance.now() - began) / 1000,
        };
        sum = 0;
        record.push(entry);
        if (step % every === 0 || step === steps) {
          const paused = performance.now();
          if (evaluate !== undefined) entry.scores = await evaluate(model.parameters);
          save();
          began += performance.now() - paused;
        }
      }
    }
    return { parameters: copyOf(model.parameters), record, done: step === steps };
  } finally {
    await model.dispose();
  }
}

const copyOf = (parameters: Record<string, TensorData>): Record<string, TensorData> =>
  Object.fromEntries(Object.entries(parameters).map(([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() }]));

function writeCheckpoint(
  folder: string,
  fingerprint: string,
  step: number,
  { parameters, state }: { parameters: Record<string, TensorData>; state: { moments: Record<string, TensorData>[] } },
  record: TrainingEntry[],
): void {
  writeFileSafely(join(folder, RECORD), record.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  const tensors = leaves({ parameters, moments: state.moments } as Tree<TensorData>);
  writeSafetensors(join(folder, CHECKPOINT), tensors, { metadata: { fingerprint, step: String(step) } });
}

async function readCheckpoint(folder: string, fingerprint: string): Promise<Saved | undefined> {
  const file = join(folder, CHECKPOINT);
  if (!existsSync(file)) return undefined;
  const { tensors, metadata } = await readSafetensors(file);
  if (metadata.get('fingerprint') !== fingerprint) {
    throw new UserError(`pretrain: ${file} must be a checkpoint of this plan, got that of another (remove it or choose another folder)`);
  }
  const step = Number(metadata.get('step'));
  const below = (prefix: string) =>
    Object.fromEntries(
      [...tensors].filter(([name]) => name.startsWith(prefix)).map(([name, tensor]) => [name.slice(prefix.length), tensor as TensorData]),
    );
  const lines = readFileSync(join(folder, RECORD), 'utf8').trim().split('\n');
  // A kill may fall between the two files.
  const record = lines.map((line) => JSON.parse(line) as TrainingEntry).filter((entry) => entry.step <= step);
  return { parameters: below('parameters.'), moments: [below('moments.0.'), below('moments.1.')], step, record };
}
