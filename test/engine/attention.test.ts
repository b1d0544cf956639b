import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { jit, leaves, type TensorData, type Tree, valueAndGrads } from '../../src/engine/index.ts';
import { dataTree, difference, eagerTree } from './eager.ts';
import { data } from './kernels/check.ts';

/** Batch, heads, heads of keys and values, length, head width. */
const [B, H, K, T, D] = [2, 4, 2, 5, 6];
const BLOCKED = -1e9;

type Tensors = Record<'q' | 'k' | 'v' | 'mask', tf.Tensor>;

/**
 * Attention of grouped heads.
 *
 * @param q [B, H, T, D] @param k [B, K, S, D] @param v [B, K, S, D]
 * @param mask [B, 1, T, S], added to the scores
 */
function attention({ q, k, v, mask }: Tensors): tf.Tensor {
  const [, , length] = q.shape;
  const [, , keys] = k.shape;
  const grouped = tf.reshape(q, [B, K, (H / K) * length, D]);
  const scores = tf.reshape(tf.mul(tf.matMul(grouped, k, false, true), D ** -0.5), [B, H, length, keys]);
  const shares = tf.reshape(tf.softmax(tf.add(scores, mask)), [B, K, (H / K) * length, keys]);
  return tf.reshape(tf.matMul(shares, v), [B, H, length, D]);
}

const q = data([B, H, T, D], 1);
const k = data([B, K, T, D], 2);
const v = data([B, K, T, D], 3);
/** Tokens of padding at the left of each sequence. */
const PADDING = [0, 2];
const isSeen = (b: number, t: number, s: number) => s <= t && s >= PADDING[b];
/** Causal, without padding as a key. A position of padding sees no key at all, so all keys alike. */
const mask: TensorData = {
  shape: [B, 1, T, T],
  dtype: 'float32',
  data: Float32Array.from({ length: B * T * T }, (_, i) => (isSeen(Math.floor(i / (T * T)), Math.floor(i / T) % T, i % T) ? 0 : BLOCKED)),
};

/** Attention by its definition, of the positions that are no padding: Σ softmax(q·k / √D) v over the keys that are seen, in float64. */
function plain(b: number, h: number, t: number): number[] {
  const group = Math.floor(h / (H / K));
  const row = ({ data }: TensorData, heads: number, head: number, at: number) => [
    ...data.slice(((b * heads + head) * T + at) * D, ((b * heads + head) * T + at + 1) * D),
  ];
  const seen = Array.from({ length: T }, (_, s) => s).filter((s) => isSeen(b, t, s));
  const weights = seen.map((s) => {
    const key = row(k, K, group, s);
    return Math.exp(row(q, H, h, t).reduce((sum, x, i) => sum + x * key[i], 0) / Math.sqrt(D));
  });
  const total = weights.reduce((a, b) => a + b, 0);
  return Array.from({ length: D }, (_, i) => seen.reduce((sum, s, j) => sum + (weights[j] / total) * row(v, K, group, s)[i], 0));
}

describe('attention, padded and causal, with grouped heads', () => {
  it('is what its definition says', async () => {
    const run = await jit(attention, { q, k, v, mask });
    const { data: result } = await run({ q, k, v, mask });
    let compared = 0;
    for (let b = 0; b < B; b++) {
      for (let h = 0; h < H; h++) {
        for (let t = PADDING[b]; t < T; t++) {
          plain(b, h, t).forEach((want, i) => {
            expect(result[((b * H + h) * T + t) * D + i]).toBeCloseTo(want, 4);
            compared++;
          });
        }
      }
    }
    expect(compared).toBe(H * D * (2 * T - PADDING[0] - PADDING[1]));
  });

  it('has the eager gradients, and none for keys and values of padding', async () => {
    await tf.setBackend('cpu');
    const { mask: own, ...trained } = { q, k, v, mask };
    const real = {
      ...own,
      shape: [B, 1, T, 1],
      data: Float32Array.from({ length: B * T }, (_, i) => (i % T < PADDING[Math.floor(i / T)] ? 0 : 1)),
    };
    const fn = (inputs: Tensors & { real: tf.Tensor }) => {
      const { mask, real, ...at } = inputs;
      return valueAndGrads((x) => tf.sum(tf.mul(tf.sin(attention({ ...x, mask })), real)), at);
    };
    const inputs = { ...trained, mask: own, real };
    const expected = leaves(dataTree(tf.tidy(() => fn(eagerTree(inputs)) as never)));
    const actual = leaves((await (await jit(fn, inputs))(inputs)) as unknown as Tree<TensorData>);
    for (const [path, want] of expected) expect([path, difference(actual.get(path), want, 2e-5)]).toEqual([path, undefined]);
    const hidden = (path: string) => actual.get(path)!.data.slice(K * T * D, K * T * D + PADDING[1] * D);
    expect([...hidden('grads.k'), ...hidden('grads.v')].every((x) => x === 0)).toBe(true);
    expect(actual.get('grads.q')!.data.some((x) => x !== 0)).toBe(true);
  });
});

describe('decoding with cached keys and values', () => {
  const d = 8;
  const weights = {
    q: data([d, H * D], 4, -1, 1),
    k: data([d, K * D], 5, -1, 1),
    v: data([d, K * D], 6, -1, 1),
    o: data([H * D, d], 7, -1, 1),
  };
  type Weights = Record<keyof typeof weights, tf.Tensor>;
  const x = data([B, T, d], 8);

  /** One layer of attention on new tokens [B, new, d] that see the past [B, K, slots, D] under a mask; also their keys and values. */
  function layer(input: tf.Tensor, w: Weights, past: { k: tf.Tensor; v: tf.Tensor } | undefined, mask: tf.Tensor) {
    const count = input.shape[1] as number;
    const heads = (name: keyof Weights, h: number) =>
      tf.transpose(tf.reshape(tf.matMul(tf.reshape(input, [B * count, d]), w[name] as tf.Tensor2D), [B, count, h, D]), [0, 2, 1, 3]);
    const [k, v] = [heads('k', K), heads('v', K)];
    const all = (old: tf.Tensor | undefined, now: tf.Tensor) => (old === undefined ? now : tf.concat([old, now], 2));
    const mixed = attention({ q: heads('q', H), k: all(past?.k, k), v: all(past?.v, v), mask });
    const flat = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [B * count, H * D]) as tf.Tensor2D;
    return { y: tf.add(input, tf.reshape(tf.matMul(flat, w.o as tf.Tensor2D), [B, count, d])), k, v };
  }

  it('gives in steps of one token what the full pass gives', async () => {
    const full = await jit(
      ({ x, mask }: Record<'x' | 'mask', tf.Tensor>, w: Weights) => layer(x, w, undefined, mask),
      { x, mask },
      {
        constants: weights,
      },
    );
    const { y: expected } = await full({ x, mask });
    const slots: TensorData = { shape: [B, K, T, D], dtype: 'float32', data: new Float32Array(B * K * T * D) };
    const token = { shape: [B, 1, d], dtype: 'float32' as const };
    const seen = { shape: [B, 1, 1, T + 1], dtype: 'float32' as const };
    let traced = 0;
    type Step = Record<'x' | 'mask' | 'k' | 'v', tf.Tensor>;
    const fn = ({ x, mask, k, v }: Step, w: Weights) => {
      traced++;
      return layer(x, w, { k, v }, mask);
    };
    const step = await jit(fn, { x: token, mask: seen, k: slots, v: slots }, { constants: weights });
    const past = { k: new Float32Array(slots.data.length), v: new Float32Array(slots.data.length) };
    for (let t = 0; t < T; t++) {
      const now = Float32Array.from({ length: B * d }, (_, i) => x.data[(Math.floor(i / d) * T + t) * d + (i % d)]);
      // The last column is the token itself; slots not written yet are hidden.
      const open = Float32Array.from({ length: B * (T + 1) }, (_, i) => {
        const [b, s] = [Math.floor(i / (T + 1)), i % (T + 1)];
        return (s === T ? isSeen(b, t, t) : s < t && isSeen(b, t, s)) ? 0 : BLOCKED;
      });
      const result = await step({ x: now, mask: open, ...past });
      for (const name of ['k', 'v'] as const) {
        for (let head = 0; head < B * K; head++) {
          past[name].set((result[name].data as Float32Array).subarray(head * D, (head + 1) * D), (head * T + t) * D);
        }
      }
      for (let b = 0; b < B; b++) {
        if (t < PADDING[b]) continue;
        for (let i = 0; i < d; i++) expect(result.y.data[b * d + i]).toBeCloseTo(expected.data[(b * T + t) * d + i], 4);
      }
    }
    expect(traced).toBe(1);
  });
});
