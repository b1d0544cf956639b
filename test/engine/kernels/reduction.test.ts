import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe } from 'vitest';
import type { DType } from '../../../src/engine/index.ts';
import { check, data, seeds, shapes } from './check.ts';

type Reduction = (x: tf.Tensor, axes?: number[], keepDims?: boolean) => tf.Tensor;

/** A tensor with some of its axes, some of them counted from the end. */
const withAxes = (minLength: number, dtype: DType, run: Reduction, low = -3, high = 3) =>
  fc
    .tuple(shapes(0, 4, minLength), fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 4, maxLength: 4 }), fc.boolean(), seeds)
    .map(([shape, picks, keepDims, seed]) => {
      const axes = shape.flatMap((_, i) => (picks[i][0] ? [picks[i][1] ? i - shape.length : i] : []));
      return { inputs: [data(shape, seed, low, high, dtype)], run: (x: tf.Tensor) => run(x, axes, keepDims) };
    });

/** A tensor with one of its axes. */
const withAxis = (minLength: number, dtype: DType, run: (x: tf.Tensor, axis: number) => tf.Tensor | tf.Tensor[], low = -3, high = 3) =>
  fc.tuple(shapes(1, 4, minLength), fc.nat(3), fc.boolean(), seeds).map(([shape, pick, fromEnd, seed]) => {
    const axis = pick % shape.length;
    return { inputs: [data(shape, seed, low, high, dtype)], run: (x: tf.Tensor) => run(x, fromEnd ? axis - shape.length : axis) };
  });

describe('kernels that take axes away, value and gradient', () => {
  check('Sum', { kernels: ['Sum'], examples: withAxes(0, 'float32', tf.sum), gradient: true });
  check('Sum of int32', { kernels: ['Sum'], examples: withAxes(0, 'int32', tf.sum) });
  check('Sum of bool', { kernels: ['Sum'], examples: withAxes(0, 'bool', tf.sum) });
  check('Mean', { kernels: ['Mean'], examples: withAxes(1, 'float32', tf.mean), gradient: true });
  check('Max', { kernels: ['Max'], examples: withAxes(1, 'float32', tf.max), gradient: true });
  check('Min', { kernels: ['Min'], examples: withAxes(1, 'float32', tf.min), gradient: true });
  check('Max of int32', { kernels: ['Max'], examples: withAxes(1, 'int32', tf.max) });
  check('Prod', { kernels: ['Prod'], examples: withAxes(1, 'float32', tf.prod, 0.5, 2), tolerance: 1e-4 });
  // TensorFlow.js's gradient takes no negative axis.
  check('Prod with its gradient', {
    kernels: ['Prod', 'Cumprod'],
    examples: withAxis(1, 'float32', (x, axis) => tf.prod(x, axis < 0 ? axis + x.rank : axis), 0.5, 2),
    gradient: true,
    tolerance: 1e-4,
  });
  check('All', { kernels: ['All'], examples: withAxes(1, 'bool', tf.all, 0, 1) });
  check('Any', { kernels: ['Any'], examples: withAxes(1, 'bool', tf.any, 0, 1) });
  check('ArgMax', { kernels: ['ArgMax'], examples: withAxis(1, 'float32', tf.argMax) });
  check('ArgMin', { kernels: ['ArgMin'], examples: withAxis(1, 'float32', tf.argMin) });
  check('Softmax', { kernels: ['Softmax'], examples: withAxis(1, 'float32', (x) => tf.softmax(x)), gradient: true });
  check('log-softmax', { kernels: ['Max', 'Exp', 'Log'], examples: withAxis(1, 'float32', (x) => tf.logSoftmax(x)), gradient: true });
  check('Cumsum', {
    kernels: ['Cumsum'],
    examples: fc
      .tuple(fc.boolean(), fc.boolean())
      .chain(([exclusive, reverse]) =>
        withAxis(1, 'float32', (x, axis) => tf.cumsum(x, axis < 0 ? axis + x.rank : axis, exclusive, reverse)),
      ),
  });
  // TensorFlow.js's gradient is wrong along other axes than the last.
  check('Cumsum with its gradient', {
    kernels: ['Cumsum'],
    examples: withAxis(1, 'float32', (x) => tf.cumsum(x, x.rank - 1)),
    gradient: true,
  });
  check('Cumprod', {
    kernels: ['Cumprod'],
    examples: fc
      .tuple(fc.boolean(), fc.boolean())
      .chain(([exclusive, reverse]) =>
        withAxis(1, 'float32', (x, axis) => tf.cumprod(x, axis < 0 ? axis + x.rank : axis, exclusive, reverse), 0.5, 1.5),
      ),
  });
});
