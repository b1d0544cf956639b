import type { GraphDType } from '../graph/index.ts';
import { type KernelTable, translated } from './translation.ts';

/** Kernels that make tensors from attributes: constants of the graph. */
export const creationKernels: KernelTable = {
  Fill: translated<{ shape: number[]; value: number; dtype?: GraphDType }>('constant', ({ graph, attrs: { shape, value, dtype } }) =>
    graph.splat(dtype ?? 'float32', shape, Number(value)),
  ),
  ZerosLike: translated('constant', ({ graph, inputs: { x } }) => graph.splat(x.dtype, x.shape, 0)),
  OnesLike: translated('constant', ({ graph, inputs: { x } }) => graph.splat(x.dtype, x.shape, 1)),
  Range: translated<{ start: number; stop: number; step: number; dtype?: 'float32' | 'int32' }>('constant', ({ graph, attrs }) => {
    const { start, stop, step, dtype = 'float32' } = attrs;
    const empty = start === stop || (start < stop && step < 0) || (stop < start && step > 1);
    const count = empty ? 0 : Math.abs(Math.ceil((stop - start) / step));
    const towards = stop < start && step === 1 ? -1 : step;
    const values = Array.from({ length: count }, (_, i) => start + i * towards);
    return graph.constant(dtype, [count], dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values));
  }),
  LinSpace: translated<{ start: number; stop: number; num: number }>('constant', ({ graph, attrs: { start, stop, num } }) =>
    graph.constant(
      'float32',
      [num],
      Float32Array.from({ length: num }, (_, i) => (num === 1 ? start : start + (i * (stop - start)) / (num - 1))),
    ),
  ),
};
