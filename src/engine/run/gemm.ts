import { Tensor } from 'onnxruntime-node';
import { checkOptions, UserError } from '../../core/index.ts';
import type { Node, Value } from '../graph/index.ts';
import { writeModel } from '../onnx/index.ts';
import { NativeSession } from './native-session.ts';
import { SESSION_OPTIONS } from './session-options.ts';

/** Options of `gemm`. */
export interface GemmOptions {
  /** Whether A is given as [k, m]. */
  transposeA?: boolean;
  /** Whether B is given as [n, k]. */
  transposeB?: boolean;
  /** How many products of one shape follow each other in the arrays; 1 by default. */
  batch?: number;
  /** An array for the result, of batch · m · n; new by default. */
  into?: Float64Array;
}

/** One session for each way of transposing; it takes every shape. */
const sessions = new Map<string, NativeSession>();

/**
 * A [m, k] · B [k, n] in float64 on native code, with as many threads as there are cores, before the call returns. Source: ours, on
 * onnxruntime.
 *
 * A call costs about 20 µs, so that below some 32³ plain loops are as fast.
 *
 * @param a row-major, length batch · m · k @param b row-major, length batch · k · n
 * @returns row-major [m, n], batch of them
 * @throws UserError when an array has another length
 */
export function gemmSync(
  a: Float64Array,
  b: Float64Array,
  sizes: readonly [number, number, number],
  options: GemmOptions = {},
): Float64Array {
  return product('gemmSync', a, b, sizes, options);
}

/**
 * As `gemmSync`, but what else waits in this thread runs first.
 *
 * @see gemmSync
 */
export async function gemm(
  a: Float64Array,
  b: Float64Array,
  sizes: readonly [number, number, number],
  options: GemmOptions = {},
): Promise<Float64Array> {
  await new Promise((resolve) => setImmediate(resolve));
  return product('gemm', a, b, sizes, options);
}

/**
 * A [m, n] · x [n] in float64 on native code. @see gemm
 *
 * @param options `transpose`: whether A is given as [n, m]
 * @throws UserError when an array has another length
 */
export async function gemv(
  a: Float64Array,
  x: Float64Array,
  [m, n]: readonly [number, number],
  options: { transpose?: boolean } = {},
): Promise<Float64Array> {
  checkOptions('gemv', options, ['transpose']);
  return await gemm(a, x, [m, n, 1], { transposeA: options.transpose });
}

function product(
  where: string,
  a: Float64Array,
  b: Float64Array,
  [m, k, n]: readonly [number, number, number],
  options: GemmOptions,
): Float64Array {
  checkOptions(where, options, ['transposeA', 'transposeB', 'batch', 'into']);
  const { transposeA = false, transposeB = false, batch = 1, into = new Float64Array(batch * m * n) } = options;
  for (const [name, array, rows, cols] of [
    ['A', a, m, k],
    ['B', b, k, n],
    ['into', into, m, n],
  ] as const) {
    if (array.length !== batch * rows * cols) {
      throw new UserError(`${where}: ${name} must have ${batch} · ${rows} · ${cols} = ${batch * rows * cols} entries, got ${array.length}`);
    }
  }
  if (into.length === 0 || k === 0) return into.fill(0);
  sessionFor(transposeA, transposeB).run(
    {
      a: new Tensor('float64', a, [batch, ...(transposeA ? [k, m] : [m, k])]),
      b: new Tensor('float64', b, [batch, ...(transposeB ? [n, k] : [k, n])]),
    },
    { c: new Tensor('float64', into, [batch, m, n]) },
  );
  return into;
}

function sessionFor(transposeA: boolean, transposeB: boolean): NativeSession {
  const key = `${transposeA} ${transposeB}`;
  let session = sessions.get(key);
  if (session === undefined) {
    session = create(transposeA, transposeB);
    sessions.set(key, session);
  }
  return session;
}

function create(transposeA: boolean, transposeB: boolean): NativeSession {
  const shape = [-1, -1, -1];
  const a: Value = { id: 0, dtype: 'float64', shape, input: 'a' };
  const b: Value = { id: 1, dtype: 'float64', shape, input: 'b' };
  const attributes = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 };
  const node: Node =
    transposeA || transposeB
      ? { op: 'FusedMatMul', domain: 'com.microsoft', inputs: [a, b], outputs: [], attributes }
      : { op: 'MatMul', domain: '', inputs: [a, b], outputs: [], attributes: {} };
  node.outputs.push({ id: 2, dtype: 'float64', shape, node });
  const model = writeModel({ nodes: [node], inputs: [a, b], outputs: new Map([['c', node.outputs[0]]]) });
  return new NativeSession(model, SESSION_OPTIONS);
}
