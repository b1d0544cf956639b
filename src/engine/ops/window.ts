import type * as tf from '@tensorflow/tfjs';
import { type Graph, transpose, type Value } from '../graph/index.ts';

/** How a window moves over an image of one to three axes. */
export interface Window {
  /** Entries of the window along each axis. */
  lengths: number[];
  strides: number[];
  dilations: number[];
  /** Padding before the image. */
  before: number[];
  /** Lengths of the result. */
  output: number[];
  /** The attributes of ONNX's Conv and pooling operators, dilations excepted. */
  attributes: { kernel_shape: number[]; strides: number[]; pads: number[] };
}

/** The window of TensorFlow.js's description of a convolution or pooling. */
export function windowOf(info: tf.backend_util.Conv2DInfo | tf.backend_util.Conv3DInfo): Window {
  const { padInfo } = info;
  const deep = 'filterDepth' in info;
  const join = (depth: number, height: number, width: number) => (deep ? [depth, height, width] : [height, width]);
  const three = info as tf.backend_util.Conv3DInfo;
  const lengths = join(three.filterDepth, info.filterHeight, info.filterWidth);
  const strides = join(three.strideDepth, info.strideHeight, info.strideWidth);
  const dilations = join(three.dilationDepth, info.dilationHeight, info.dilationWidth);
  const before = join(three.padInfo.front, padInfo.top, padInfo.left);
  const input = join(three.inDepth, info.inHeight, info.inWidth);
  const output = join(three.outDepth, info.outHeight, info.outWidth);
  // Rounding up asks for more padding than was given; rounding down leaves a rest that ONNX leaves too.
  const after = output.map((length, i) =>
    Math.max(0, (length - 1) * strides[i] + (lengths[i] - 1) * dilations[i] + 1 - input[i] - before[i]),
  );
  return { lengths, strides, dilations, before, output, attributes: { kernel_shape: lengths, strides, pads: [...before, ...after] } };
}

/** [batch, ...space, channels] → [batch, channels, ...space]. */
export function channelsFirst(graph: Graph, x: Value): Value {
  const rank = x.shape.length;
  return transpose(graph, x, [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)]);
}

/** [batch, channels, ...space] → [batch, ...space, channels]. */
export function channelsLast(graph: Graph, x: Value): Value {
  const rank = x.shape.length;
  return transpose(graph, x, [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1]);
}
