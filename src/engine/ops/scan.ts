import * as tf from '@tensorflow/tfjs';
import { add, binary, cast, type Graph, like, mul, pad, reshape, sizeOf, slice, sub, unary, type Value, where } from '../graph/index.ts';
import { axesOf, composed, type KernelTable, translated } from './translation.ts';

interface ScanAttributes {
  axis: number;
  exclusive: boolean;
  reverse: boolean;
}

interface StridedAttributes {
  begin: number[];
  end: number[];
  strides: number[];
  beginMask: number;
  endMask: number;
  ellipsisMask: number;
  newAxisMask: number;
  shrinkAxisMask: number;
}

/** x moved along an axis by a number of places; 1 comes in, and what goes out is lost. */
function shifted(graph: Graph, x: Value, axis: number, by: number): Value {
  const only = (value: number) => x.shape.map((_, i) => (i === axis ? value : 0));
  const kept = slice(
    graph,
    x,
    only(by < 0 ? -by : 0),
    x.shape.map((length, i) => (i === axis ? length - Math.abs(by) : length)),
  );
  return pad(graph, kept, only(Math.max(by, 0)), only(Math.max(-by, 0)), 1);
}

/** Products of all entries up to each, by doubling: log₂ n steps. */
function cumprod(graph: Graph, x: Value, axis: number, exclusive: boolean, reverse: boolean): Value {
  const direction = reverse ? -1 : 1;
  const length = x.shape[axis];
  if (sizeOf(x.shape) === 0) return x;
  let result = exclusive ? shifted(graph, x, axis, direction) : x;
  for (let step = 1; step < length; step *= 2) result = mul(graph, result, shifted(graph, result, axis, direction * step));
  return result;
}

/** Kernels that run along an axis or cut by strides, and batch normalisation. */
export const scanKernels: KernelTable = {
  Cumsum: translated<ScanAttributes>('CumSum', ({ graph, inputs: { x }, attrs }) => {
    const [axis] = axesOf(attrs.axis, x.shape.length);
    const numbers = x.dtype === 'bool' ? cast(graph, x, 'int32') : x;
    const attributes = { exclusive: attrs.exclusive ? 1 : 0, reverse: attrs.reverse ? 1 : 0 };
    return graph.node('CumSum', [numbers, graph.splat('int64', [], axis)], numbers.dtype, x.shape, { attributes });
  }),
  Cumprod: composed<ScanAttributes>('Slice, Pad, Mul', ({ graph, inputs: { x }, attrs }) =>
    cumprod(graph, x.dtype === 'bool' ? cast(graph, x, 'int32') : x, axesOf(attrs.axis, x.shape.length)[0], attrs.exclusive, attrs.reverse),
  ),
  StridedSlice: composed<StridedAttributes>('Slice, Reshape', ({ graph, inputs: { x }, attrs }) => {
    const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attrs;
    const info = tf.slice_util.sliceInfo([...x.shape], begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask);
    if (sizeOf(info.finalShape) === 0) return graph.splat(x.dtype, info.finalShape, 0);
    const size = tf.slice_util.computeOutShape(info.begin, info.end, info.strides);
    return reshape(graph, slice(graph, x, info.begin, size, info.strides), info.finalShape);
  }),
  FusedBatchNorm: composed<{ varianceEpsilon: number }>('Sub, Sqrt, Mul, Add', ({ graph, inputs, attrs }) => {
    const { x, mean, variance, offset, scale } = inputs;
    const deviation = unary(graph, 'Sqrt', add(graph, variance, like(graph, variance, attrs.varianceEpsilon)));
    const normal = binary(graph, 'Div', sub(graph, x, mean), deviation);
    const scaled = scale === undefined ? normal : mul(graph, normal, scale);
    return offset === undefined ? scaled : add(graph, scaled, offset);
  }),
  Diag: composed('Where', ({ graph, inputs: { x } }) => {
    const n = sizeOf(x.shape);
    const eye = graph.constant(
      'bool',
      [n, n],
      Uint8Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0)),
    );
    return reshape(graph, where(graph, eye, reshape(graph, x, [n]), like(graph, x, 0)), [...x.shape, ...x.shape]);
  }),
};
