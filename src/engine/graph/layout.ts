import type { Graph } from './graph.ts';
import { sameShape, sizeOf, type Value } from './value.ts';

/** x with the same numbers in another shape of equal size. Chains collapse. */
export function reshape(graph: Graph, x: Value, shape: readonly number[]): Value {
  if (sameShape(x.shape, shape)) return x;
  if (x.data !== undefined) return graph.constant(x.dtype, shape, x.data);
  if (x.splat !== undefined) return graph.splat(x.dtype, shape, x.splat);
  if (x.node?.op === 'Reshape') return reshape(graph, x.node.inputs[0]!, shape);
  return graph.node('Reshape', [x, graph.integers(shape)], x.dtype, shape);
}

/**
 * x with axes in another order: result axis i is axis perm[i] of x. Chains collapse, and a permutation that moves only axes of
 * length 1 is a reshape.
 */
export function transpose(graph: Graph, x: Value, perm: readonly number[]): Value {
  const shape = perm.map((axis) => x.shape[axis]);
  const moving = perm.filter((axis) => x.shape[axis] !== 1);
  if (moving.every((axis, i) => i === 0 || axis > moving[i - 1])) return reshape(graph, x, shape);
  if (x.splat !== undefined) return graph.splat(x.dtype, shape, x.splat);
  if (x.node?.op === 'Transpose') {
    const inner = x.node.attributes.perm as readonly number[];
    return transpose(
      graph,
      x.node.inputs[0]!,
      perm.map((axis) => inner[axis]),
    );
  }
  return graph.node('Transpose', [x], x.dtype, shape, { attributes: { perm } });
}

/**
 * Every step-th entry of each axis from begin up to end, end excluded; a negative step walks backwards and may end at −1.
 *
 * @param begin one index per axis, within the axis
 * @param size how many entries of each axis are taken
 */
export function slice(
  graph: Graph,
  x: Value,
  begin: readonly number[],
  size: readonly number[],
  step: readonly number[] = x.shape.map(() => 1),
): Value {
  if (sameShape(size, x.shape) && step.every((value, axis) => value === 1 || x.shape[axis] === 1)) return x;
  if (x.splat !== undefined) return graph.splat(x.dtype, size, x.splat);
  const axes = x.shape.map((_, axis) => axis).filter((axis) => size[axis] !== x.shape[axis] || step[axis] !== 1);
  const ends = axes.map((axis) => {
    const end = begin[axis] + step[axis] * size[axis];
    // A backward walk to the front ends before 0, which ONNX writes as far below.
    return end < 0 ? -(2 ** 31) : end;
  });
  const of = (values: readonly number[]) => graph.integers(axes.map((axis) => values[axis]));
  return graph.node('Slice', [x, of(begin), graph.integers(ends), graph.integers(axes), of(step)], x.dtype, size);
}

/** Values joined along an axis; all other axes are equal. */
export function concat(graph: Graph, values: readonly Value[], axis: number): Value {
  const full = values.filter((value) => sizeOf(value.shape) > 0);
  const shape = [...values[0].shape];
  shape[axis] = values.reduce((sum, value) => sum + value.shape[axis], 0);
  if (full.length === 1 && sameShape(full[0].shape, shape)) return full[0];
  return graph.node('Concat', full, values[0].dtype, shape, { attributes: { axis } });
}

/** x with `before[i]` and `after[i]` entries of a constant added around each axis. */
export function pad(graph: Graph, x: Value, before: readonly number[], after: readonly number[], fill = 0): Value {
  const shape = x.shape.map((length, axis) => before[axis] + length + after[axis]);
  if (sameShape(shape, x.shape)) return x;
  if (sizeOf(x.shape) === 0) return graph.splat(x.dtype, shape, fill);
  return graph.node('Pad', [x, graph.integers([...before, ...after]), graph.splat(x.dtype, [], fill)], x.dtype, shape);
}

/** An axis inserted at a place, of length 1. */
export function unsqueeze(graph: Graph, x: Value, axis: number): Value {
  return reshape(graph, x, [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)]);
}
