import * as tf from '@tensorflow/tfjs';
import { add, binary, cast, type Graph, mul, reshape, sizeOf, type Value } from '../graph/index.ts';
import { composed, type KernelTable, translated } from './translation.ts';
import { channelsFirst, channelsLast, type Window, windowOf } from './window.ts';

interface PoolAttributes {
  filterSize: number | number[];
  strides: number | number[];
  pad: 'valid' | 'same' | number | [number, number][];
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function poolWindow(shape: readonly number[], { filterSize, strides, pad, dimRoundingMode }: PoolAttributes): Window {
  const util = tf.backend_util;
  if (shape.length === 5) {
    return windowOf(util.computePool3DInfo(shape as never, filterSize as never, strides as never, 1, pad as never, dimRoundingMode));
  }
  return windowOf(util.computePool2DInfo(shape as never, filterSize as never, strides as never, 1, pad as never, dimRoundingMode));
}

function pool(graph: Graph, op: string, x: Value, attrs: PoolAttributes): Value {
  const window = poolWindow(x.shape, attrs);
  const image = channelsFirst(graph, cast(graph, x, 'float32'));
  const shape = [...image.shape.slice(0, 2), ...window.output];
  return cast(graph, channelsLast(graph, graph.node(op, [image], 'float32', shape, { attributes: window.attributes })), x.dtype);
}

/** Maxima [batch, channels, ...space] and their places, int64, in the flat image of channels first. */
function maximaWithPlaces(graph: Graph, x: Value, window: Window): Value[] {
  const image = channelsFirst(graph, x);
  const shape = [...image.shape.slice(0, 2), ...window.output];
  const outputs = [{ dtype: 'float32', shape } as const, { dtype: 'int64', shape } as const];
  return graph.nodes('MaxPool', [image], outputs, { attributes: window.attributes });
}

/** dy goes to where the maximum was, the first of equals. */
function maxPoolGrad(graph: Graph, dy: Value, input: Value, attrs: PoolAttributes): Value {
  if (sizeOf(dy.shape) === 0) return graph.splat('float32', input.shape, 0);
  const [, places] = maximaWithPlaces(graph, input, poolWindow(input.shape, attrs));
  const rows = sizeOf(places.shape);
  const flat = graph.splat('float32', [sizeOf(input.shape)], 0);
  const updates = reshape(graph, channelsFirst(graph, dy), [rows]);
  const indices = reshape(graph, places, [rows, 1]);
  const sums = graph.node('ScatterND', [flat, indices, updates], 'float32', flat.shape, { attributes: { reduction: 'add' } });
  const [batch, ...rest] = input.shape;
  return channelsLast(graph, reshape(graph, sums, [batch, rest[rest.length - 1], ...rest.slice(0, -1)]));
}

/** dy spread evenly over its window; over padding too, as TensorFlow.js does. */
function avgPoolGrad(graph: Graph, dy: Value, input: Value, attrs: PoolAttributes): Value {
  if (sizeOf(dy.shape) === 0) return graph.splat('float32', input.shape, 0);
  const window = poolWindow(input.shape, attrs);
  const channels = input.shape[input.shape.length - 1];
  const space = input.shape.slice(1, -1);
  const after = window.output.map((length, i) => window.strides[i] * (length - 1) + window.lengths[i] - window.before[i] - space[i]);
  const share = graph.splat('float32', [channels, 1, ...window.lengths], 1 / sizeOf(window.lengths));
  const spread = graph.node('ConvTranspose', [channelsFirst(graph, dy), share], 'float32', [input.shape[0], channels, ...space], {
    attributes: {
      strides: window.strides,
      pads: [...window.before, ...after.map((length) => Math.max(length, 0))],
      output_padding: after.map((length) => Math.max(-length, 0)),
      group: channels,
    },
  });
  return channelsLast(graph, spread);
}

const maximum = translated<PoolAttributes>('MaxPool', ({ graph, inputs: { x }, attrs }) => pool(graph, 'MaxPool', x, attrs));
const average = translated<PoolAttributes>('AveragePool', ({ graph, inputs: { x }, attrs }) => pool(graph, 'AveragePool', x, attrs));
const maximumGrad = composed<PoolAttributes>('MaxPool, ScatterND', ({ graph, inputs: { dy, input }, attrs }) =>
  maxPoolGrad(graph, dy, input, attrs),
);
const averageGrad = composed<PoolAttributes>('ConvTranspose', ({ graph, inputs: { dy, input }, attrs }) =>
  avgPoolGrad(graph, dy, input, attrs),
);

/** Pooling and its gradients. */
export const poolingKernels: KernelTable = {
  MaxPool: maximum,
  MaxPool3D: maximum,
  MaxPoolGrad: maximumGrad,
  MaxPool3DGrad: maximumGrad,
  AvgPool: average,
  AvgPool3D: average,
  AvgPoolGrad: averageGrad,
  AvgPool3DGrad: averageGrad,
  MaxPoolWithArgmax: composed<PoolAttributes & { includeBatchInIndex: boolean }>(
    'MaxPool, Mod, Mul, Add',
    ({ graph, inputs: { x }, attrs }) => {
      const [batch, height, width, channels] = x.shape;
      const [maxima, places] = maximaWithPlaces(graph, x, poolWindow(x.shape, attrs));
      const plane = graph.splat('int64', [], height * width);
      const inPlane = channelsLast(graph, graph.node('Mod', [places, plane], 'int64', places.shape));
      const int32 = (shape: number[], step: number) =>
        graph.constant(
          'int32',
          shape,
          Int32Array.from({ length: sizeOf(shape) }, (_, i) => i * step),
        );
      const within = add(graph, mul(graph, cast(graph, inPlane, 'int32'), graph.splat('int32', [], channels)), int32([channels], 1));
      const offset = attrs.includeBatchInIndex ? height * width * channels : 0;
      return [channelsLast(graph, maxima), binary(graph, 'Add', within, int32([batch, 1, 1, 1], offset))];
    },
  ),
};
