/** One way to do the training step, in a process of its own: `subject.ts METHOD SIZE FOLDER ROUNDS SECONDS`, a JSON line on stdout. */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { jit, leaves, mapTree, type TensorData, type Tree } from '../../src/engine/index.ts';
import { fullStep, loraStep, randomProblem } from './decoder.ts';
import { jaxStep } from './jax.ts';
import type { Measured } from './measured.ts';
import { SIZES } from './sizes.ts';

const require = createRequire(import.meta.url);
const MODULES: Record<string, string> = { wasm: '@tensorflow/tfjs-backend-wasm', tensorflow: 'tfjs-node-native' };

const [method, sizeIndex, folder, rounds, seconds] = process.argv.slice(2);
const { shape, full } = SIZES[Number(sizeIndex)];
const { weights, adapters, batch } = randomProblem(shape);
const inputs = full ? { weights, batch } : { adapters, batch };
const fn = (full ? fullStep(shape) : loraStep(shape)) as unknown as (
  inputs: never,
  weights: never,
) => { value: tf.Tensor; grads: Tree<tf.Tensor> };

interface Result {
  value: TensorData;
  grads: Tree<TensorData>;
}

async function compiled(): Promise<{ step: () => Promise<Result>; flops: number; compile: number; product: number }> {
  const start = performance.now();
  const run = await jit(fn, inputs as never, { constants: weights as never });
  let kept: Result | undefined;
  const compile = performance.now() - start;
  return {
    // Results go where those of the step before went, as gradients do in training.
    step: async () => {
      kept = (await run(inputs as never, kept as never)) as unknown as Result;
      return kept;
    },
    flops: run.explain().flops,
    compile,
    product: await productRate(),
  };
}

/** GFLOP/s of our largest product. */
async function productRate(): Promise<number> {
  const spec = { shape: [1024, 1024], dtype: 'float32' as const };
  const run = await jit(({ a, b }: Record<'a' | 'b', tf.Tensor>) => tf.matMul(a, b), { a: spec, b: spec });
  const operands = { a: new Float32Array(1024 ** 2).fill(0.5), b: new Float32Array(1024 ** 2).fill(0.5) };
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 20; i++) {
    const start = performance.now();
    await run(operands);
    best = Math.min(best, performance.now() - start);
  }
  return (2 * 1024 ** 3) / best / 1e6;
}

async function eager(backend: string): Promise<() => Promise<Result>> {
  if (MODULES[backend] !== undefined) require(MODULES[backend]);
  if (!(await tf.setBackend(backend))) throw new Error(`backend ${backend} does not start`);
  const tensors = <T>(tree: T) =>
    mapTree(tree as Tree<TensorData>, ({ data, shape, dtype }) => tf.tensor(data, [...shape], dtype)) as unknown as never;
  const [x, constants] = [tensors(inputs), tensors(full ? {} : weights)];
  return async () => {
    const { value, grads } = tf.tidy(() => fn(x, constants) as unknown as tf.TensorContainer) as unknown as ReturnType<typeof fn>;
    const plain = (tensor: tf.Tensor): TensorData => {
      const data = tensor.dataSync() as Float32Array;
      const result = { data: data.slice(), shape: tensor.shape, dtype: 'float32' as const };
      tensor.dispose();
      return result;
    };
    return { value: plain(value), grads: mapTree(grads, plain) };
  };
}

const ours = method === 'ours' ? await compiled() : undefined;
const step = ours?.step ?? (method === 'jax' ? jaxStep(shape, full, { weights, adapters, batch }) : await eager(method));
let result = await step();
const times: number[] = [];
const end = performance.now() + Number(seconds) * 1000;
while (times.length < Number(rounds) && (times.length < 3 || performance.now() < end)) {
  const start = performance.now();
  result = await step();
  times.push(performance.now() - start);
}
const grads = [...leaves(result.grads)];
writeFileSync(
  join(folder, `${method}.bin`),
  Buffer.concat(grads.map(([, { data }]) => Buffer.from(data.buffer, data.byteOffset, data.byteLength))),
);
const measured: Measured = {
  times,
  loss: result.value.data[0],
  names: grads.map(([name]) => name),
  lengths: grads.map(([, { data }]) => data.length),
  peak: process.resourceUsage().maxRSS * 1024,
  product: ours?.product,
  flops: ours?.flops,
  compile: ours?.compile,
};
process.stdout.write(`\n${JSON.stringify(measured)}\n`);
