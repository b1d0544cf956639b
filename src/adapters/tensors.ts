import type { TensorData } from '../engine/index.ts';
import { Matrix } from '../linalg/index.ts';

/** A float32 tensor. */
export const tensor = (shape: readonly number[], data: Float32Array): TensorData => ({ shape, dtype: 'float32', data });

/** Entries of a tensor without its first axis. */
export const entriesOf = ({ shape }: TensorData): number => shape.slice(1).reduce((a, b) => a * b, 1);

/** One of a stack, [k, …] to [1, …]; the only one where k = 1. Shares the numbers. */
export function sliceOf(stack: TensorData, index: number): TensorData {
  const size = entriesOf(stack);
  const at = stack.shape[0] === 1 ? 0 : index;
  return tensor([1, ...stack.shape.slice(1)], (stack.data as Float32Array).subarray(at * size, (at + 1) * size));
}

/** Tensors [1, …] as one [k, …]. */
export function stackOf(slices: readonly TensorData[]): TensorData {
  const size = entriesOf(slices[0]);
  const data = new Float32Array(slices.length * size);
  slices.forEach((slice, i) => {
    data.set(slice.data as Float32Array, i * size);
  });
  return tensor([slices.length, ...slices[0].shape.slice(1)], data);
}

/** Σᵢ wᵢ · slice i of a stack [k, …], in float64, as [1, …]. */
export function weightedSum(stack: TensorData, weights: readonly number[]): TensorData {
  const size = entriesOf(stack);
  const sum = new Float64Array(size);
  weights.forEach((weight, i) => {
    for (let j = 0; j < size; j++) sum[j] += weight * stack.data[i * size + j];
  });
  return tensor([1, ...stack.shape.slice(1)], new Float32Array(sum));
}

/** k copies of a tensor [1, …]. */
export const repeated = (slice: TensorData, count: number): TensorData => stackOf(Array.from({ length: count }, () => slice));

/** The matrix of a tensor [rows, cols] or [1, rows, cols], in float64. */
export function matrixOf({ shape, data }: TensorData): Matrix {
  const [rows, cols] = shape.slice(-2);
  return new Matrix(rows, cols, new Float64Array(data as Float32Array));
}

/** A matrix as a tensor [1, rows, cols], in float32. */
export const tensorOf = ({ rows, cols, data }: Matrix): TensorData => tensor([1, rows, cols], new Float32Array(data));
