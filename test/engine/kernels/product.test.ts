import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe } from 'vitest';
import { check, data, seeds } from './check.ts';

const length = fc.integer({ min: 0, max: 4 });
type Batches = [number[], number[]];
const equalBatches = fc.constantFrom<Batches>(
  [[], []],
  [[2], [2]],
  [
    [2, 3],
    [2, 3],
  ],
  [
    [1, 2],
    [1, 2],
  ],
  [[0], [0]],
);
const broadcastBatches = fc.constantFrom<Batches>(
  [[2, 3], [3]],
  [[3], []],
  [
    [1, 2],
    [3, 1],
  ],
  [[], [2, 2]],
  [
    [2, 2],
    [1, 1],
  ],
);
/** A [..., m, k] and B [..., k, n], each perhaps transposed. */
const operands = (batches: fc.Arbitrary<Batches>) =>
  fc
    .tuple(batches, length, length, length, fc.boolean(), fc.boolean(), seeds)
    .map(([[left, right], m, k, n, transposeA, transposeB, seed]) => ({
      inputs: [data([...left, ...(transposeA ? [k, m] : [m, k])], seed), data([...right, ...(transposeB ? [n, k] : [k, n])], seed + 1)],
      run: (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b, transposeA, transposeB),
    }));

describe('products, value and gradient', () => {
  check('BatchMatMul', { kernels: ['BatchMatMul'], examples: operands(equalBatches), gradient: true, runs: 40 });
  // TensorFlow.js has no gradient that sums over batches.
  check('BatchMatMul of batches that broadcast', { kernels: ['BatchMatMul'], examples: operands(broadcastBatches), runs: 30 });
  check('BatchMatMul of scaled, transposed and summed operands', {
    kernels: ['BatchMatMul', 'Transpose', 'Multiply', 'Add'],
    examples: fc.tuple(length, length, length, seeds).map(([m, k, n, seed]) => ({
      inputs: [data([m, k], seed), data([n, k], seed + 1), data([m, n], seed + 2)],
      run: (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) => {
        const product = tf.matMul(tf.mul(a, 0.5), tf.transpose(tf.neg(b)));
        return [
          tf.add(tf.mul(product, 3), c),
          tf.add(tf.matMul(a, b, false, true), tf.matMul(a, tf.mul(b, c.size > 0 ? 2 : 1), false, true)),
        ];
      },
    })),
    gradient: true,
    tolerance: 1e-4,
  });
  for (const activation of ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const) {
    check(`_FusedMatMul with ${activation}`, {
      kernels: ['_FusedMatMul'],
      examples: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), seeds).map(([m, n, seed]) => ({
        inputs: [data([m, 3], seed), data([3, n], seed + 1), data([n], seed + 2), data([n], seed + 3)],
        run: (a: tf.Tensor, b: tf.Tensor, bias: tf.Tensor, weights: tf.Tensor) =>
          tf.fused.matMul({ a, b, bias, activation, preluActivationWeights: weights, leakyreluAlpha: 0.3 }),
      })),
      runs: 4,
    });
  }
  for (const [equation, left, right] of [
    ['ij,jk->ik', [2, 3], [3, 4]],
    ['bij,bjk->bik', [2, 2, 3], [2, 3, 2]],
    ['ij,ij->', [2, 3], [2, 3]],
    ['bhtd,bhsd->bhts', [1, 2, 3, 2], [1, 2, 4, 2]],
  ] as const) {
    check(`Einsum ${equation}`, {
      kernels: ['Einsum'],
      examples: seeds.map((seed) => ({
        inputs: [data([...left], seed), data([...right], seed + 1)],
        run: (a: tf.Tensor, b: tf.Tensor) => tf.einsum(equation, a, b),
      })),
      runs: 3,
    });
  }
});
