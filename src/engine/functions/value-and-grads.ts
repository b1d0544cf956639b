import * as tf from '@tensorflow/tfjs';
import { UserError } from '../../core/index.ts';
import { leaves, mapTree, type Tree } from '../tree.ts';

/**
 * A function's value and its gradient with respect to every tensor of a tree. Works eagerly and within `jit`. Source: ours, on
 * TensorFlow.js's `valueAndGrads`.
 *
 * @param loss of the tree to one number, float32 []
 * @param at the tree of float32 tensors to differentiate at
 * @returns `grads` has the tree's names and shapes; a tensor on which the value does not depend has zeros
 * @throws UserError when the loss is no scalar
 */
export function valueAndGrads<T>(loss: (tree: T) => tf.Tensor, at: T): { value: tf.Scalar; grads: T } {
  const tensors = leaves(at as Tree<tf.Tensor>);
  const paths = [...tensors.keys()];
  const scalar = (...parts: tf.Tensor[]): tf.Scalar => {
    const byPath = new Map(paths.map((path, i) => [path, parts[i]]));
    const value = loss(mapTree(at as Tree<tf.Tensor>, (_, path) => byPath.get(path)!) as T);
    if (value.size !== 1)
      throw new UserError(`valueAndGrads: loss must be one number, got shape [${value.shape.join(', ')}] (take a mean or sum)`);
    // TensorFlow.js refuses a tensor that the value does not depend on; nothing times it makes it depend.
    return tf.reshape(value, []) as tf.Scalar;
  };
  const { value, grads } = tf
    .engine()
    .gradients(() => scalar(...[...tensors.values()]) as tf.Tensor, [...tensors.values()], undefined, true);
  const byPath = new Map(paths.map((path, i) => [path, (grads as (tf.Tensor | undefined)[])[i] ?? tf.zerosLike(tensors.get(path)!)]));
  return { value: value as tf.Scalar, grads: mapTree(at as Tree<tf.Tensor>, (_, path) => byPath.get(path)!) as T };
}
