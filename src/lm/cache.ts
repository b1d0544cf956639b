import type { TensorData } from '../engine/index.ts';
import type { LlamaConfig } from './config.ts';

/** A tensor of float32 numbers. */
export interface FloatData extends TensorData {
  readonly dtype: 'float32';
  readonly data: Float32Array;
}

/** Keys and values of each layer, float32 [B, K, length, D]. */
export interface LayerData {
  keys: FloatData;
  values: FloatData;
}

/** Of a slot that is not seen. */
export const UNSEEN = -1e9;

/** float32 zeros. */
export function zeros(shape: readonly number[]): FloatData {
  return { shape, dtype: 'float32', data: new Float32Array(shape.reduce((a, b) => a * b, 1)) };
}

/**
 * The lengths that programs are compiled for: 16, 24, 32, 48, 64 …, so that few are and at most a third is empty.
 *
 * @returns the first that is not below
 */
export function roundLength(length: number): number {
  let size = 16;
  while (size < length) size *= 2;
  return length <= size * 0.75 && size > 16 ? size * 0.75 : size;
}

/** Keys and values of the tokens so far, in buffers that a compiled step reads where they are. */
export class KeyValueCache {
  /** As `decode` takes them; another array after the cache has grown. */
  layers: LayerData[];
  /** float32 [B, 1, 1, S]: 0 for a slot that is seen. */
  mask: FloatData;
  /** Slots that are filled. */
  length = 0;
  readonly #rows: number;
  readonly #config: LlamaConfig;

  /** @param rows B @param slots S to begin with */
  constructor(config: LlamaConfig, rows: number, slots: number) {
    this.#config = config;
    this.#rows = rows;
    ({ layers: this.layers, mask: this.mask } = this.#empty(roundLength(slots)));
  }

  /**
   * Takes in keys and values of new tokens, one slot for each column.
   *
   * @param fresh of each layer, [B, K, T, D]
   * @param from the first column that is taken
   * @param seen whether a row's column is a token, and not padding
   */
  append(fresh: readonly LayerData[], from: number, seen: (row: number, column: number) => boolean): void {
    const T = fresh[0].keys.shape[2];
    this.#reserve(this.length + T - from);
    fresh.forEach(({ keys, values }, layer) => {
      copyColumns(keys, from, T, this.layers[layer].keys, this.length);
      copyColumns(values, from, T, this.layers[layer].values, this.length);
    });
    const slots = this.#slots;
    for (let row = 0; row < this.#rows; row++) {
      for (let column = from; column < T; column++) {
        if (seen(row, column)) this.mask.data[row * slots + this.length + column - from] = 0;
      }
    }
    this.length += T - from;
  }

  get #slots(): number {
    return this.mask.shape[3];
  }

  #empty(slots: number): { layers: LayerData[]; mask: FloatData } {
    const { layers, kvHeads, headDim } = this.#config;
    const shape = [this.#rows, kvHeads, slots, headDim];
    const mask = zeros([this.#rows, 1, 1, slots]);
    mask.data.fill(UNSEEN);
    return { layers: Array.from({ length: layers }, () => ({ keys: zeros(shape), values: zeros(shape) })), mask };
  }

  /** Larger buffers, when there is no room for so many slots. */
  #reserve(slots: number): void {
    const before = this.#slots;
    if (slots <= before) return;
    const { layers, mask } = this.#empty(roundLength(slots));
    layers.forEach(({ keys, values }, layer) => {
      copyColumns(this.layers[layer].keys, 0, this.length, keys, 0);
      copyColumns(this.layers[layer].values, 0, this.length, values, 0);
    });
    for (let row = 0; row < this.#rows; row++) {
      mask.data.set(this.mask.data.subarray(row * before, row * before + this.length), row * mask.shape[3]);
    }
    this.layers = layers;
    this.mask = mask;
  }
}

/** Columns `start` to `end` of every row and head, to the columns from `at` on. */
function copyColumns(source: FloatData, start: number, end: number, target: FloatData, at: number): void {
  const [rows, heads, sourceLength, D] = source.shape;
  const targetLength = target.shape[2];
  const count = (end - start) * D;
  const from = source.data;
  const to = target.data;
  for (let i = 0; i < rows * heads; i++) {
    const f = (i * sourceLength + start) * D;
    const t = (i * targetLength + at) * D;
    // Views cost more than a few numbers.
    if (count > 256) to.set(from.subarray(f, f + count), t);
    else for (let j = 0; j < count; j++) to[t + j] = from[f + j];
  }
}
