import * as tf from '@tensorflow/tfjs';
import { cast, type Graph, like, matmul, mul, pad, reshape, slice, transpose, type Value, where } from '../graph/index.ts';
import { composed, type KernelTable } from './translation.ts';

interface ResizeAttributes {
  alignCorners: boolean;
  halfPixelCenters: boolean;
  size: [number, number];
}

/** Where in the old axis each place of the new one looks. */
function sources(before: number, after: number, { alignCorners, halfPixelCenters }: ResizeAttributes): number[] {
  const corners = alignCorners && after > 1;
  const ratio = (before - (corners ? 1 : 0)) / (after - (corners ? 1 : 0));
  return Array.from({ length: after }, (_, i) => (halfPixelCenters ? ratio * (i + 0.5) - 0.5 : ratio * i));
}

/** The matrix [after, before] of linear interpolation along an axis. */
function bilinear(before: number, after: number, attrs: ResizeAttributes): Float32Array {
  const matrix = new Float32Array(after * before);
  sources(before, after, attrs).forEach((place, i) => {
    const low = Math.max(0, Math.floor(place));
    const share = place - low;
    matrix[i * before + low] += 1 - share;
    matrix[i * before + Math.min(before - 1, Math.ceil(place))] += share;
  });
  return matrix;
}

/** The matrix [after, before] that takes the nearest entry along an axis. */
function nearest(before: number, after: number, attrs: ResizeAttributes): Float32Array {
  const matrix = new Float32Array(after * before);
  const ratio = (before - (attrs.alignCorners && after > 1 ? 1 : 0)) / (after - (attrs.alignCorners && after > 1 ? 1 : 0));
  for (let i = 0; i < after; i++) {
    const place = attrs.halfPixelCenters ? ratio * (i + 0.5) : ratio * i;
    const index = Math.min(before - 1, attrs.alignCorners ? Math.round(place) : Math.floor(place));
    matrix[i * before + Math.max(0, index)] = 1;
  }
  return matrix;
}

type Interpolation = (before: number, after: number, attrs: ResizeAttributes) => Float32Array;

/** Interpolates rows, then columns, of images [batch, height, width, channels]; backwards with the transposed matrices. */
function resize(graph: Graph, x: Value, lengths: readonly number[], matrices: Value[], backwards: boolean): Value {
  const [batch, height, width, channels] = x.shape;
  const [newHeight, newWidth] = lengths;
  const rows = matmul(graph, matrices[0], reshape(graph, x, [batch, height, width * channels]), backwards);
  const columns = matmul(graph, matrices[1], reshape(graph, rows, [batch * newHeight, width, channels]), backwards);
  return reshape(graph, columns, [batch, newHeight, newWidth, channels]);
}

const forward = (interpolation: Interpolation) =>
  composed<ResizeAttributes>('MatMul', ({ graph, inputs: { images }, attrs }) => {
    const matrices = [0, 1].map((i) => {
      const shape = [attrs.size[i], images.shape[i + 1]];
      return graph.constant('float32', shape, interpolation(shape[1], shape[0], attrs));
    });
    return resize(graph, cast(graph, images, 'float32'), attrs.size, matrices, false);
  });
const backward = (interpolation: Interpolation) =>
  composed<ResizeAttributes>('FusedMatMul', ({ graph, inputs: { images, dy }, attrs }) => {
    const matrices = [0, 1].map((i) => {
      const shape = [dy.shape[i + 1], images.shape[i + 1]];
      return graph.constant('float32', shape, interpolation(shape[1], shape[0], attrs));
    });
    return resize(graph, dy, images.shape.slice(1, 3), matrices, true);
  });

/** Sums of squares, or of others, over neighbouring channels: x [..., C] by a band matrix [C, C]. */
function windowSum(graph: Graph, x: Value, radius: number): Value {
  const channels = x.shape[x.shape.length - 1];
  const band = Float32Array.from({ length: channels * channels }, (_, i) =>
    Math.abs((i % channels) - Math.floor(i / channels)) <= radius ? 1 : 0,
  );
  return matmul(graph, x, graph.constant('float32', [channels, channels], band));
}

interface LrnAttributes {
  depthRadius: number;
  bias: number;
  alpha: number;
  beta: number;
}

/** bias + α Σ x² over neighbouring channels. */
function lrnNorm(graph: Graph, x: Value, { depthRadius, bias, alpha }: LrnAttributes): Value {
  const sums = windowSum(graph, mul(graph, x, x), depthRadius);
  return graph.node('Add', [mul(graph, sums, like(graph, x, alpha)), graph.splat('float32', [], bias)], 'float32', x.shape);
}

const power = (graph: Graph, x: Value, exponent: number): Value => graph.node('Pow', [x, like(graph, x, exponent)], x.dtype, x.shape);

/** Kernels of images. */
export const imageKernels: KernelTable = {
  ResizeBilinear: forward(bilinear),
  ResizeBilinearGrad: backward(bilinear),
  ResizeNearestNeighbor: forward(nearest),
  ResizeNearestNeighborGrad: backward(nearest),
  LRN: composed<LrnAttributes>('MatMul, Pow, Mul', ({ graph, inputs: { x }, attrs }) =>
    mul(graph, x, power(graph, lrnNorm(graph, x, attrs), -attrs.beta)),
  ),
  LRNGrad: composed<LrnAttributes>('MatMul, Pow, Mul', ({ graph, inputs: { x, y, dy }, attrs }) => {
    const norm = lrnNorm(graph, x, attrs);
    const direct = mul(graph, dy, power(graph, norm, -attrs.beta));
    const ratio = graph.node('Div', [mul(graph, dy, y), norm], 'float32', x.shape);
    const spread = mul(graph, mul(graph, x, windowSum(graph, ratio, attrs.depthRadius)), like(graph, x, -2 * attrs.alpha * attrs.beta));
    return graph.node('Add', [direct, spread], 'float32', x.shape);
  }),
  DepthToSpace: composed<{ blockSize: number }>('Reshape, Transpose', ({ graph, inputs: { x }, attrs: { blockSize } }) => {
    const [batch, height, width, channels] = x.shape;
    const rest = channels / blockSize ** 2;
    const split = transpose(graph, reshape(graph, x, [batch, height, width, blockSize, blockSize, rest]), [0, 1, 3, 2, 4, 5]);
    return reshape(graph, split, [batch, height * blockSize, width * blockSize, rest]);
  }),
  SpaceToBatchND: composed<{ blockShape: number[]; paddings: number[][] }>(
    'Pad, Reshape, Transpose',
    ({ graph, inputs: { x }, attrs: { blockShape, paddings } }) => {
      const around = x.shape.map((_, axis) => paddings[axis - 1] ?? [0, 0]);
      const padded = pad(
        graph,
        x,
        around.map(([before]) => before),
        around.map(([, after]) => after),
      );
      const util = tf.backend_util;
      const size = blockShape.reduce((a, b) => a * b, 1);
      const split = reshape(graph, padded, util.getReshaped([...padded.shape], blockShape, size, false));
      const moved = transpose(graph, split, util.getPermuted(split.shape.length, blockShape.length, false));
      return reshape(graph, moved, util.getReshapedPermuted([...padded.shape], blockShape, size, false));
    },
  ),
  BatchToSpaceND: composed<{ blockShape: number[]; crops: number[][] }>(
    'Reshape, Transpose, Slice',
    ({ graph, inputs: { x }, attrs: { blockShape, crops } }) => {
      const util = tf.backend_util;
      const size = blockShape.reduce((a, b) => a * b, 1);
      const shape = [...x.shape];
      const split = reshape(graph, x, util.getReshaped(shape, blockShape, size));
      const moved = transpose(graph, split, util.getPermuted(split.shape.length, blockShape.length));
      const joined = reshape(graph, moved, util.getReshapedPermuted(shape, blockShape, size));
      const begin = util.getSliceBeginCoords(crops, blockShape.length);
      const kept = util.getSliceSize([...joined.shape], crops, blockShape.length);
      return slice(
        graph,
        joined,
        joined.shape.map((_, axis) => begin[axis] ?? 0),
        joined.shape.map((length, axis) => kept[axis] ?? length),
      );
    },
  ),
  RotateWithOffset: composed<{ radians: number; fillValue: number | number[]; center: number | [number, number] }>(
    'Gather, Where',
    ({ graph, inputs: { image }, attrs }) => {
      const [batch, height, width, channels] = image.shape;
      const [centerX, centerY] = tf.backend_util.getImageCenter(attrs.center, height, width);
      const index = new Int32Array(height * width);
      const inside = new Uint8Array(height * width);
      for (let i = 0; i < height * width; i++) {
        const dx = (i % width) - centerX;
        const dy = Math.floor(i / width) - centerY;
        const x = Math.round(dx * Math.cos(attrs.radians) - dy * Math.sin(attrs.radians) + centerX);
        const y = Math.round(dx * Math.sin(attrs.radians) + dy * Math.cos(attrs.radians) + centerY);
        if (x < 0 || x >= width || y < 0 || y >= height) continue;
        index[i] = y * width + x;
        inside[i] = 1;
      }
      const pixels = reshape(graph, image, [batch, height * width, channels]);
      const turned = graph.node('Gather', [pixels, graph.constant('int32', [index.length], index)], image.dtype, pixels.shape, {
        attributes: { axis: 1 },
      });
      const fill = Float32Array.from({ length: channels }, (_, c) =>
        typeof attrs.fillValue === 'number' ? attrs.fillValue : c === 3 ? 255 : attrs.fillValue[c],
      );
      const filling = cast(graph, graph.constant('float32', [channels], fill), image.dtype);
      const mask = graph.constant('bool', [height * width, 1], inside);
      return reshape(graph, where(graph, mask, turned, filling), image.shape);
    },
  ),
};
