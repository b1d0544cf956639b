import { concat, expand, pad, reshape, slice, transpose, unsqueeze, type Value } from '../graph/index.ts';
import { axesOf, composed, type KernelTable, listOf, translated } from './translation.ts';

/** Kernels that move numbers and change none. */
export const layoutKernels: KernelTable = {
  Identity: translated('none', ({ inputs: { x } }) => x),
  Reshape: translated<{ shape: number[] }>('Reshape', ({ graph, inputs: { x }, attrs }) => {
    const known = attrs.shape.reduce((product, length) => (length === -1 ? product : product * length), 1);
    const size = x.shape.reduce((product, length) => product * length, 1);
    return reshape(
      graph,
      x,
      attrs.shape.map((length) => (length === -1 ? size / known : length)),
    );
  }),
  ExpandDims: translated<{ dim: number }>('Reshape', ({ graph, inputs: { input }, attrs }) =>
    unsqueeze(graph, input, attrs.dim < 0 ? attrs.dim + input.shape.length + 1 : attrs.dim),
  ),
  Transpose: translated<{ perm: number[] }>('Transpose', ({ graph, inputs: { x }, attrs }) => transpose(graph, x, attrs.perm)),
  Slice: translated<{ begin: number | number[]; size: number | number[] }>('Slice', ({ graph, inputs: { x }, attrs }) => {
    const begin = x.shape.map((_, axis) => [attrs.begin].flat()[axis] ?? 0);
    const size = x.shape.map((length, axis) => {
      const asked = [attrs.size].flat()[axis] ?? -1;
      return asked < 0 ? length - begin[axis] : asked;
    });
    return slice(graph, x, begin, size);
  }),
  Concat: translated<{ axis: number }>('Concat', ({ graph, inputs, attrs }) => {
    const values = listOf(inputs);
    return concat(graph, values, axesOf(attrs.axis, values[0].shape.length)[0]);
  }),
  Pack: composed<{ axis: number }>('Reshape, Concat', ({ graph, inputs, attrs }) => {
    const values = listOf(inputs);
    const [axis] = axesOf(attrs.axis, values[0].shape.length + 1);
    return concat(
      graph,
      values.map((value) => unsqueeze(graph, value, axis)),
      axis,
    );
  }),
  Unpack: composed<{ axis: number }>('Slice, Reshape', ({ graph, inputs: { value }, attrs }) => {
    const [axis] = axesOf(attrs.axis, value.shape.length);
    const shape = value.shape.filter((_, i) => i !== axis);
    return Array.from({ length: value.shape[axis] }, (_, i) => {
      const begin = value.shape.map((_, j) => (j === axis ? i : 0));
      const size = value.shape.map((length, j) => (j === axis ? 1 : length));
      return reshape(graph, slice(graph, value, begin, size), shape);
    });
  }),
  SplitV: composed<{ numOrSizeSplits: number | number[]; axis: number }>('Slice', ({ graph, inputs: { x }, attrs }) => {
    const [axis] = axesOf(attrs.axis, x.shape.length);
    let start = 0;
    return splitSizes(attrs.numOrSizeSplits, x.shape[axis]).map((length) => {
      const begin = x.shape.map((_, i) => (i === axis ? start : 0));
      start += length;
      return slice(
        graph,
        x,
        begin,
        x.shape.map((full, i) => (i === axis ? length : full)),
      );
    });
  }),
  Tile: translated<{ reps: number[] }>('Tile', ({ graph, inputs: { x }, attrs }) => {
    const shape = x.shape.map((length, axis) => length * attrs.reps[axis]);
    if (x.shape.every((length, axis) => length === 1 || attrs.reps[axis] === 1)) return expand(graph, x, shape);
    return graph.node('Tile', [x, graph.integers(attrs.reps)], x.dtype, shape);
  }),
  BroadcastTo: translated<{ shape: number[] }>('Expand', ({ graph, inputs: { x }, attrs }) => expand(graph, x, attrs.shape)),
  PadV2: translated<{ paddings: [number, number][]; constantValue: number }>('Pad', ({ graph, inputs: { x }, attrs }) =>
    pad(
      graph,
      x,
      attrs.paddings.map(([before]) => before),
      attrs.paddings.map(([, after]) => after),
      attrs.constantValue,
    ),
  ),
  MirrorPad: composed<{ paddings: [number, number][]; mode: 'reflect' | 'symmetric' }>(
    'Slice, Concat',
    ({ graph, inputs: { x }, attrs }) => {
      const skip = attrs.mode === 'reflect' ? 1 : 0;
      return attrs.paddings.reduce((value: Value, [before, after], axis) => {
        const length = value.shape[axis];
        const mirrored = (start: number, count: number): Value =>
          slice(
            graph,
            value,
            value.shape.map((_, i) => (i === axis ? start : 0)),
            value.shape.map((full, i) => (i === axis ? count : full)),
            value.shape.map((_, i) => (i === axis ? -1 : 1)),
          );
        const parts = [value];
        if (before > 0) parts.unshift(mirrored(before - 1 + skip, before));
        if (after > 0) parts.push(mirrored(length - 1 - skip, after));
        return concat(graph, parts, axis);
      }, x);
    },
  ),
  Reverse: composed<{ dims: number | number[] }>('Slice', ({ graph, inputs: { x }, attrs }) => {
    const axes = axesOf(attrs.dims, x.shape.length);
    return slice(
      graph,
      x,
      x.shape.map((length, axis) => (axes.includes(axis) ? length - 1 : 0)),
      x.shape,
      x.shape.map((_, axis) => (axes.includes(axis) ? -1 : 1)),
    );
  }),
  FlipLeftRight: composed('Slice', ({ graph, inputs: { image } }) =>
    slice(graph, image, [0, 0, image.shape[2] - 1, 0], image.shape, [1, 1, -1, 1]),
  ),
};

/** The lengths of the parts; −1 stands for what is left. */
function splitSizes(split: number | number[], length: number): number[] {
  if (typeof split === 'number') return Array.from({ length: split }, () => length / split);
  const known = split.reduce((sum, size) => sum + Math.max(size, 0), 0);
  return split.map((size) => (size === -1 ? length - known : size));
}
