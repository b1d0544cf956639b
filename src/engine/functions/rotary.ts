import * as tf from '@tensorflow/tfjs';
import { UserError } from '../../core/index.ts';
import { isTracing } from '../trace/index.ts';

/**
 * Rotary position embedding by halves: (x₁, x₂) becomes (x₁ cos − x₂ sin, x₂ cos + x₁ sin). Works eagerly and within `jit`, where it is
 * one operator, forward and backward. Source: Su et al., RoFormer, 2021, in the layout of Llama.
 *
 * @param x float32 [B, H, T, D], D even
 * @param cos float32 [T, D / 2], as sin; no gradient is taken of them
 * @returns the shape of x
 * @throws UserError when the shapes do not match
 */
export function rotary(x: tf.Tensor, cos: tf.Tensor, sin: tf.Tensor): tf.Tensor {
  const [T, D] = x.shape.slice(2);
  const wanted = `${[T, D / 2]}`;
  if (x.rank !== 4 || `${cos.shape}` !== wanted || `${sin.shape}` !== wanted) {
    const shapes = `x [${x.shape.join(', ')}], cos [${cos.shape.join(', ')}] and sin [${sin.shape.join(', ')}]`;
    throw new UserError(`rotary: x must be [B, H, T, D], cos and sin [T, D / 2], got ${shapes}`);
  }
  const run = tf.customGrad((input, save) => {
    (save as tf.GradSaveFunc)([cos, sin]);
    const gradFunc = (dy: tf.Tensor, [c, s]: tf.Tensor[]) => turned(dy, c, tf.neg(s));
    return { value: turned(input as tf.Tensor, cos, sin), gradFunc: gradFunc as (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor };
  });
  return run(x);
}

function turned(x: tf.Tensor, cos: tf.Tensor, sin: tf.Tensor): tf.Tensor {
  if (isTracing() && x.size > 0) return tf.engine().runKernel('Rotary', { x, cos, sin }) as tf.Tensor;
  const [first, second] = tf.split(x, 2, 3);
  const above = tf.sub(tf.mul(first, cos), tf.mul(second, sin));
  return tf.concat([above, tf.add(tf.mul(second, cos), tf.mul(first, sin))], 3);
}
