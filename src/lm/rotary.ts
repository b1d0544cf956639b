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
 * Cosines and sines of the rotary positions 0, 1, 2 …, each float32 [length, D / 2].
 * Source: Su et al., RoFormer, 2021, with the halves laid out as in Hugging Face's Llama.
 */
export function rotaryTables(config: LlamaConfig, length: number): { cos: tf.Tensor2D; sin: tf.Tensor2D } {
  const each = frequencies(config).map(Math.fround);
  const angles = Float32Array.from({ length: length * each.length }, (_, i) => Math.floor(i / each.length) * each[i % each.length]);
  const table = (fn: (x: number) => number) => tf.tensor2d(angles.map(fn), [length, each.length]);
  return { cos: table(Math.cos), sin: table(Math.sin) };
}

/**
 * The same at given positions.
 *
 * @param positions int32 [B, T]
 * @returns each float32 [B, 1, T, D / 2]
 */
export function rotaryAt(config: LlamaConfig, positions: tf.Tensor): { cos: tf.Tensor; sin: tf.Tensor } {
  const [B, T] = positions.shape as [number, number];
  const angles = tf.mul(tf.reshape(tf.cast(positions, 'float32'), [B, 1, T, 1]), tf.tensor1d(frequencies(config), 'float32'));
  return { cos: tf.cos(angles), sin: tf.sin(angles) };
}

/**
 * x turned by positions that differ from row to row; `rotary` of the engine is for positions that do not.
 *
 * @param x float32 [B, heads, T, D]
 * @param cos float32 [B, 1, T, D / 2], as is sin
 */
export function rotateAt(x: tf.Tensor, cos: tf.Tensor, sin: tf.Tensor): tf.Tensor {
  const [first, second] = tf.split(x, 2, -1);
  return tf.concat([tf.sub(tf.mul(first, cos), tf.mul(second, sin)), tf.add(tf.mul(second, cos), tf.mul(first, sin))], -1);
}
