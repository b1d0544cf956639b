import * as tf from '@tensorflow/tfjs';
import { crossEntropy, rmsNorm, rotary, silu } from '../engine/index.ts';
import { type LinearModule, type LlamaConfig, moduleName } from './config.ts';
import { rotaryAt, rotaryTables, rotateAt } from './rotary.ts';

/** Parameters under Hugging Face's names, as `parameterShapes` lists them. */
export type Parameters = Record<string, tf.Tensor>;

/**
 * A linear map of the model, for adapters to add to: x [n, in] and the frozen weight [out, in] to [n, out].
 * The rows of x are those of the batch, one sequence after the other.
 */
export type LinearMap = (name: string, x: tf.Tensor2D, weight: tf.Tensor2D) => tf.Tensor2D;

/** What earlier steps of a generation left: keys and values of each layer, float32 [B, K, S, D], of which `mask` says what is seen. */
export interface Past {
  layers: KeyValues[];
  /** float32 [B, 1, 1, S]: 0 where a slot is seen, −1e9 where it is empty or padding. */
  mask: tf.Tensor;
}
export interface KeyValues {
  keys: tf.Tensor;
  values: tf.Tensor;
}

/** What `decode` computes. */
export interface Decoded {
  /** The normed last states, float32 [B · T, d]; `project` turns them into logits. */
  states: tf.Tensor2D;
  /** Keys and values of the tokens given, of each layer, float32 [B, K, T, D]. */
  layers: KeyValues[];
}

/** Options of `decode`. */
export interface DecodeOptions {
  /** int32 [B, T]; 0, 1, 2 … by default. */
  positions?: tf.Tensor;
  /** float32 [B, 1, 1, T]: 0 for a token, −1e9 for padding, which no token sees. */
  padding?: tf.Tensor;
  past?: Past;
  linear?: LinearMap;
}

const plain: LinearMap = (_, x, weight) => tf.matMul(x, weight, false, true);

/**
 * The Llama decoder, without its head: RMSNorm, rotary positions, grouped-query causal attention and SwiGLU. Works eagerly and
 * within `jit`. Source: Touvron et al., LLaMA, 2023, and Ainslie et al., GQA, 2023, in the layout of Hugging Face's files.
 *
 * @param tokens int32 [B, T]
 */
export function decode(config: LlamaConfig, parameters: Parameters, tokens: tf.Tensor, options: DecodeOptions = {}): Decoded {
  const { positions, padding, past, linear = plain } = options;
  const { width, layers, heads, kvHeads, headDim: D, epsilon } = config;
  const [B, T] = tokens.shape as [number, number];
  const group = heads / kvHeads;
  const angles = positions === undefined ? rotaryTables(config, T) : rotaryAt(config, positions);
  // The queries' tables take in the scale of the scores: onnxruntime is slow in products of one row that have a factor.
  const scaled = { cos: tf.mul(angles.cos, D ** -0.5), sin: tf.mul(angles.sin, D ** -0.5) };
  const seen = causalMask(T, padding);

  const norm = (x: tf.Tensor2D, weight: tf.Tensor) => rmsNorm(x, weight, epsilon);
  const turn = positions === undefined ? rotary : rotateAt;
  const split = (y: tf.Tensor, count: number) => tf.transpose(tf.reshape(y, [B, T, count, D]), [0, 2, 1, 3]);
  // The query heads of one key head are more rows of the same product.
  const grouped = (y: tf.Tensor, columns: number) => tf.reshape(y, [B, kvHeads, group * T, columns]);
  const scores = (q: tf.Tensor, keys: tf.Tensor, mask: tf.Tensor) => {
    const length = keys.shape[2] as number;
    return tf.add(tf.reshape(tf.matMul(grouped(q, D), keys, false, true), [B, heads, T, length]), mask);
  };

  const made: KeyValues[] = [];
  let x = tf.gather(parameters['model.embed_tokens.weight'], tf.reshape(tokens, [B * T])) as tf.Tensor2D;
  for (let layer = 0; layer < layers; layer++) {
    const map = (module: LinearModule, input: tf.Tensor2D): tf.Tensor2D => {
      const name = moduleName(layer, module);
      const y = linear(name, input, parameters[`${name}.weight`] as tf.Tensor2D);
      const bias = parameters[`${name}.bias`];
      return bias === undefined ? y : tf.add(y, bias);
    };
    const h = norm(x, parameters[`model.layers.${layer}.input_layernorm.weight`]);
    const q = turn(split(map('q_proj', h), heads), scaled.cos, scaled.sin);
    const keys = turn(split(map('k_proj', h), kvHeads), angles.cos, angles.sin);
    const values = split(map('v_proj', h), kvHeads);
    made.push({ keys, values });
    const fresh = scores(q, keys, seen);
    let mixed: tf.Tensor;
    if (past === undefined) {
      mixed = tf.matMul(grouped(tf.softmax(fresh), T), values);
    } else {
      // Two products instead of one over a copy of all keys.
      const before = past.layers[layer];
      const length = before.keys.shape[2] as number;
      const weights = tf.softmax(tf.concat([scores(q, before.keys, past.mask), fresh], -1));
      const [old, young] = tf.split(weights, [length, T], -1);
      mixed = tf.add(tf.matMul(grouped(old, length), before.values), tf.matMul(grouped(young, T), values));
    }
    const joined = tf.transpose(tf.reshape(mixed, [B, heads, T, D]), [0, 2, 1, 3]);
    x = tf.add(x, map('o_proj', tf.reshape(joined, [B * T, heads * D])));
    const g = norm(x, parameters[`model.layers.${layer}.post_attention_layernorm.weight`]);
    x = tf.add(x, map('down_proj', tf.mul(silu(map('gate_proj', g)), map('up_proj', g))));
  }
  return { states: norm(tf.reshape(x, [B * T, width]), parameters['model.norm.weight']), layers: made };
}

/**
 * Logits of some states.
 *
 * @param states float32 [n, d]
 * @returns float32 [n, V]
 */
export function project(config: LlamaConfig, parameters: Parameters, states: tf.Tensor2D): tf.Tensor2D {
  const head = config.tied ? parameters['model.embed_tokens.weight'] : parameters['lm_head.weight'];
  return tf.matMul(states, head as tf.Tensor2D, false, true);
}

/** Sequences and which of their tokens are to be foretold. */
export interface Batch {
  /** int32 [B, T], filled up on the right. */
  tokens: tf.Tensor;
  /** int32 [n]: flat places b · T + t of the states that foretell. */
  places: tf.Tensor;
  /** int32 [n]: the token that follows each place. */
  targets: tf.Tensor;
  /** float32 [n]: the share of each in the loss; 0 for filling. */
  weights: tf.Tensor;
}

/** Σ weight · cross-entropy over the places of a batch, float32 []. Logits are made at these places only. */
export function batchLoss(config: LlamaConfig, parameters: Parameters, batch: Batch, linear?: LinearMap): tf.Scalar {
  const { states } = decode(config, parameters, batch.tokens, { linear });
  const logits = project(config, parameters, tf.gather(states, batch.places));
  return tf.sum(tf.mul(crossEntropy(logits, batch.targets), batch.weights));
}

/** 0 where a token sees another and −1e9 where not, float32 [T, T], or [B, 1, T, T] with padding. */
function causalMask(T: number, padding: tf.Tensor | undefined): tf.Tensor {
  const future = tf.tensor2d(
    Float32Array.from({ length: T * T }, (_, i) => (i % T > Math.floor(i / T) ? -1e9 : 0)),
    [T, T],
  );
  return padding === undefined ? future : tf.add(future, padding);
}
