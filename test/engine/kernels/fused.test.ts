import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jit, rmsNorm, rotary, type TensorData } from '../../../src/engine/index.ts';
import { check, data, seeds, shapes } from './check.ts';

const layerNorm = (x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor) => {
  const { mean, variance } = tf.moments(x, -1, true);
  return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5))), weight), bias);
};
/** Their gradients have cancellations, so the numbers stay near 1. */
const rows = fc.tuple(shapes(1, 3), fc.integer({ min: 1, max: 9 }), seeds).map(([lead, d, seed]) => ({
  x: data([...lead, d], seed, 0.5, 2.5),
  weight: data([d], seed + 1, 0.5, 1.5),
  bias: data([d], seed + 2),
}));
/** What the operations should be, in TensorFlow.js's own terms and with its own gradients. */
const plainNorm = (x: tf.Tensor, weight: tf.Tensor) => tf.mul(tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), 1e-5))), weight);
const plainRotary = (x: tf.Tensor, cos: tf.Tensor, sin: tf.Tensor) => {
  const [first, second] = tf.split(x, 2, -1);
  const double = (table: tf.Tensor) => tf.concat([table, table], -1);
  return tf.add(tf.mul(x, double(cos)), tf.mul(tf.concat([tf.neg(second), first], -1), double(sin)));
};
const turns = fc
  .tuple(
    fc.integer({ min: 0, max: 3 }),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 5 }),
    seeds,
  )
  .map(([B, H, T, half, seed]) => ({ x: data([B, H, T, 2 * half], seed), angles: data([T, half], seed + 1) }));
/** cos and sin of the angles, which take no gradient. */
const table = ({ data, shape }: TensorData, fn: (x: number) => number) =>
  tf.tensor(Float32Array.from(data as Float32Array, fn), [...shape]);

describe('normalisation and rotation, value and gradient', () => {
  check('RmsNorm', {
    kernels: [],
    examples: rows.map(({ x, weight }) => ({ inputs: [x, weight], run: (a: tf.Tensor, w: tf.Tensor) => rmsNorm(a, w) })),
    gradient: true,
    tolerance: 1e-4,
  });
  check('LayerNorm, composed', {
    kernels: ['Mean', 'Rsqrt', 'Sub'],
    examples: rows.map(({ x, weight, bias }) => ({ inputs: [x, weight, bias], run: layerNorm })),
    gradient: true,
    tolerance: 1e-3,
  });
  check('Rotary', {
    kernels: [],
    examples: turns.map(({ x, angles }) => ({
      inputs: [x],
      run: (a: tf.Tensor) => rotary(a, table(angles, Math.cos), table(angles, Math.sin)),
    })),
    gradient: true,
  });

  it('has the value and gradient of the definition, eagerly', async () => {
    await tf.setBackend('cpu');
    fc.assert(
      fc.property(rows, turns, ({ x, weight }, { x: turned, angles }) => {
        tf.tidy(() => {
          const [cos, sin] = [table(angles, Math.cos), table(angles, Math.sin)];
          const one = (fn: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor, a: tf.Tensor, b: tf.Tensor) =>
            tf.grads((p: tf.Tensor, q: tf.Tensor) => tf.sum(tf.sin(fn(p, q))))([a, b]);
          const [a, w] = [tf.tensor(x.data, [...x.shape]), tf.tensor(weight.data, [...weight.shape])];
          const b = tf.tensor(turned.data, [...turned.shape]);
          const pairs = [
            [rmsNorm(a, w), plainNorm(a, w)],
            [rotary(b, cos, sin), plainRotary(b, cos, sin)],
          ];
          if (a.size > 0)
            one(rmsNorm, a, w).forEach((grad, i) => {
              pairs.push([grad, one(plainNorm, a, w)[i]]);
            });
          const turn = (fn: typeof rotary) => tf.grad((p: tf.Tensor) => tf.sum(tf.sin(fn(p, cos, sin))))(b);
          if (b.size > 0) pairs.push([turn(rotary), turn(plainRotary)]);
          for (const [got, want] of pairs) {
            expect(got.shape).toEqual(want.shape);
            if (got.size > 0) expect(tf.max(tf.abs(tf.sub(got, want))).dataSync()[0]).toBeLessThan(1e-4);
          }
        });
      }),
      { numRuns: 25, seed: 5 },
    );
  });

  it('refuses shapes that do not fit', () => {
    expect(() => rmsNorm(tf.zeros([2, 3]), tf.zeros([2]))).toThrow('rmsNorm: weight must be [3] to match x [2, 3], got [2]');
    expect(() => rotary(tf.zeros([1, 1, 2, 4]), tf.zeros([2, 4]), tf.zeros([2, 2]))).toThrow('rotary: x must be [B, H, T, D]');
  });

  it('is one operator in a graph', async () => {
    const fn = ({ x, w }: Record<'x' | 'w', tf.Tensor>) => rmsNorm(x, w);
    const run = await jit(fn, { x: { shape: [4, 6], dtype: 'float32' }, w: { shape: [6], dtype: 'float32' } });
    expect(run.explain().operators).toEqual({ SimplifiedLayerNormalization: 1 });
  });
});
