import * as tf from '@tensorflow/tfjs';

/**
 * x · sigmoid(x), with a gradient of fewer passes over memory than the product rule gives. Works eagerly and within `jit`.
 * Source: ours.
 *
 * @param x float32, any shape
 * @returns the shape of x
 */
export function silu<T extends tf.Tensor>(x: T): T {
  const run = tf.customGrad((input, save) => {
    const x = input as tf.Tensor;
    const gate = tf.sigmoid(x);
    const value = tf.mul(x, gate);
    (save as tf.GradSaveFunc)([gate, value]);
    const gradFunc = (dy: tf.Tensor, [s, y]: tf.Tensor[]) => tf.mul(dy, tf.add(s, tf.mul(y, tf.sub(1, s))));
    return { value, gradFunc: gradFunc as (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor };
  });
  return run(x) as T;
}
