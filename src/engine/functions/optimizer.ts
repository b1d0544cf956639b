import * as tf from '@tensorflow/tfjs';
import { checkOptions, UserError } from '../../core/index.ts';
import { leaves, mapTree, type TensorData, type Tree } from '../tree.ts';

/** What an optimiser remembers between steps: how many there were, int32 [], and trees of the parameters' shapes. */
export interface OptimizerState<T> {
  step: tf.Tensor;
  moments: T[];
}

/** An optimiser; works eagerly and within `jit`. */
export interface Optimizer {
  /** How many tensors of each parameter's shape are remembered. */
  readonly moments: number;
  /**
   * One step.
   *
   * @param parameters tree of float32 tensors
   * @param grads the same tree
   * @param state as `optimizerState` gives it
   * @returns the new parameters and the new state
   */
  update<T>(parameters: T, grads: T, state: OptimizerState<T>): { parameters: T; state: OptimizerState<T> };
}

/** A factor of the learning rate for each step: a function of the number of steps done before, float32 []. */
export type Schedule = (step: tf.Tensor) => tf.Tensor;

/** Options that both optimisers have. */
export interface OptimizerOptions {
  learningRate: number;
  /** Multiplies the learning rate; 1 by default. */
  schedule?: Schedule;
  /** Gradients whose norm over all tensors is larger are scaled down to it. */
  maxNorm?: number;
  /** How much of each parameter is taken away in a step, times the learning rate. Decoupled, as in AdamW. */
  weightDecay?: number;
}

/**
 * Warm-up from 0 over some steps, then a cosine down to a share of the learning rate.
 *
 * @param total steps in all
 * @param floor what is left in the end, from 0 to 1
 */
export function cosineSchedule(warmup: number, total: number, floor = 0): Schedule {
  if (!(warmup >= 0 && total > warmup)) throw new UserError(`cosineSchedule: total must be above warmup ${warmup}, got ${total}`);
  return (step) => {
    const up = tf.div(tf.add(step, 1), Math.max(warmup, 1));
    const share = tf.clipByValue(tf.div(tf.sub(step, warmup), total - warmup), 0, 1);
    const down = tf.add(tf.mul(tf.add(tf.cos(tf.mul(share, Math.PI)), 1), (1 - floor) / 2), floor);
    return tf.where(tf.less(step, warmup), up, down);
  };
}

/**
 * AdamW: mₜ = β₁ m + (1 − β₁) g, vₜ = β₂ v + (1 − β₂) g², p ← p − η (m̂ / (√v̂ + ε) + λ p), with m̂ and v̂ corrected for their start
 * at 0. Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019, Algorithm 2.
 */
export function adamW(options: OptimizerOptions & { beta1?: number; beta2?: number; epsilon?: number }): Optimizer {
  checkOptions('adamW', options, ['learningRate', 'schedule', 'maxNorm', 'weightDecay', 'beta1', 'beta2', 'epsilon']);
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  return optimizer(2, options, (p, g, [m, v], rate, step) => {
    const first = tf.add(tf.mul(m, beta1), tf.mul(g, 1 - beta1));
    const second = tf.add(tf.mul(v, beta2), tf.mul(tf.square(g), 1 - beta2));
    // The corrections are numbers, so they go into the step's two factors and not over the tensors.
    const count = tf.add(step, 1);
    const root = tf.sqrt(tf.sub(1, tf.pow(tf.scalar(beta2), count)));
    const factor = tf.div(tf.mul(rate, root), tf.sub(1, tf.pow(tf.scalar(beta1), count)));
    const change = tf.mul(tf.div(first, tf.add(tf.sqrt(second), tf.mul(root, epsilon))), factor);
    return [tf.sub(p, change), [first, second]];
  });
}

/**
 * Stochastic gradient descent with momentum: u ← μ u + g, p ← p − η (u + λ p), or with g + μ u in place of u where `nesterov`.
 * Source: Sutskever et al., On the importance of initialization and momentum, 2013, in PyTorch's form.
 */
export function sgd(options: OptimizerOptions & { momentum?: number; nesterov?: boolean }): Optimizer {
  checkOptions('sgd', options, ['learningRate', 'schedule', 'maxNorm', 'weightDecay', 'momentum', 'nesterov']);
  const { momentum = 0, nesterov = false } = options;
  return optimizer(momentum === 0 ? 0 : 1, options, (p, g, [u], rate) => {
    if (momentum === 0) return [tf.sub(p, tf.mul(g, rate)), []];
    const next = tf.add(tf.mul(u, momentum), g);
    const direction = nesterov ? tf.add(g, tf.mul(next, momentum)) : next;
    return [tf.sub(p, tf.mul(direction, rate)), [next]];
  });
}

/** Zeros for an optimiser to start with, as plain data. */
export function optimizerState<T>(optimizer: Optimizer, parameters: T): { step: TensorData; moments: T[] } {
  const zeros = () =>
    mapTree(parameters as Tree<TensorData>, ({ shape }) => ({
      shape,
      dtype: 'float32' as const,
      data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
    })) as T;
  return { step: { shape: [], dtype: 'int32', data: new Int32Array(1) }, moments: Array.from({ length: optimizer.moments }, zeros) };
}

type Rule = (p: tf.Tensor, g: tf.Tensor, moments: tf.Tensor[], rate: tf.Tensor, step: tf.Tensor) => [tf.Tensor, tf.Tensor[]];

function optimizer(moments: number, { learningRate, schedule, maxNorm, weightDecay = 0 }: OptimizerOptions, rule: Rule): Optimizer {
  if (!(learningRate > 0)) throw new UserError(`optimizer: learningRate must be above 0, got ${learningRate}`);
  return {
    moments,
    update(parameters, grads, state) {
      const step = tf.cast(state.step, 'float32');
      const rate = schedule === undefined ? tf.scalar(learningRate) : tf.mul(schedule(step), learningRate);
      const clipped = clip(leaves(grads as Tree<tf.Tensor>), maxNorm);
      const before = state.moments.map((tree) => leaves(tree as Tree<tf.Tensor>));
      const after = before.map(() => new Map<string, tf.Tensor>());
      const next = mapTree(parameters as Tree<tf.Tensor>, (p, path) => {
        const decayed = weightDecay === 0 ? p : tf.mul(p, tf.sub(1, tf.mul(rate, weightDecay)));
        const [value, kept] = rule(
          decayed,
          clipped.get(path)!,
          before.map((tree) => tree.get(path)!),
          rate,
          step,
        );
        kept.forEach((moment, i) => {
          after[i].set(path, moment);
        });
        return value;
      });
      type T = typeof parameters;
      const trees = after.map((tree) => mapTree(parameters as Tree<tf.Tensor>, (_, path) => tree.get(path)!) as T);
      return { parameters: next as T, state: { step: tf.add(state.step, tf.scalar(1, 'int32')), moments: trees } };
    },
  };
}

/** Gradients scaled so that their norm over all of them is at most maxNorm. */
function clip(grads: Map<string, tf.Tensor>, maxNorm: number | undefined): Map<string, tf.Tensor> {
  if (maxNorm === undefined) return grads;
  const squares = [...grads.values()].map((g) => tf.sum(tf.square(g)));
  const norm = tf.sqrt(tf.addN(squares));
  const factor = tf.minimum(1, tf.div(maxNorm, tf.add(norm, 1e-6)));
  return new Map([...grads].map(([path, g]) => [path, tf.mul(g, factor)]));
}
