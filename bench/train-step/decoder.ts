import * as tf from '@tensorflow/tfjs';
import { Random } from '../../src/core/index.ts';
import { crossEntropy, rmsNorm, rotary, silu, type TensorData, valueAndGrads } from '../../src/engine/index.ts';

/** The shape of a Llama-style decoder: d wide, H heads, K heads for keys and values, f hidden, V words, rank r. */
export interface Shape {
  d: number;
  layers: number;
  heads: number;
  kvHeads: number;
  hidden: number;
  vocabulary: number;
  rank: number;
  batch: number;
  length: number;
}

/** The linear maps of a layer, each with an adapter. */
export const LINEAR = ['q', 'k', 'v', 'o', 'gate', 'up', 'down'] as const;
export type Linear = (typeof LINEAR)[number];

export type Layer = Record<Linear, tf.Tensor> & { norm1: tf.Tensor; norm2: tf.Tensor };
export interface Weights {
  embedding: tf.Tensor;
  layers: Layer[];
  norm: tf.Tensor;
  head: tf.Tensor;
}
export interface Adapter {
  a: tf.Tensor;
  b: tf.Tensor;
}
export type Adapters = Record<Linear, Adapter>[];
export interface Batch {
  /** int32 [batch, length] */
  tokens: tf.Tensor;
  /** int32 [batch, length] */
  targets: tf.Tensor;
}
type Data<T> = T extends tf.Tensor ? TensorData : { [Name in keyof T]: Data<T[Name]> };

/** LoRA's scale. */
const SCALE = 2;

/** [rows, columns] of each linear map, which multiplies from the right. */
function sizes({ d, heads, kvHeads, hidden }: Shape): Record<Linear, [number, number]> {
  const kv = (d / heads) * kvHeads;
  return { q: [d, d], k: [d, kv], v: [d, kv], o: [d, d], gate: [d, hidden], up: [d, hidden], down: [hidden, d] };
}

/** Random weights, adapters and a batch. */
export function randomProblem(shape: Shape, seed = 1): { weights: Data<Weights>; adapters: Data<Adapters>; batch: Data<Batch> } {
  const random = new Random(seed);
  const normal = (dims: number[], deviation: number): TensorData => {
    const count = dims.reduce((a, b) => a * b, 1);
    return { shape: dims, dtype: 'float32', data: Float32Array.from(random.fillNormal(new Float64Array(count)), (x) => x * deviation) };
  };
  const near1 = (length: number): TensorData => {
    const { data, ...rest } = normal([length], 0.1);
    return { ...rest, data: (data as Float32Array).map((x) => 1 + x) };
  };
  const tokens = (): TensorData => ({
    shape: [shape.batch, shape.length],
    dtype: 'int32',
    data: Int32Array.from({ length: shape.batch * shape.length }, () => random.integer(0, shape.vocabulary)),
  });
  const { d, layers, vocabulary, rank } = shape;
  const linear = sizes(shape);
  const each = <T>(make: (name: Linear) => T) => Object.fromEntries(LINEAR.map((name) => [name, make(name)])) as Record<Linear, T>;
  return {
    weights: {
      embedding: normal([vocabulary, d], 1),
      layers: Array.from({ length: layers }, () => ({
        ...each((name) => normal(linear[name], linear[name][0] ** -0.5)),
        norm1: near1(d),
        norm2: near1(d),
      })),
      norm: near1(d),
      head: normal([d, vocabulary], d ** -0.5),
    },
    adapters: Array.from({ length: layers }, () =>
      each((name) => ({ a: normal([linear[name][0], rank], linear[name][0] ** -0.5), b: normal([rank, linear[name][1]], 0.1) })),
    ),
    batch: { tokens: tokens(), targets: tokens() },
  };
}

/** cos and sin [length, D / 2] of the rotary embedding. */
function rotaryTables(length: number, D: number): [tf.Tensor, tf.Tensor] {
  const angles = new Float32Array((length * D) / 2);
  for (let t = 0; t < length; t++) {
    for (let i = 0; i < D / 2; i++) angles[(t * D) / 2 + i] = t * 10000 ** ((-2 * i) / D);
  }
  const make = (fn: (x: number) => number) => tf.tensor2d(angles.map(fn), [length, D / 2]);
  return [make(Math.cos), make(Math.sin)];
}

/** Mean cross-entropy of the next token, with adapters where given. */
export function loss(shape: Shape, weights: Weights, adapters: Adapters | undefined, { tokens, targets }: Batch): tf.Scalar {
  const { d, heads, kvHeads, vocabulary, batch: B, length: T } = shape;
  const D = d / heads;
  const [cos, sin] = rotaryTables(T, D);
  const future = tf.tensor2d(
    Float32Array.from({ length: T * T }, (_, i) => (i % T > Math.floor(i / T) ? -1e9 : 0)),
    [T, T],
  );
  let x: tf.Tensor = tf.reshape(tf.gather(weights.embedding, tf.reshape(tokens, [B * T])), [B * T, d]);
  weights.layers.forEach((layer, index) => {
    const linear = (name: Linear, input: tf.Tensor): tf.Tensor => {
      const plain = tf.matMul(input, layer[name]);
      if (adapters === undefined) return plain;
      const { a, b } = adapters[index][name];
      return tf.add(plain, tf.mul(tf.matMul(tf.matMul(input, a), b), SCALE));
    };
    const split = (y: tf.Tensor, count: number) => tf.transpose(tf.reshape(y, [B, T, count, D]), [0, 2, 1, 3]);
    // The query heads of one key head are more rows of the same product.
    const grouped = (y: tf.Tensor, columns: number) => tf.reshape(y, [B, kvHeads, (heads / kvHeads) * T, columns]);
    const h = rmsNorm(x, layer.norm1);
    const q = rotary(split(linear('q', h), heads), cos, sin);
    const k = rotary(split(linear('k', h), kvHeads), cos, sin);
    const v = split(linear('v', h), kvHeads);
    const products = tf.mul(tf.matMul(grouped(q, D), k, false, true), D ** -0.5);
    const scores = tf.add(tf.reshape(products, [B, heads, T, T]), future);
    const mixed = tf.reshape(tf.matMul(grouped(tf.softmax(scores), T), v), [B, heads, T, D]);
    x = tf.add(x, linear('o', tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [B * T, d])));
    const g = rmsNorm(x, layer.norm2);
    const gate = linear('gate', g);
    x = tf.add(x, linear('down', tf.mul(silu(gate), linear('up', g))));
  });
  const logits = tf.matMul(rmsNorm(x, weights.norm), weights.head) as tf.Tensor2D;
  return tf.mean(crossEntropy(tf.reshape(logits, [B * T, vocabulary]), tf.reshape(targets, [B * T])));
}

/** Loss and the gradient of every adapter. */
export const loraStep = (shape: Shape) => (inputs: { adapters: Adapters; batch: Batch }, weights: Weights) =>
  valueAndGrads((adapters: Adapters) => loss(shape, weights, adapters, inputs.batch), inputs.adapters);

/** Loss and the gradient of every weight. */
export const fullStep = (shape: Shape) => (inputs: { weights: Weights; batch: Batch }) =>
  valueAndGrads((weights: Weights) => loss(shape, weights, undefined, inputs.batch), inputs.weights);
