import { UserError } from '../core/index.ts';
import type { TensorData } from '../engine/index.ts';
import { Matrix, matmul, scale } from '../linalg/index.ts';
import { type AdapterConfig, scaleOf } from './config.ts';
import type { AdapterData, Factors } from './factors.ts';
import { matrixOf, sliceOf, tensor, tensorOf } from './tensors.ts';

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
  const right = unstacked(sliceOf(a, client));
  const left = sliceOf(b, client);
  if (c === undefined) return { a: right, b: unstacked(left) };
  const core = sliceOf(c, client);
  return { a: right, b: unstacked(tensorOf(timesCore(matrixOf(left), core))) };
}

/** [1, rows, cols] as [rows, cols]. */
const unstacked = ({ shape, data }: TensorData): TensorData => tensor(shape.slice(1), data as Float32Array);

/** B C for a core [1, r, r] or, diagonal, [1, r]. */
function timesCore(left: Matrix, core: TensorData): Matrix {
  if (core.shape.length > 2) return matmul(left, matrixOf(core));
  return new Matrix(
    left.rows,
    left.cols,
    left.data.map((x, at) => x * core.data[at % left.cols]),
  );
}

/** ΔW = s B A of each module of one client, [out, in]. */
export function updateOf(adapter: AdapterData, config: AdapterConfig, client: number): Record<string, TensorData> {
  const factors = Object.entries(loraOf(adapter, client));
  const product = (b: TensorData, a: TensorData) => unstacked(tensorOf(scale(scaleOf(config), matmul(matrixOf(b), matrixOf(a)))));
  return Object.fromEntries(factors.map(([module, { a, b }]) => [module, product(b, a)]));
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
