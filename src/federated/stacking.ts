import { type AdapterData, addedTo, sliceOf, tensor } from '../adapters/index.ts';
import type { TensorData } from '../engine/index.ts';
import type { Base } from './plan.ts';

/**
 * Σᵢ pᵢ BᵢAᵢ as one adapter of rank k r, exactly: pᵢAᵢ below each other, Bᵢ beside each other.
 * Source: Wang et al., FLoRA, 2024, equation of the stacked aggregation.
 *
 * @param adapter a [k, r, in], b [k, out, r] of each module, without cores
 * @returns a [1, k r, in], b [1, out, k r]
 */
export function stacked(adapter: AdapterData, weights: readonly number[]): AdapterData {
  return Object.fromEntries(
    Object.entries(adapter).map(([module, { a, b }]) => {
      const [, rank, width] = a.shape;
      const out = b.shape[1];
      const count = weights.length;
      const below = new Float32Array(count * rank * width);
      const beside = new Float32Array(out * count * rank);
      weights.forEach((weight, i) => {
        sliceOf(a, i).data.forEach((x, at) => {
          below[i * rank * width + at] = weight * x;
        });
        sliceOf(b, i).data.forEach((x, at) => {
          beside[Math.floor(at / rank) * count * rank + i * rank + (at % rank)] = x;
        });
      });
      return [module, { a: tensor([1, count * rank, width], below), b: tensor([1, out, count * rank], beside) }];
    }),
  );
}

/** left + factor · right, module by module; nothing on the left is 0. */
export function addedUpdates(
  left: Record<string, TensorData> | undefined,
  right: Record<string, TensorData>,
  factor = 1,
): Record<string, TensorData> {
  return Object.fromEntries(
    Object.entries(right).map(([module, { shape, data }]) => {
      const sum = new Float32Array(data.length);
      if (left !== undefined) sum.set(left[module].data as Float32Array);
      for (let i = 0; i < sum.length; i++) sum[i] += factor * data[i];
      return [module, tensor(shape, sum)];
    }),
  );
}

/** The base's parameters with changes, or without where there are none. */
export const changedParameters = ({ parameters }: Base, dense: Record<string, TensorData> | undefined): Record<string, TensorData> =>
  dense === undefined ? parameters : addedTo(parameters, dense);
