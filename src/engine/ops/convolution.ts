import * as tf from '@tensorflow/tfjs';
import { add, type Graph, type NodeOptions, reshape, sizeOf, slice, transpose, type Value } from '../graph/index.ts';
import { type Activation, activate } from './activation.ts';
import { type Call, composed, type KernelTable, translated } from './translation.ts';
import { channelsFirst, channelsLast, type Window, windowOf } from './window.ts';

type Pad = 'valid' | 'same' | number | [number, number][];

interface ConvAttributes {
  strides: number | number[];
  pad: Pad;
  dilations?: number | number[];
  dataFormat?: string;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** The window of a convolution of x by a filter [...lengths, in, out], both shapes channels last. */
function convWindow(x: readonly number[], filter: readonly number[], attrs: ConvAttributes, depthwise: boolean): Window {
  const { strides, pad, dilations = 1, dimRoundingMode } = attrs;
  const util = tf.backend_util;
  if (x.length === 5) {
    return windowOf(util.computeConv3DInfo(x as never, filter as never, strides as never, dilations as never, pad as never));
  }
  return windowOf(
    util.computeConv2DInfo(x as never, filter as never, strides as never, dilations as never, pad as never, dimRoundingMode, depthwise),
  );
}

/** A filter [...lengths, in, out] as ONNX has it: [out, in, ...lengths]; depthwise [...lengths, in, q] as [in · q, 1, ...lengths]. */
function onnxFilter(graph: Graph, filter: Value, depthwise: boolean): Value {
  const n = filter.shape.length - 2;
  const lengths = Array.from({ length: n }, (_, i) => i);
  if (!depthwise) return transpose(graph, filter, [n + 1, n, ...lengths]);
  const moved = transpose(graph, filter, [n, n + 1, ...lengths]);
  return reshape(graph, moved, [moved.shape[0] * moved.shape[1], 1, ...moved.shape.slice(2)]);
}

/** x by filter, channels last. */
function convolve(graph: Graph, x: Value, filter: Value, attrs: ConvAttributes, depthwise: boolean): Value {
  const first = attrs.dataFormat?.startsWith('NC') ?? false;
  const shape = first ? [x.shape[0], ...x.shape.slice(2), x.shape[1]] : x.shape;
  const window = convWindow(shape, filter.shape, attrs, depthwise);
  const channels = shape[shape.length - 1];
  const weights = onnxFilter(graph, filter, depthwise);
  const group = channels / weights.shape[1];
  const output = [shape[0], weights.shape[0], ...window.output];
  const options: NodeOptions = { attributes: { ...window.attributes, dilations: window.dilations, group } };
  const result = graph.node('Conv', [first ? x : channelsFirst(graph, x), weights], 'float32', output, options);
  return first ? result : channelsLast(graph, result);
}

/** The gradient of a convolution by its input, which is also tf.conv2dTranspose. */
function backpropInput(graph: Graph, dy: Value, filter: Value, shape: readonly number[], attrs: ConvAttributes, depthwise: boolean): Value {
  if (sizeOf(dy.shape) === 0) return graph.splat('float32', shape, 0);
  const first = attrs.dataFormat?.startsWith('NC') ?? false;
  const last = first ? [shape[0], ...shape.slice(2), shape[1]] : shape;
  const window = convWindow(last, filter.shape, attrs, depthwise);
  const weights = onnxFilter(graph, filter, depthwise);
  const before = window.before;
  const after = window.output.map(
    (length, i) => window.strides[i] * (length - 1) + (window.lengths[i] - 1) * window.dilations[i] + 1 - before[i] - last[i + 1],
  );
  const result = graph.node(
    'ConvTranspose',
    [first ? dy : channelsFirst(graph, dy), weights],
    'float32',
    [last[0], last[last.length - 1], ...last.slice(1, -1)],
    {
      attributes: {
        strides: window.strides,
        dilations: window.dilations,
        pads: [...before, ...after.map((length) => Math.max(length, 0))],
        output_padding: after.map((length) => Math.max(-length, 0)),
        group: depthwise ? last[last.length - 1] : 1,
      },
    },
  );
  return first ? result : channelsLast(graph, result);
}

/** The gradient of a convolution by its filter: a convolution of x by dy, in which strides and dilations change places. */
function backpropFilter(graph: Graph, x: Value, dy: Value, shape: readonly number[], attrs: ConvAttributes, depthwise: boolean): Value {
  if (sizeOf(dy.shape) === 0) return graph.splat('float32', shape, 0);
  const first = attrs.dataFormat?.startsWith('NC') ?? false;
  const last = first ? [x.shape[0], ...x.shape.slice(2), x.shape[1]] : x.shape;
  const window = convWindow(last, shape, attrs, depthwise);
  const n = window.lengths.length;
  const channels = last[n + 1];
  // [in, batch, ...] and [out, batch, ...]: the batch is what is summed over.
  const swap = (value: Value): Value => {
    const space = Array.from({ length: n }, (_, i) => i + (first ? 2 : 1));
    return transpose(graph, value, [first ? 1 : n + 1, 0, ...space]);
  };
  const needed = window.output.map(
    (length, i) => window.strides[i] * (length - 1) + (window.lengths[i] - 1) * window.dilations[i] + 1 - window.before[i],
  );
  let image = swap(x);
  const size = [...image.shape.slice(0, 2), ...needed.map((length, i) => Math.min(length, last[i + 1]))];
  image = slice(
    graph,
    image,
    size.map(() => 0),
    size,
  );
  if (depthwise) image = reshape(graph, image, [1, image.shape[0] * image.shape[1], ...image.shape.slice(2)]);
  const kernel = swap(dy);
  const result = graph.node('Conv', [image, kernel], 'float32', [image.shape[0], kernel.shape[0], ...window.lengths], {
    attributes: {
      strides: window.dilations,
      dilations: window.strides,
      pads: [...window.before, ...needed.map((length, i) => Math.max(length - last[i + 1], 0))],
      group: depthwise ? channels : 1,
    },
  });
  const grouped = reshape(graph, result, [channels, sizeOf(result.shape) / channels / sizeOf(window.lengths), ...window.lengths]);
  return transpose(graph, grouped, [...window.lengths.map((_, i) => i + 2), 0, 1]);
}

const forward = (depthwise: boolean) =>
  translated<ConvAttributes>('Conv', ({ graph, inputs: { x, filter }, attrs }) => convolve(graph, x, filter, attrs, depthwise));
const byInput = (depthwise: boolean) =>
  translated<ConvAttributes & { inputShape: number[] }>('ConvTranspose', ({ graph, inputs: { dy, filter }, attrs }) =>
    backpropInput(graph, dy, filter, attrs.inputShape, attrs, depthwise),
  );
const byFilter = (depthwise: boolean) =>
  composed<ConvAttributes & { filterShape: number[] }>('Conv, Transpose', ({ graph, inputs: { x, dy }, attrs }) =>
    backpropFilter(graph, x, dy, attrs.filterShape, attrs, depthwise),
  );
const fused = (depthwise: boolean) =>
  composed<ConvAttributes & Activation>('Conv, Add', ({ graph, inputs, attrs }: Call<ConvAttributes & Activation>) => {
    const result = convolve(graph, inputs.x, inputs.filter, attrs, depthwise);
    const biased = inputs.bias === undefined ? result : add(graph, result, inputs.bias);
    return activate(graph, biased, attrs, inputs.preluActivationWeights);
  });

/** Convolutions and their gradients. */
export const convolutionKernels: KernelTable = {
  Conv2D: forward(false),
  Conv2DBackpropInput: byInput(false),
  Conv2DBackpropFilter: byFilter(false),
  Conv3D: forward(false),
  Conv3DBackpropInputV2: byInput(false),
  Conv3DBackpropFilterV2: byFilter(false),
  DepthwiseConv2dNative: forward(true),
  DepthwiseConv2dNativeBackpropInput: byInput(true),
  DepthwiseConv2dNativeBackpropFilter: byFilter(true),
  FusedConv2D: fused(false),
  FusedDepthwiseConv2D: fused(true),
};
