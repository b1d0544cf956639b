import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Random } from '../../../src/core/index.ts';
import { type DType, jit, leaves, type TensorData, type Tree, valueAndGrads } from '../../../src/engine/index.ts';
import { dataTree, difference, eagerTree } from '../eager.ts';

/** One call of an operation on data. */
export interface Example {
  inputs: TensorData[];
  run: (...inputs: never[]) => tf.Tensor | tf.Tensor[];
}

/** How an operation is tested. */
export interface KernelCase {
  /** The kernels that it runs, all of which must be seen. */
  kernels: string[];
  examples: fc.Arbitrary<Example>;
  /** Whether its gradient is compared too. */
  gradient?: boolean;
  tolerance?: number;
  runs?: number;
}

/** Numbers for a tensor: rounded to quarters, so that there are ties, zeros and whole numbers among them. */
export function data(shape: number[], seed: number, low = -3, high = 3, dtype: DType = 'float32'): TensorData {
  const random = new Random(seed);
  const size = shape.reduce((a, b) => a * b, 1);
  const step = dtype === 'float32' ? 0.25 : 1;
  const numbers = Array.from({ length: size }, () => Math.round(random.uniform(low, high + 1e-9) / step) * step + 0);
  if (dtype === 'float32') return { shape, dtype, data: Float32Array.from(numbers) };
  if (dtype === 'int32') return { shape, dtype, data: Int32Array.from(numbers) };
  return { shape, dtype, data: Uint8Array.from(numbers, (x) => (x > (low + high) / 2 ? 1 : 0)) };
}

/** Different numbers in no order, for operations in which equal ones may come in any. */
export function shuffled(shape: number[], seed: number): TensorData {
  const size = shape.reduce((a, b) => a * b, 1);
  return { shape, dtype: 'float32', data: Float32Array.from({ length: size }, (_, i) => (((i + seed) * 7919) % 10007) / 1000) };
}

/** Shapes with lengths of 0 and 1 among them. */
export const shapes = (minRank = 0, maxRank = 4, minLength = 0): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: minLength, max: 4 }), { minLength: minRank, maxLength: maxRank });

export const seeds = fc.integer({ min: 0, max: 1e6 });

/** Two shapes that broadcast, each with axes of length 1 or left out. */
export const broadcastPairs: fc.Arbitrary<[number[], number[]]> = shapes().chain((shape) =>
  fc
    .tuple(...[0, 1].map(() => fc.tuple(fc.integer({ min: 0, max: shape.length }), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }))))
    .map((cuts) => cuts.map(([skip, ones]) => shape.map((length, i) => (ones[i] ? 1 : length)).slice(skip)) as [number[], number[]]),
);

/** Registers a test that compares compiled and eager results of every example. */
export function check(name: string, { kernels, examples, gradient = false, tolerance = 2e-5, runs = 12 }: KernelCase): void {
  it(name, async () => {
    await tf.setBackend('cpu');
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(examples, async ({ inputs, run }) => {
        const fn = (x: tf.Tensor[]) => withGradient(run as (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[], gradient, x);
        let expected: Tree<TensorData> = {};
        const profile = await tf.profile(() => {
          expected = dataTree(tf.tidy(() => fn(eagerTree(inputs)) as tf.TensorContainer));
          return tf.scalar(0);
        });
        for (const kernel of profile.kernelNames) seen.add(kernel);
        const compiled = await jit(fn as (x: tf.Tensor[]) => Record<string, tf.Tensor>, inputs);
        try {
          const actual = leaves((await compiled(inputs)) as unknown as Tree<TensorData>);
          const wrong = [...leaves(expected)].map(([path, want]) => [path, difference(actual.get(path), want, tolerance)]);
          expect(wrong.filter(([, text]) => text !== undefined)).toEqual([]);
        } finally {
          await compiled.dispose();
        }
      }),
      { numRuns: runs, seed: 20, endOnFailure: true },
    );
    expect(kernels.filter((kernel) => !seen.has(kernel))).toEqual([]);
  });
}

/** The results and, where asked, the gradient of their weighted sum. */
function withGradient(
  run: (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[],
  gradient: boolean,
  x: tf.Tensor[],
): Record<string, unknown> {
  const outputs = [run(...x)].flat();
  if (!gradient) return { outputs };
  const trained = x.map((tensor) => tensor.dtype === 'float32');
  const weighted = (tensors: tf.Tensor[]) => {
    let next = 0;
    const results = [run(...x.map((tensor, i) => (trained[i] ? tensors[next++] : tensor)))].flat();
    return results
      .filter(({ dtype }) => dtype === 'float32')
      .map((y) => tf.sum(tf.mul(y, tf.reshape(tf.linspace(0.5, 1.5, Math.max(y.size, 1)).slice(0, y.size), y.shape))))
      .reduce((a, b) => tf.add(a, b));
  };
  const at = x.filter((_, i) => trained[i]);
  return { outputs, grads: valueAndGrads(weighted, at).grads };
}
