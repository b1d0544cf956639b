import { like, mul, where } from './elementwise.ts';
import type { Graph } from './graph.ts';
import { reshape } from './layout.ts';
import { sizeOf, type Value } from './value.ts';

/** What a reduction of no entries gives. */
const EMPTY: Record<string, number> = {
  ReduceSum: 0,
  ReduceMean: Number.NaN,
  ReduceProd: 1,
  ReduceMax: Number.NEGATIVE_INFINITY,
  ReduceMin: Number.POSITIVE_INFINITY,
};

/** The shape after a reduction, with or without axes of length 1 in the place of those reduced. */
export function reducedShape(shape: readonly number[], axes: readonly number[], keepDims: boolean): number[] {
  return keepDims ? shape.map((length, axis) => (axes.includes(axis) ? 1 : length)) : shape.filter((_, axis) => !axes.includes(axis));
}

/**
 * ReduceSum, ReduceMean, ReduceMax, ReduceMin or ReduceProd over some axes.
 *
 * @param axes from 0 on, no negative ones; none leaves x as it is
 */
export function reduce(graph: Graph, op: string, x: Value, axes: readonly number[], keepDims = false): Value {
  const shape = reducedShape(x.shape, axes, keepDims);
  if (axes.every((axis) => x.shape[axis] === 1)) return reshape(graph, x, shape);
  const count = sizeOf(axes.map((axis) => x.shape[axis]));
  if (count === 0) return graph.splat(x.dtype, shape, x.dtype === 'int32' && op === 'ReduceMean' ? 0 : EMPTY[op]);
  if (x.splat !== undefined)
    return graph.splat(x.dtype, shape, op === 'ReduceSum' ? x.splat * count : op === 'ReduceProd' ? x.splat ** count : x.splat);
  // A sum over an expansion is a product: the gradient of a broadcast seed.
  return graph.node(op, [x, graph.integers(axes)], x.dtype, shape, { attributes: { keepdims: keepDims ? 1 : 0 } });
}

/** Σ x over axes. @see reduce */
export const sum = (graph: Graph, x: Value, axes: readonly number[], keepDims = false): Value =>
  reduce(graph, 'ReduceSum', x, axes, keepDims);

/** 1 where a condition holds, else 0, in a type. */
export function indicator(graph: Graph, condition: Value, x: Value): Value {
  return where(graph, condition, like(graph, x, 1), like(graph, x, 0));
}

/** x² */
export const square = (graph: Graph, x: Value): Value => mul(graph, x, x);
