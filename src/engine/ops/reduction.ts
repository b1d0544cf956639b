import { cast, type Graph, reduce, reducedShape, sizeOf, type Value } from '../graph/index.ts';
import { axesOf, composed, type KernelTable, type Translation, translated } from './translation.ts';

interface Axes {
  axis: number | number[] | null | undefined;
  keepDims: boolean;
}

/** The type that a reduction keeps: bool is counted as int32. */
const counted = (graph: Graph, x: Value): Value => (x.dtype === 'bool' ? cast(graph, x, 'int32') : x);

const reduction = (op: string): Translation =>
  translated<Axes>(op, ({ graph, inputs: { x }, attrs }) =>
    reduce(graph, op, counted(graph, x), axesOf(attrs.axis, x.shape.length), attrs.keepDims),
  );

const truth = (op: string): Translation =>
  composed<Axes>(`Cast, ${op}`, ({ graph, inputs: { x }, attrs }) => {
    const axes = axesOf(attrs.axis, x.shape.length);
    if (axes.some((axis) => x.shape[axis] === 0)) {
      return graph.splat('bool', reducedShape(x.shape, axes, attrs.keepDims), op === 'ReduceMin' ? 1 : 0);
    }
    return cast(graph, reduce(graph, op, cast(graph, cast(graph, x, 'bool'), 'int32'), axes, attrs.keepDims), 'bool');
  });

const argument = (op: string): Translation =>
  translated<{ axis: number | number[] }>(op, ({ graph, inputs: { x }, attrs }) => {
    const [axis] = axesOf(attrs.axis, x.shape.length);
    const shape = reducedShape(x.shape, [axis], false);
    if (sizeOf(x.shape) === 0) return graph.splat('int32', shape, 0);
    return cast(graph, graph.node(op, [counted(graph, x)], 'int64', shape, { attributes: { axis, keepdims: 0 } }), 'int32');
  });

/** Kernels that take axes away. */
export const reductionKernels: KernelTable = {
  Sum: reduction('ReduceSum'),
  Mean: translated<Axes>('ReduceMean', ({ graph, inputs: { x }, attrs }) =>
    reduce(graph, 'ReduceMean', cast(graph, x, 'float32'), axesOf(attrs.axis, x.shape.length), attrs.keepDims),
  ),
  Max: translated<{ reductionIndices: number | number[]; keepDims: boolean }>('ReduceMax', ({ graph, inputs: { x }, attrs }) =>
    reduce(graph, 'ReduceMax', counted(graph, x), axesOf(attrs.reductionIndices, x.shape.length), attrs.keepDims),
  ),
  Min: reduction('ReduceMin'),
  Prod: reduction('ReduceProd'),
  All: truth('ReduceMin'),
  Any: truth('ReduceMax'),
  ArgMax: argument('ArgMax'),
  ArgMin: argument('ArgMin'),
};
