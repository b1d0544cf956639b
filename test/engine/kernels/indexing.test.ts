import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe } from 'vitest';
import { broadcastPairs, check, data, seeds, shapes, shuffled } from './check.ts';

describe('kernels that read and write by index, and that make tensors', () => {
  check('GatherV2', {
    kernels: ['GatherV2', 'UnsortedSegmentSum'],
    examples: fc.tuple(shapes(1, 3, 1), shapes(0, 2), fc.nat(3), fc.boolean(), seeds).map(([shape, indices, pick, fromEnd, seed]) => {
      const axis = pick % shape.length;
      return {
        inputs: [data(shape, seed), data(indices, seed + 1, 0, shape[axis] - 1, 'int32')],
        run: (x: tf.Tensor, index: tf.Tensor) => tf.gather(x, index, fromEnd ? axis - shape.length : axis),
      };
    }),
    gradient: true,
    runs: 20,
  });
  check('GatherV2 within batches', {
    kernels: ['GatherV2'],
    examples: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), seeds).map(([b, n, seed]) => ({
      inputs: [data([b, 2, n, 2], seed), data([b, 3], seed + 1, 0, n - 1, 'int32')],
      run: (x: tf.Tensor, index: tf.Tensor) => tf.gather(x, index, 2, 1),
    })),
  });
  check('GatherNd', {
    kernels: ['GatherNd'],
    examples: fc.tuple(shapes(2, 3, 1), fc.integer({ min: 1, max: 2 }), seeds).map(([shape, depth, seed]) => ({
      inputs: [data(shape, seed), data([3, depth], seed + 1, 0, Math.min(...shape) - 1, 'int32')],
      run: tf.gatherND,
    })),
  });
  check('ScatterNd', {
    kernels: ['ScatterNd'],
    examples: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }), seeds).map(([rows, width, seed]) => ({
      inputs: [data([5, 1], seed, 0, rows - 1, 'int32'), data([5, width], seed + 1)],
      run: (indices: tf.Tensor, updates: tf.Tensor) => tf.scatterND(indices, updates, [rows, width]),
    })),
  });
  check('TensorScatterUpdate', {
    kernels: ['TensorScatterUpdate'],
    examples: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }), seeds).map(([rows, width, seed]) => ({
      inputs: [data([rows, width], seed), data([1, width], seed + 1)],
      run: (x: tf.Tensor, updates: tf.Tensor) => tf.tensorScatterUpdate(x, tf.tensor2d([[rows - 1]], [1, 1], 'int32'), updates),
    })),
  });
  check('SparseToDense', {
    kernels: ['SparseToDense'],
    examples: seeds.map((seed) => ({
      inputs: [data([2], seed), data([], seed + 1)],
      run: (values: tf.Tensor, fill: tf.Scalar) =>
        tf.sparseToDense(
          tf.tensor2d(
            [
              [0, 1],
              [2, 0],
            ],
            [2, 2],
            'int32',
          ),
          values,
          [3, 2],
          fill,
        ),
    })),
    runs: 4,
  });
  check('OneHot', {
    kernels: ['OneHot'],
    examples: fc.tuple(shapes(0, 3), seeds).map(([shape, seed]) => ({
      inputs: [data(shape, seed, -1, 4, 'int32')],
      run: (x: tf.Tensor) => [tf.oneHot(x, 3), tf.oneHot(x, 4, 2.5, -1, 'float32'), tf.oneHot(x, 2, 1, 0, 'bool')],
    })),
  });
  check('Select', {
    kernels: ['Select'],
    examples: fc.tuple(broadcastPairs, shapes(), seeds).map(([[a, b], , seed]) => ({
      inputs: [data(a, seed, 0, 1, 'bool'), data(a, seed + 1), data(b, seed + 2)],
      run: tf.where,
    })),
  });
  check('Select of equal shapes, with its gradient', {
    kernels: ['Select'],
    examples: fc.tuple(shapes(), seeds).map(([shape, seed]) => ({
      inputs: [data(shape, seed, 0, 1, 'bool'), data(shape, seed + 1), data(shape, seed + 2)],
      run: tf.where,
    })),
    gradient: true,
  });
  check('TopK', {
    kernels: ['TopK'],
    examples: fc.tuple(shapes(1, 3, 1), seeds).map(([shape, seed]) => ({
      inputs: [shuffled(shape, seed)],
      run: (x: tf.Tensor) => Object.values(tf.topk(x, Math.ceil(shape[shape.length - 1] / 2))),
    })),
  });
  check('SearchSorted', {
    kernels: ['SearchSorted'],
    examples: seeds.map((seed) => ({
      inputs: [data([2, 5], seed)],
      run: (values: tf.Tensor) => {
        const sorted = tf.tensor2d([-2, -1, 0, 0, 1, -3, -1, 1, 2, 2], [2, 5]);
        return [tf.lowerBound(sorted, values), tf.upperBound(sorted, values)];
      },
    })),
  });
  check('Bincount', {
    kernels: ['Bincount'],
    examples: fc.tuple(fc.boolean(), seeds).map(([weighted, seed]) => ({
      inputs: [data([6], seed, 0, 4, 'int32'), data([weighted ? 6 : 0], seed + 1)],
      run: (x: tf.Tensor1D, weights: tf.Tensor1D) => tf.bincount(x, weights, 4),
    })),
  });
  check('DenseBincount', {
    kernels: ['DenseBincount'],
    examples: fc.tuple(fc.boolean(), fc.boolean(), seeds).map(([weighted, once, seed]) => ({
      inputs: [data([2, 6], seed, 0, 4, 'int32'), data([weighted ? 2 : 0, 6], seed + 1)],
      run: (x: tf.Tensor2D, weights: tf.Tensor2D) => tf.denseBincount(x, weights, 4, once && !weighted),
    })),
  });
  check('Fill, Range, LinSpace', {
    kernels: ['Fill', 'Range', 'LinSpace'],
    examples: fc
      .tuple(shapes(), fc.integer({ min: -3, max: 3 }), fc.integer({ min: 1, max: 4 }), seeds)
      .map(([shape, start, count, seed]) => ({
        inputs: [data([], seed)],
        run: (x: tf.Tensor) => [
          tf.mul(tf.fill(shape, 2.5), x),
          tf.mul(tf.range(start, start + count, 0.5), x),
          tf.mul(tf.range(start, start + count, 1, 'int32'), tf.cast(x, 'int32')),
          tf.mul(tf.linspace(start, 2, count), x),
        ],
      })),
  });
});
