import * as tf from '@tensorflow/tfjs';
import { mapTree, type Numbers, type TensorData, type Tree } from '../../src/engine/index.ts';

/** A tree of plain data as eager tensors on TensorFlow.js's plain backend, the reference of these tests. */
export function eagerTree<T>(tree: unknown): T {
  return mapTree(tree as Tree<TensorData>, ({ data, shape, dtype }) => tf.tensor(data, [...shape], dtype)) as T;
}

/** A tree of eager tensors as plain data. */
export function dataTree(tree: unknown): Tree<TensorData> {
  return mapTree(tree as Tree<tf.Tensor>, (tensor) => ({
    data: tensor.dataSync() as Numbers,
    shape: tensor.shape,
    dtype: tensor.dtype as TensorData['dtype'],
  }));
}

/** What differs between two tensors beyond tolerance · (1 + |expected|), in words; undefined where nothing does. */
export function difference(actual: TensorData | undefined, expected: TensorData, tolerance: number): string | undefined {
  if (actual === undefined) return 'missing';
  if (actual.dtype !== expected.dtype) return `dtype ${actual.dtype} instead of ${expected.dtype}`;
  if (`${actual.shape}` !== `${expected.shape}`) return `shape [${actual.shape}] instead of [${expected.shape}]`;
  if (actual.data.length !== expected.data.length) return `${actual.data.length} numbers instead of ${expected.data.length}`;
  let worst = 0;
  let at = -1;
  expected.data.forEach((want, i) => {
    const got = actual.data[i];
    const error = Object.is(got, want) || got === want ? 0 : Math.abs(got - want) / (1 + Math.abs(want));
    if (!(error <= worst)) {
      worst = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
      at = i;
    }
  });
  return worst > tolerance ? `${actual.data[at]} instead of ${expected.data[at]} at ${at} of [${expected.shape}]` : undefined;
}
