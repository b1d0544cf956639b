import { UserError } from '../core/index.ts';
import type { TensorData } from '../engine/index.ts';
import { type AdapterConfig, scaleOf } from './config.ts';
import type { AdapterData, Factors } from './factors.ts';
import { sliceOf, tensor } from './tensors.ts';

/** How many clients an adapter is of: the length of its personal factors, 1 where nothing is personal. */
export function clientCount(adapter: AdapterData): number {
  return Math.max(...Object.values(adapter).flatMap((factors) => Object.values(factors).map(({ shape }: TensorData) => shape[0])));
}

/**
 * The ordinary LoRA adapter of one client: A [r, in] and B C [out, r] of each module, as PEFT stores them.
 *
 * @throws UserError when there is no such client
 */
export function loraOf(adapter: AdapterData, client: number): Record<string, { a: TensorData; b: TensorData }> {
  const clients = clientCount(adapter);
  if (!(Number.isInteger(client) && client >= 0 && client < clients)) {
    throw new UserError(`adapter: client must be from 0 to ${clients - 1}, got ${client}`);
  }
  return Object.fromEntries(Object.entries(adapter).map(([module, factors]) => [module, loraFactors(factors, client)]));
}

function loraFactors({ a, b, c }: Factors<TensorData>, client: number): { a: TensorData; b: TensorData } {
  const A = sliceOf(a, client);
  const B = sliceOf(b, client);
  const [, rank, width] = A.shape;
  const out = B.shape[1];
  const plain = { a: tensor([rank, width], A.data as Float32Array), b: tensor([out, rank], B.data as Float32Array) };
  if (c === undefined) return plain;
  const core = sliceOf(c, client);
  const isDiagonal = core.shape.length === 2;
  const data = new Float32Array(out * rank);
  for (let i = 0; i < out; i++) {
    for (let q = 0; q < rank; q++) {
      let sum = 0;
      if (isDiagonal) sum = B.data[i * rank + q] * core.data[q];
      else for (let p = 0; p < rank; p++) sum += B.data[i * rank + p] * core.data[p * rank + q];
      data[i * rank + q] = sum;
    }
  }
  return { a: plain.a, b: tensor([out, rank], data) };
}

/** ΔW = s B A of each module of one client, [out, in]. */
export function updateOf(adapter: AdapterData, config: AdapterConfig, client: number): Record<string, TensorData> {
  const scale = scaleOf(config);
  return Object.fromEntries(Object.entries(loraOf(adapter, client)).map(([module, { a, b }]) => [module, product(b, a, scale)]));
}

/** s · B A, [out, in]. */
function product(b: TensorData, a: TensorData, scale: number): TensorData {
  const [out, rank] = b.shape;
  const width = a.shape[1];
  const data = new Float32Array(out * width);
  const row = new Float64Array(width);
  for (let i = 0; i < out; i++) {
    row.fill(0);
    for (let q = 0; q < rank; q++) {
      const x = scale * b.data[i * rank + q];
      for (let j = 0; j < width; j++) row[j] += x * a.data[q * width + j];
    }
    data.set(row, i * width);
  }
  return tensor([out, width], data);
}

/**
 * Weights with changes added to some.
 *
 * @param changes [out, in] under module names without `.weight`
 * @throws UserError when a weight is missing or has another shape
 */
export function addedTo(weights: Record<string, TensorData>, changes: Record<string, TensorData>): Record<string, TensorData> {
  const result = { ...weights };
  for (const [module, change] of Object.entries(changes)) {
    const name = `${module}.weight`;
    const weight = weights[name];
    if (weight === undefined || String(weight.shape) !== String(change.shape)) {
      const got = weight === undefined ? 'none' : `[${weight.shape.join(', ')}]`;
      throw new UserError(
        `adapter: the model's ${name} must have shape [${change.shape.join(', ')}], got ${got} (use the model it was trained on)`,
      );
    }
    const data = new Float32Array(weight.data.length);
    for (let i = 0; i < data.length; i++) data[i] = weight.data[i] + change.data[i];
    result[name] = { ...weight, data };
  }
  return result;
}
