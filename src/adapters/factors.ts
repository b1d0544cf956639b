import * as tf from '@tensorflow/tfjs';
import type { TensorData } from '../engine/index.ts';
import type { LinearMap } from '../lm/index.ts';

/**
 * An adapter of one weight, ΔWᵢ = s · Bᵢ Cᵢ Aᵢ for client i of k. Every parametrisation of this folder is an instance: what is
 * shared by all clients has 1 where what is personal has k.
 */
export interface Factors<T> {
  /** [1 or k, r, in]; LoRA's A, CoLoRA's Vᵀ. */
  a: T;
  /** [1 or k, out, r]; LoRA's B, CoLoRA's U. */
  b: T;
  /** The core, [1 or k, r, r], or [1 or k, r] when it is diagonal; the identity when left out. CoLoRA's Λ. */
  c?: T;
}
export type FactorName = keyof Factors<unknown>;

/** Factors of each adapted weight under its full name. */
export type Adapter<T> = Record<string, Factors<T>>;
export type AdapterData = Adapter<TensorData>;

/** x [n, p] times the transposes of m [g, q, p]: the g equal runs of rows each with their own. */
function times(x: tf.Tensor2D, m: tf.Tensor): tf.Tensor2D {
  const [n, p] = x.shape;
  const [g, q] = m.shape as [number, number, number];
  if (g === 1) return tf.matMul(x, tf.reshape(m, [q, p]) as tf.Tensor2D, false, true);
  return tf.reshape(tf.matMul(tf.reshape(x, [g, n / g, p]), m, false, true), [n, q]);
}

/** x [n, r] times the diagonals d [g, r], the g equal runs of rows each with its own. */
function timesDiagonal(x: tf.Tensor2D, d: tf.Tensor): tf.Tensor2D {
  const [n, r] = x.shape;
  const [g] = d.shape;
  return tf.reshape(tf.mul(tf.reshape(x, [g, n / g, r]), tf.reshape(d, [g, 1, r])), [n, r]);
}

/** x ΔWᵀ of one adapted weight: x [n, in] to [n, out], the clients' rows one after the other. */
function change(x: tf.Tensor2D, { a, b, c }: Factors<tf.Tensor>, scale: Branch['scale']): tf.Tensor2D {
  // Scaled where it is narrowest.
  const inner = scaled(times(x, a), scale);
  if (c === undefined) return times(inner, b);
  return times(c.rank === 2 ? timesDiagonal(inner, c) : times(inner, c), b);
}

/** An adapter with the factor it enters with: its scale s, or a share of it for a mixture. */
export interface Branch {
  adapter: Adapter<tf.Tensor>;
  /** A number, or float32 [g]: one for each of g equal runs of rows. */
  scale: number | tf.Tensor;
}

function scaled(y: tf.Tensor2D, scale: Branch['scale']): tf.Tensor2D {
  if (typeof scale === 'number') return tf.mul(y, scale);
  const [n, q] = y.shape;
  const [g] = scale.shape;
  return tf.reshape(tf.mul(tf.reshape(y, [g, n / g, q]), tf.reshape(scale, [g, 1, 1])), [n, q]);
}

/** The model's linear maps with adapters added; several branches add up. Weights without an adapter stay as they are. */
export function adaptedLinear(branches: readonly Branch[]): LinearMap {
  return (name, x, weight) => {
    let y: tf.Tensor2D = tf.matMul(x, weight, false, true);
    for (const { adapter, scale } of branches) {
      if (name in adapter) y = tf.add(y, change(x, adapter[name], scale));
    }
    return y;
  };
}

/** The same of branches by name, each with its scale. */
export const branchedLinear = (branches: Record<string, Adapter<tf.Tensor>>, scales: Record<string, Branch['scale']>): LinearMap =>
  adaptedLinear(Object.entries(branches).map(([branch, adapter]) => ({ adapter, scale: scales[branch] })));

/** An adapter with each of its tensors replaced. */
export function mapAdapter<T, R>(adapter: Adapter<T>, replace: (tensor: T, factor: FactorName, module: string) => R): Adapter<R> {
  return Object.fromEntries(
    Object.entries(adapter).map(([module, factors]) => {
      const each = Object.entries(factors).map(([factor, tensor]) => [factor, replace(tensor, factor as FactorName, module)]);
      return [module, Object.fromEntries(each)];
    }),
  );
}
