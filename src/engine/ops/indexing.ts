import { binary, broadcastShape, cast, type Graph, reduce, reshape, sizeOf, type Value, where } from '../graph/index.ts';
import { composed, type KernelTable, translated } from './translation.ts';

/** 0, 1, …, count − 1 as int32 [count]. */
export function range(graph: Graph, count: number): Value {
  return graph.constant(
    'int32',
    [count],
    Int32Array.from({ length: count }, (_, i) => i),
  );
}

/** Indices as ONNX's ScatterND and GatherND take them. */
const wide = (graph: Graph, indices: Value): Value => cast(graph, cast(graph, indices, 'int32'), 'int64');

/**
 * ScatterND into `target`; with 'add', entries that meet are summed.
 *
 * @param indices [..., depth] @param updates [..., rest of the target's shape]
 */
function scatter(graph: Graph, target: Value, indices: Value, updates: Value, reduction: 'none' | 'add'): Value {
  if (sizeOf(updates.shape) === 0) return target;
  return graph.node('ScatterND', [target, wide(graph, indices), updates], target.dtype, target.shape, { attributes: { reduction } });
}

/** Kernels that read and write by index. */
export const indexingKernels: KernelTable = {
  GatherV2: translated<{ axis: number; batchDims: number }>('Gather', ({ graph, inputs: { x, indices }, attrs }) => {
    const axis = attrs.axis < 0 ? attrs.axis + x.shape.length : attrs.axis;
    const batchDims = attrs.batchDims < 0 ? attrs.batchDims + indices.shape.length : attrs.batchDims;
    const shape = [...x.shape.slice(0, axis), ...indices.shape.slice(batchDims), ...x.shape.slice(axis + 1)];
    if (sizeOf(shape) === 0) return graph.splat(x.dtype, shape, 0);
    const index = cast(graph, indices, 'int32');
    if (batchDims === 0) return graph.node('Gather', [x, index], x.dtype, shape, { attributes: { axis } });
    return gatherBatched(graph, x, index, axis, batchDims, shape);
  }),
  GatherNd: translated('GatherND', ({ graph, inputs: { params, indices } }) => {
    const depth = indices.shape[indices.shape.length - 1];
    const shape = [...indices.shape.slice(0, -1), ...params.shape.slice(depth)];
    return graph.node('GatherND', [params, wide(graph, indices)], params.dtype, shape);
  }),
  ScatterNd: translated<{ shape: number[] }>('ScatterND', ({ graph, inputs: { indices, updates }, attrs }) => {
    const depth = indices.shape[indices.shape.length - 1] ?? 0;
    const rows = sizeOf(indices.shape) / depth;
    const flat = reshape(graph, indices, [rows, depth]);
    const values = reshape(graph, updates, [rows, ...attrs.shape.slice(depth)]);
    return scatter(graph, graph.splat(updates.dtype, attrs.shape, 0), flat, values, 'add');
  }),
  TensorScatterUpdate: translated('ScatterND', ({ graph, inputs: { tensor, indices, updates } }) =>
    scatter(graph, tensor, indices, updates, 'none'),
  ),
  SparseToDense: composed<{ outputShape: number[] }>('Expand, ScatterND', ({ graph, inputs, attrs }) => {
    const { sparseIndices, sparseValues, defaultValue } = inputs;
    const depth = attrs.outputShape.length;
    const rows = sizeOf(sparseIndices.shape) / depth;
    const base = graph.node('Expand', [defaultValue, graph.integers(attrs.outputShape)], sparseValues.dtype, attrs.outputShape);
    const values = graph.node('Expand', [sparseValues, graph.integers([rows])], sparseValues.dtype, [rows]);
    return scatter(graph, base, reshape(graph, sparseIndices, [rows, depth]), values, 'none');
  }),
  UnsortedSegmentSum: composed<{ numSegments: number }>('ScatterND', ({ graph, inputs: { x, segmentIds }, attrs }) => {
    const rest = x.shape.slice(segmentIds.shape.length);
    const rows = sizeOf(segmentIds.shape);
    const target = graph.splat(x.dtype, [attrs.numSegments, ...rest], 0);
    return scatter(graph, target, reshape(graph, segmentIds, [rows, 1]), reshape(graph, x, [rows, ...rest]), 'add');
  }),
  OneHot: composed<{ depth: number; onValue: number; offValue: number; dtype: 'float32' | 'int32' | 'bool' }>(
    'Equal, Where',
    ({ graph, inputs: { indices }, attrs: { depth, onValue, offValue, dtype } }) => {
      const hit = binary(graph, 'Equal', reshape(graph, indices, [...indices.shape, 1]), range(graph, depth), 'bool');
      if (onValue === 1 && offValue === 0) return cast(graph, hit, dtype);
      return where(graph, hit, graph.splat(dtype, [], onValue), graph.splat(dtype, [], offValue));
    },
  ),
  Select: translated('Where', ({ graph, inputs: { condition, t, e } }) => {
    // TensorFlow.js lets a vector choose whole rows.
    const tall = condition.shape.length === 1 && t.shape.length > 1;
    const shape = tall ? [condition.shape[0], ...t.shape.slice(1).map(() => 1)] : condition.shape;
    return where(graph, cast(graph, reshape(graph, condition, shape), 'bool'), t, e);
  }),
  TopK: translated<{ k: number; sorted: boolean }>('TopK', ({ graph, inputs: { x }, attrs }) => {
    const axis = x.shape.length - 1;
    const shape = [...x.shape.slice(0, -1), attrs.k];
    if (sizeOf(shape) === 0) return [graph.splat(x.dtype, shape, 0), graph.splat('int32', shape, 0)];
    const outputs = [{ dtype: x.dtype, shape } as const, { dtype: 'int64', shape } as const];
    const [values, indices] = graph.nodes('TopK', [x, graph.integers([attrs.k])], outputs, { attributes: { axis, sorted: 1 } });
    return [values, cast(graph, indices, 'int32')];
  }),
  SearchSorted: composed<{ side: 'left' | 'right' }>('Less, Cast, ReduceSum', ({ graph, inputs: { sortedSequence, values }, attrs }) =>
    searchSorted(graph, sortedSequence, values, attrs.side === 'left' ? 'Less' : 'LessOrEqual'),
  ),
  Bincount: composed<{ size: number }>('ScatterND', ({ graph, inputs: { x, weights }, attrs }) =>
    bincount(graph, reshape(graph, x, [1, sizeOf(x.shape)]), weights, attrs.size, false, [attrs.size]),
  ),
  DenseBincount: composed<{ size: number; binaryOutput?: boolean }>('ScatterND', ({ graph, inputs: { x, weights }, attrs }) => {
    const [rows, length] = x.shape.length === 1 ? [1, x.shape[0]] : x.shape;
    const shape = [...x.shape.slice(0, -1), attrs.size];
    return bincount(graph, reshape(graph, x, [rows, length]), weights, attrs.size, attrs.binaryOutput ?? false, shape);
  }),
};

/** Gathers within each batch: batch and gathered axis become one, and indices shift to their batch. */
function gatherBatched(graph: Graph, x: Value, indices: Value, axis: number, batchDims: number, shape: number[]): Value {
  const batch = sizeOf(x.shape.slice(0, batchDims));
  const between = sizeOf(x.shape.slice(batchDims, axis));
  const count = x.shape[axis];
  const perBatch = sizeOf(indices.shape.slice(batchDims));
  const rest = x.shape.slice(axis + 1);
  const offsets = graph.constant(
    'int32',
    [batch, between, 1],
    Int32Array.from({ length: batch * between }, (_, i) => i * count),
  );
  const local = reshape(graph, indices, [batch, 1, perBatch]);
  const flat = reshape(graph, binary(graph, 'Add', local, offsets), [batch * between * perBatch]);
  const rows = reshape(graph, x, [batch * between * count, ...rest]);
  const taken = graph.node('Gather', [rows, flat], x.dtype, [flat.shape[0], ...rest], { attributes: { axis: 0 } });
  return reshape(graph, taken, shape);
}

/** How many entries of each sorted row are below each value: rows [batch, n], values [batch, m] → [batch, m]. */
function searchSorted(graph: Graph, sorted: Value, values: Value, op: string): Value {
  const [batch, count] = sorted.shape;
  const row = reshape(graph, sorted, [batch, 1, count]);
  const below = binary(graph, op, row, reshape(graph, values, [...values.shape, 1]), 'bool');
  return reduce(graph, 'ReduceSum', cast(graph, below, 'int32'), [2]);
}

/** Counts, or sums of weights, of x [rows, length] in each bin → [rows, size]. Entries outside the bins are dropped. */
function bincount(graph: Graph, x: Value, weights: Value, size: number, once: boolean, shape: number[]): Value {
  const [rows, length] = x.shape;
  const weighted = sizeOf(weights.shape) > 0 && !once;
  const dtype = weighted ? weights.dtype : 'float32';
  const bins = binary(graph, 'Equal', reshape(graph, x, [rows, length, 1]), range(graph, size), 'bool');
  let hits = cast(graph, bins, dtype);
  if (weighted)
    hits = binary(
      graph,
      'Mul',
      hits,
      reshape(graph, weights, broadcastShape(weights.shape, []).length === 1 ? [1, length, 1] : [rows, length, 1]),
    );
  return reshape(graph, reduce(graph, once ? 'ReduceMax' : 'ReduceSum', hits, [1]), shape);
}
