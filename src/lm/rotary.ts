import * as tf from '@tensorflow/tfjs';
import type { LlamaConfig } from './config.ts';

/** Angle per position of each of the D/2 planes, with Llama 3.1's stretching where the configuration has it. */
export function frequencies({
  headDim,
  rotaryBase,
  rotaryScaling,
}: Pick<LlamaConfig, 'headDim' | 'rotaryBase' | 'rotaryScaling'>): number[] {
  const plain = Array.from({ length: headDim / 2 }, (_, i) => rotaryBase ** ((-2 * i) / headDim));
  if (rotaryScaling === undefined) return plain;
  const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalPositions } = rotaryScaling;
  return plain.map((frequency) => {
    const turns = (originalPositions * frequency) / (2 * Math.PI);
    const share = Math.min(1, Math.max(0, (turns - low) / (high - low)));
    return (1 - share) * (frequency / factor) + share * frequency;
  });
}

/**
 * Cosines and sines of the rotary positions, each float32 [length, D], both halves alike.
 * Source: Su et al., RoFormer, 2021, with the halves laid out as in Hugging Face's Llama.
 */
export function rotaryTables(config: LlamaConfig, length: number): { cos: tf.Tensor2D; sin: tf.Tensor2D } {
  const each = frequencies(config);
  const half = each.length;
  const table = (fn: (x: number) => number): tf.Tensor2D => {
    const data = new Float32Array(length * 2 * half);
    for (let t = 0; t < length; t++) {
      for (let i = 0; i < half; i++) data[t * 2 * half + i] = data[t * 2 * half + half + i] = fn(Math.fround(t * Math.fround(each[i])));
    }
    return tf.tensor2d(data, [length, 2 * half]);
  };
  return { cos: table(Math.cos), sin: table(Math.sin) };
}

/**
 * The same at given positions.
 *
 * @param positions int32 [B, T]
 * @returns each float32 [B, 1, T, D]
 */
export function rotaryAt(config: LlamaConfig, positions: tf.Tensor): { cos: tf.Tensor; sin: tf.Tensor } {
  const [B, T] = positions.shape as [number, number];
  const each = frequencies(config);
  const angles = tf.mul(tf.reshape(tf.cast(positions, 'float32'), [B, 1, T, 1]), tf.tensor1d([...each, ...each], 'float32'));
  return { cos: tf.cos(angles), sin: tf.sin(angles) };
}

/**
 * x turned by its positions.
 *
 * @param x float32 [B, heads, T, D]
 * @param cos float32 [T, D] or [B, 1, T, D], as is sin
 */
export function rotate(x: tf.Tensor, cos: tf.Tensor, sin: tf.Tensor): tf.Tensor {
  const [first, second] = tf.split(x, 2, -1);
  return tf.add(tf.mul(x, cos), tf.mul(tf.concat([tf.neg(second), first], -1), sin));
}
