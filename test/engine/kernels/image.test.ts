import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe } from 'vitest';
import { check, data, seeds, shuffled } from './check.ts';

const small = fc.integer({ min: 1, max: 2 });
const pads = fc.constantFrom<'same' | 'valid' | number>('same', 'valid', 1);
/** An image [b, h, w, c], a window with stride and padding. */
const windows = fc.record({
  b: small,
  h: fc.integer({ min: 3, max: 6 }),
  w: fc.integer({ min: 3, max: 6 }),
  c: small,
  kh: fc.integer({ min: 1, max: 3 }),
  kw: fc.integer({ min: 2, max: 3 }),
  stride: small,
  pad: pads,
  out: small,
  seed: seeds,
});

describe('convolutions, pooling and images, value and gradient', () => {
  check('Conv2D and its gradients', {
    kernels: ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'],
    examples: windows.map(({ b, h, w, c, kh, kw, stride, pad, out, seed }) => ({
      inputs: [data([b, h, w, c], seed), data([kh, kw, c, out], seed + 1)],
      run: (x: tf.Tensor4D, filter: tf.Tensor4D) => tf.conv2d(x, filter, stride, pad),
    })),
    gradient: true,
    tolerance: 1e-4,
    runs: 20,
  });
  check('Conv2D with dilation, and channels first', {
    kernels: ['Conv2D'],
    examples: windows.map(({ b, c, out, pad, seed }) => ({
      inputs: [data([b, 6, 7, c], seed), data([2, 3, c, out], seed + 1), data([b, c, 5, 6], seed + 2)],
      run: (x: tf.Tensor4D, filter: tf.Tensor4D, first: tf.Tensor4D) => [
        tf.conv2d(x, filter, 1, pad, 'NHWC', 2),
        tf.conv2d(first, filter, 2, pad, 'NCHW'),
      ],
    })),
    tolerance: 1e-4,
  });
  check('DepthwiseConv2dNative and its gradients', {
    kernels: ['DepthwiseConv2dNative', 'DepthwiseConv2dNativeBackpropInput', 'DepthwiseConv2dNativeBackpropFilter'],
    examples: windows.map(({ b, h, w, c, kh, kw, stride, pad, out, seed }) => ({
      inputs: [data([b, h, w, c], seed), data([kh, kw, c, out], seed + 1)],
      run: (x: tf.Tensor4D, filter: tf.Tensor4D) => tf.depthwiseConv2d(x, filter, stride, pad),
    })),
    gradient: true,
    tolerance: 1e-4,
    runs: 20,
  });
  check('Conv3D and its gradients', {
    kernels: ['Conv3D', 'Conv3DBackpropInputV2', 'Conv3DBackpropFilterV2'],
    examples: windows.map(({ b, h, w, c, kh, kw, stride, pad, out, seed }) => ({
      inputs: [data([b, 3, h, w, c], seed), data([2, kh, kw, c, out], seed + 1)],
      run: (x: tf.Tensor5D, filter: tf.Tensor5D) => tf.conv3d(x, filter, stride, pad === 1 ? 'same' : (pad as 'same')),
    })),
    gradient: true,
    tolerance: 1e-4,
  });
  for (const activation of ['linear', 'relu', 'relu6', 'sigmoid'] as const) {
    check(`FusedConv2D and FusedDepthwiseConv2D with ${activation}`, {
      kernels: ['FusedConv2D', 'FusedDepthwiseConv2D'],
      examples: windows.map(({ b, h, w, kh, kw, stride, seed }) => ({
        inputs: [data([b, h, w, 2], seed), data([kh, kw, 2, 2], seed + 1), data([2], seed + 2), data([kh, kw, 2, 1], seed + 3)],
        run: (x: tf.Tensor4D, filter: tf.Tensor4D, bias: tf.Tensor1D, deep: tf.Tensor4D) => [
          tf.fused.conv2d({ x, filter, strides: stride, pad: 'same', bias, activation }),
          tf.fused.depthwiseConv2d({ x, filter: deep, strides: stride, pad: 'same', bias, activation }),
        ],
      })),
      tolerance: 1e-4,
      runs: 4,
    });
  }
  check('MaxPool, AvgPool and their gradients', {
    kernels: ['MaxPool', 'MaxPoolGrad', 'AvgPool', 'AvgPoolGrad'],
    examples: windows.map(({ b, h, w, c, kh, kw, stride, pad, seed }) => ({
      inputs: [data([b, h, w, c], seed)],
      run: (x: tf.Tensor4D) => [tf.maxPool(x, [kh + 1, kw], stride, pad), tf.avgPool(x, [kh + 1, kw], stride, pad)],
    })),
    gradient: true,
    runs: 20,
  });
  // TensorFlow.js takes the last of equals in three dimensions and the first in two, and its gradient is wrong beside padding and in
  // windows that are no squares.
  check('MaxPool3D, AvgPool3D and their gradients', {
    kernels: ['MaxPool3D', 'MaxPool3DGrad', 'AvgPool3D', 'AvgPool3DGrad'],
    examples: windows.map(({ b, h, w, c, kw, stride, pad, seed }) => ({
      inputs: [shuffled([b, 4, h, w, c], seed)],
      run: (x: tf.Tensor5D) => [tf.maxPool3d(x, 2, stride, 'valid'), tf.avgPool3d(x, [2, 2, kw], stride, pad)],
    })),
    gradient: true,
  });
  check('MaxPoolWithArgmax', {
    kernels: ['MaxPoolWithArgmax'],
    examples: fc.tuple(windows, fc.boolean()).map(([{ b, h, w, c, kw, stride, seed }, batch]) => ({
      inputs: [data([b, h, w, c], seed)],
      run: (x: tf.Tensor4D) => Object.values(tf.maxPoolWithArgmax(x, [2, kw], stride, 'valid', batch)),
    })),
  });
  const sizes = fc.tuple(windows, fc.integer({ min: 2, max: 8 }), fc.integer({ min: 2, max: 8 }));
  const resized = (newHeight: number, newWidth: number, corners: boolean, centers: boolean) => (x: tf.Tensor4D) => [
    tf.image.resizeBilinear(x, [newHeight, newWidth], corners, centers),
    tf.image.resizeNearestNeighbor(x, [newHeight, newWidth], corners, centers),
  ];
  check('ResizeBilinear and ResizeNearestNeighbor', {
    kernels: ['ResizeBilinear', 'ResizeNearestNeighbor'],
    examples: fc.tuple(sizes, fc.constantFrom([false, false], [true, false], [false, true])).map(([[image, height, width], mode]) => ({
      inputs: [data([image.b, image.h, image.w, image.c], image.seed)],
      run: resized(height, width, mode[0], mode[1]),
    })),
    runs: 20,
  });
  // TensorFlow.js swaps height and width in the shape of a gradient, and its numbers are wrong for half-pixel centres and some sizes.
  check('ResizeBilinear and ResizeNearestNeighbor of squares with their gradients', {
    kernels: ['ResizeBilinearGrad', 'ResizeNearestNeighborGrad'],
    examples: fc.tuple(fc.constantFrom([2, 3], [8, 7], [5, 5], [5, 8]), fc.boolean(), seeds).map(([[height, width], corners, seed]) => ({
      inputs: [data([1, 5, 5, 2], seed)],
      run: resized(height, width, corners, false),
    })),
    gradient: true,
  });
  check('LRN and its gradient', {
    kernels: ['LRN', 'LRNGrad'],
    examples: windows.map(({ b, h, w, seed }) => ({
      inputs: [data([b, h, w, 5], seed)],
      run: (x: tf.Tensor4D) => tf.localResponseNormalization(x, 2, 1.5, 0.7, 0.6),
    })),
    gradient: true,
    runs: 4,
  });
  check('FusedBatchNorm', {
    kernels: ['FusedBatchNorm'],
    examples: windows.map(({ b, h, w, c, seed }) => ({
      inputs: [data([b, h, w, c], seed), data([c], seed + 1), data([c], seed + 2, 0.5, 2), data([c], seed + 3), data([c], seed + 4)],
      run: (x: tf.Tensor, mean: tf.Tensor1D, variance: tf.Tensor1D, offset: tf.Tensor1D, scale: tf.Tensor1D) =>
        tf.batchNorm(x, mean, variance, offset, scale, 1e-3),
    })),
    gradient: true,
    tolerance: 1e-4,
  });
  check('RotateWithOffset', {
    kernels: ['RotateWithOffset'],
    examples: windows.map(({ b, h, w, seed }) => ({
      inputs: [data([b, h, w, 3], seed)],
      run: (x: tf.Tensor4D) => [tf.image.rotateWithOffset(x, 0.4, 7), tf.image.rotateWithOffset(x, -1, [1, 2, 3], [0.3, 0.6])],
    })),
  });
});
