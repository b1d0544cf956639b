import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe } from 'vitest';
import type { DType } from '../../../src/engine/index.ts';
import { broadcastPairs, check, data, seeds, shapes } from './check.ts';

type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

/** Operation and the intervals of its arguments. */
const REAL: Record<string, [Binary, low?: number, high?: number, lowB?: number, highB?: number]> = {
  Add: [tf.add],
  Sub: [tf.sub],
  Multiply: [tf.mul],
  RealDiv: [tf.div, -3, 3, 0.5, 3],
  Maximum: [tf.maximum],
  Minimum: [tf.minimum],
  Pow: [tf.pow, 0.25, 3, -2, 2],
  SquaredDifference: [tf.squaredDifference],
  FloorDiv: [tf.floorDiv, -3, 3, 0.5, 3],
  Mod: [tf.mod, -3, 3, 0.5, 3],
  Atan2: [tf.atan2, -3, 3, 0.5, 3],
};
/** TensorFlow.js has no gradient of these, or none that broadcasts. */
const WITHOUT_BROADCAST_GRADIENT = ['FloorDiv', 'Maximum', 'Minimum', 'SquaredDifference'];
const COMPARE: Record<string, Binary> = {
  Equal: tf.equal,
  NotEqual: tf.notEqual,
  Greater: tf.greater,
  GreaterEqual: tf.greaterEqual,
  Less: tf.less,
  LessEqual: tf.lessEqual,
};

const pairs = (run: Binary, dtype: DType, low = -3, high = 3, lowB = low, highB = high) =>
  fc.tuple(broadcastPairs, seeds).map(([[a, b], seed]) => ({
    inputs: [data(a, seed, low, high, dtype), data(b, seed + 1, lowB, highB, dtype)],
    run,
  }));

describe('kernels of two tensors that broadcast, value and gradient', () => {
  for (const [kernel, [run, ...interval]] of Object.entries(REAL)) {
    const gradient = !WITHOUT_BROADCAST_GRADIENT.includes(kernel);
    check(kernel, { kernels: [kernel], examples: pairs(run, 'float32', ...interval), gradient, tolerance: 1e-4 });
  }
  for (const [kernel, run] of Object.entries({
    Maximum: tf.maximum,
    Minimum: tf.minimum,
    SquaredDifference: tf.squaredDifference,
    Prelu: tf.prelu,
  })) {
    check(`${kernel} of equal shapes`, {
      kernels: [kernel],
      examples: fc
        .tuple(shapes(), seeds)
        .map(([shape, seed]) => ({ inputs: [data(shape, seed), data(shape, seed + 1)], run: run as Binary })),
      gradient: true,
    });
  }
  for (const kernel of ['Add', 'Sub', 'Multiply', 'Maximum', 'Minimum']) {
    check(`${kernel} of int32`, { kernels: [kernel], examples: pairs(REAL[kernel][0], 'int32') });
  }
  check('FloorDiv of int32', { kernels: ['FloorDiv'], examples: pairs(tf.floorDiv, 'int32', -9, 9, 1, 4) });
  check('BitwiseAnd', {
    kernels: ['BitwiseAnd'],
    examples: fc.tuple(shapes(), seeds).map(([shape, seed]) => ({
      inputs: [data(shape, seed, 0, 9, 'int32'), data(shape, seed + 1, 0, 9, 'int32')],
      run: tf.bitwiseAnd as Binary,
    })),
  });
  for (const [kernel, run] of Object.entries(COMPARE)) {
    for (const dtype of ['float32', 'int32', 'bool'] as const)
      check(`${kernel} of ${dtype}`, { kernels: [kernel], examples: pairs(run, dtype), runs: 6 });
  }
  check('LogicalAnd', { kernels: ['LogicalAnd'], examples: pairs(tf.logicalAnd, 'bool', 0, 1) });
  check('LogicalOr', { kernels: ['LogicalOr'], examples: pairs(tf.logicalOr, 'bool', 0, 1) });
  check('LogicalXor, of LogicalOr, LogicalAnd and LogicalNot', { kernels: ['LogicalNot'], examples: pairs(tf.logicalXor, 'bool', 0, 1) });
  check('Prelu', { kernels: ['Prelu'], examples: pairs(tf.prelu, 'float32') });
  check('EluGrad', {
    kernels: ['EluGrad'],
    examples: pairs(tf.mul, 'float32').map(({ inputs: [x] }) => ({ inputs: [x], run: ((y: tf.Tensor) => tf.elu(y)) as Binary })),
    gradient: true,
  });
  check('AddN', {
    kernels: ['AddN'],
    examples: fc.tuple(shapes(), seeds).map(([shape, seed]) => ({
      inputs: [0, 1, 2].map((i) => data(shape, seed + i)),
      run: (...x: tf.Tensor[]) => tf.addN(x),
    })),
    gradient: true,
  });
});
