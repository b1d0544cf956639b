import * as tf from '@tensorflow/tfjs';
import { UserError } from '../../core/index.ts';
import { isTracing } from '../trace/index.ts';

/**
 * x / √(mean x² + ε) · weight along the last axis, with a gradient of few passes over memory. Works eagerly and within `jit`, where it
 * is one operator. Source: Zhang and Sennrich, Root Mean Square Layer Normalization, 2019; the gradient is ours.
 *
 * @param x float32 [..., d] @param weight float32 [d]
 * @returns the shape of x
 * @throws UserError when the lengths differ
 */
export function rmsNorm<T extends tf.Tensor>(x: T, weight: tf.Tensor, epsilon = 1e-5): T {
  const d = x.shape[x.rank - 1];
  if (weight.rank !== 1 || weight.shape[0] !== d) {
    throw new UserError(`rmsNorm: weight must be [${d}] to match x [${x.shape.join(', ')}], got [${weight.shape.join(', ')}]`);
  }
  const run = tf.customGrad((...args) => {
    const [rows, w, save] = args as unknown as [tf.Tensor2D, tf.Tensor1D, tf.GradSaveFunc];
    const [value, inverse] = normalised(rows, w, epsilon);
    save([rows, w, inverse]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [x, weight, r] = saved as [tf.Tensor2D, tf.Tensor1D, tf.Tensor2D];
      // With c = r³ Σ dy x w / d, the gradients are dy w r − x c, and Σ dy x r over rows; both sums are products with a vector.
      const product = tf.mul(dy, x) as tf.Tensor2D;
      const row = tf.matMul(product, tf.reshape(weight, [d, 1]));
      const c = tf.mul(tf.mul(row, tf.mul(r, tf.square(r))), 1 / d);
      return [tf.sub(tf.mul(tf.mul(dy, weight), r), tf.mul(x, c)), tf.reshape(tf.matMul(r, product, true), [d])];
    };
    return { value, gradFunc: gradFunc as (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor[] };
  });
  return tf.reshape(run(tf.reshape(x, [x.size / d, d]), weight), x.shape) as T;
}

/** The value, and 1 / √(mean x² + ε) of each row, [n, 1]. */
function normalised(x: tf.Tensor2D, weight: tf.Tensor1D, epsilon: number): tf.Tensor[] {
  if (isTracing() && x.size > 0) return tf.engine().runKernel('RmsNorm', { x, weight }, { epsilon }) as tf.Tensor[];
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(x), 1, true), epsilon));
  return [tf.mul(tf.mul(x, inverse), weight), inverse];
}
