import * as tf from '@tensorflow/tfjs';
import { UserError } from '../../core/index.ts';

/**
 * Cross-entropy of each row, log Σ exp(logits) − logits[label], without a one-hot of the vocabulary, forward or backward.
 * Works eagerly and within `jit`. Source: ours.
 *
 * Take the rows that have a label from the hidden states before multiplying with the vocabulary's matrix, not after.
 *
 * @param logits float32 [n, V]
 * @param labels int32 [n], from 0 to V − 1
 * @returns float32 [n]
 * @throws UserError when the shapes do not match
 */
export function crossEntropy(logits: tf.Tensor, labels: tf.Tensor): tf.Tensor1D {
  const [n, vocabulary] = logits.shape;
  if (logits.rank !== 2 || labels.rank !== 1 || labels.shape[0] !== n) {
    const shapes = `logits [${logits.shape.join(', ')}] and labels [${labels.shape.join(', ')}]`;
    throw new UserError(`crossEntropy: logits must be [n, V] and labels [n], got ${shapes}`);
  }
  // The label's place in the flat logits, since one gather of scalars is the cheapest.
  const places = tf.add(tf.mul(tf.range(0, n, 1, 'int32'), tf.scalar(vocabulary, 'int32')), tf.cast(labels, 'int32'));
  const run = tf.customGrad((x, save) => {
    const table = x as tf.Tensor2D;
    const probabilities = tf.softmax(table);
    (save as tf.GradSaveFunc)([probabilities, places]);
    // The highest probability is 1 / Σ exp(x − highest), so the sum needs no pass of its own.
    const logSum = tf.sub(tf.max(table, 1), tf.log(tf.max(probabilities, 1)));
    const value = tf.sub(logSum, tf.gather(tf.reshape(table, [n * vocabulary]), places));
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [p, at] = saved;
      const flat = tf.reshape(p, [n * vocabulary]);
      const less = tf.tensorScatterUpdate(flat, tf.reshape(at, [n, 1]), tf.sub(tf.gather(flat, at), 1));
      return tf.mul(tf.reshape(less, [n, vocabulary]), tf.reshape(dy, [n, 1]));
    };
    return { value, gradFunc: gradFunc as (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor };
  });
  return run(logits) as tf.Tensor1D;
}
