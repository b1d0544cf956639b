import { type Array as JaxArray, jit, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import { mapTree, type TensorData, type Tree } from '../../src/engine/index.ts';
import type { Adapters, Batch, Linear, randomProblem, Shape, Weights } from './decoder.ts';

/** A tree of tensors as the same tree of jax-js's arrays. */
type Arrays<T> = T extends { dataSync(): unknown } ? JaxArray : { [Name in keyof T]: Arrays<T[Name]> };

const SCALE = 2;

/** jax-js frees an array when it is given to a function; `.ref` keeps it for one use more. */
function rmsNorm(x: JaxArray, weight: JaxArray): JaxArray {
  const inverse = np.reciprocal(np.sqrt(np.mean(np.square(x.ref), -1, { keepdims: true }).add(1e-5)));
  return x.mul(inverse).mul(weight.ref);
}

function rotary(x: JaxArray, cos: JaxArray, sin: JaxArray): JaxArray {
  const [first, second] = np.split(x, 2, -1);
  const above = first.ref.mul(cos.ref).sub(second.ref.mul(sin.ref));
  return np.concatenate([above, second.mul(cos.ref).add(first.mul(sin.ref))], -1);
}

/** The loss of `decoder.ts`, in jax-js's own operations. */
function loss(
  shape: Shape,
  weights: Arrays<Weights>,
  adapters: Arrays<Adapters> | undefined,
  { tokens, targets }: Arrays<Batch>,
): JaxArray {
  const { d, heads, kvHeads, vocabulary, batch: B, length: T } = shape;
  const D = d / heads;
  const angles = Array.from({ length: T }, (_, t) => Array.from({ length: D / 2 }, (_, i) => t * 10000 ** ((-2 * i) / D)));
  const table = (fn: (x: number) => number) => np.array(angles.map((row) => row.map(fn)));
  const [cos, sin] = [table(Math.cos), table(Math.sin)];
  const future = np.array(Array.from({ length: T }, (_, t) => Array.from({ length: T }, (_, s) => (s > t ? -1e9 : 0))));
  let x = np.take(weights.embedding.ref, tokens.reshape([B * T]), 0);
  weights.layers.forEach((layer, index) => {
    const linear = (name: Linear, input: JaxArray): JaxArray => {
      if (adapters === undefined) return np.matmul(input, layer[name].ref);
      const { a, b } = adapters[index][name];
      return np.matmul(input.ref, layer[name].ref).add(np.matmul(np.matmul(input, a.ref), b.ref).mul(SCALE));
    };
    const h = rmsNorm(x.ref, layer.norm1);
    const split = (y: JaxArray, count: number) => np.transpose(y.reshape([B, T, count, D]), [0, 2, 1, 3]);
    const grouped = (y: JaxArray, columns: number) => y.reshape([B, kvHeads, (heads / kvHeads) * T, columns]);
    const q = rotary(split(linear('q', h.ref), heads), cos, sin);
    const k = rotary(split(linear('k', h.ref), kvHeads), cos, sin);
    const v = split(linear('v', h), kvHeads);
    // Its dotProductAttention goes through an einsum that needs a newer Node than ours.
    const products = np.matmul(grouped(q, D), np.transpose(k, [0, 1, 3, 2])).mul(D ** -0.5);
    const scores = products.reshape([B, heads, T, T]).add(future.ref);
    const mixed = np.matmul(grouped(nn.softmax(scores, -1), T), v).reshape([B, heads, T, D]);
    x = x.add(linear('o', np.transpose(mixed, [0, 2, 1, 3]).reshape([B * T, d])));
    const g = rmsNorm(x.ref, layer.norm2);
    x = x.add(linear('down', nn.silu(linear('gate', g.ref)).mul(linear('up', g))));
  });
  const logits = np.matmul(rmsNorm(x, weights.norm), weights.head.ref);
  const hot = nn.oneHot(targets.reshape([B * T]), vocabulary);
  const chosen = np.sum(logits.ref.mul(hot), 1);
  return np.mean(nn.logsumexp(logits, 1).sub(chosen));
}

/** A step of jax-js on its WebAssembly backend, compiled by its `jit`. */
export function jaxStep(
  shape: Shape,
  full: boolean,
  { weights, adapters, batch }: ReturnType<typeof randomProblem>,
): () => Promise<{ value: TensorData; grads: Tree<TensorData> }> {
  const arrays = <T>(tree: T): Arrays<T> =>
    mapTree(tree as Tree<TensorData>, ({ data, shape }) => np.array(data as never, { shape: [...shape] })) as Arrays<T>;
  type Part = { weights?: Arrays<Weights>; adapters?: Arrays<Adapters> };
  const trained = (full ? { weights: arrays(weights) } : { adapters: arrays(adapters) }) as unknown as Part;
  const held = (full ? {} : { weights: arrays(weights) }) as unknown as Part;
  const b = arrays(batch) as unknown as Arrays<Batch>;
  const fn = (trained: Part, held: Part, batch: Arrays<Batch>) => loss(shape, (trained.weights ?? held.weights)!, trained.adapters, batch);
  const run = jit(valueAndGrad(fn as never) as never) as unknown as (...args: unknown[]) => [JaxArray, Record<string, Tree<JaxArray>>];
  const kept = (tree: unknown) => mapTree(tree as Tree<JaxArray>, (array) => array.ref);
  const read = async (array: JaxArray): Promise<TensorData> => {
    const { shape } = array;
    return { shape, dtype: 'float32', data: (await array.data()) as Float32Array };
  };
  return async () => {
    const [value, grads] = run(kept(trained), kept(held), kept(b));
    const pending: [string, JaxArray][] = [];
    mapTree(grads[full ? 'weights' : 'adapters'], (array, path) => pending.push([path, array]));
    const result = await read(value);
    const byPath: Record<string, TensorData> = {};
    for (const [path, array] of pending) byPath[path] = await read(array);
    return { value: result, grads: byPath };
  };
}
