import { InferenceSession, Tensor } from 'onnxruntime-node';
import { checkOptions, UserError } from '../../core/index.ts';
import { Graph, matmul } from '../graph/index.ts';
import { writeModel } from '../onnx/index.ts';

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

/** Sessions by shape, the one used longest ago first. */
const sessions = new Map<string, Promise<InferenceSession>>();
const SESSION_LIMIT = 64;

/**
 * A [m, k] · B [k, n] in float64 on native code, with as many threads as there are cores. Source: ours, on onnxruntime.
 *
 * A call costs about 30 µs, so that below some 64³ plain loops are as fast.
 *
 * @param a row-major, length batch · m · k @param b row-major, length batch · k · n
 * @returns row-major [m, n], batch of them
 * @throws UserError when an array has another length
 */
export async function gemm(
  a: Float64Array,
  b: Float64Array,
  [m, k, n]: readonly [number, number, number],
  options: GemmOptions = {},
): Promise<Float64Array> {
  checkOptions('gemm', options, ['transposeA', 'transposeB', 'batch', 'into']);
  const { transposeA = false, transposeB = false, batch = 1, into = new Float64Array(batch * m * n) } = options;
  for (const [name, array, rows, cols] of [
    ['A', a, m, k],
    ['B', b, k, n],
    ['into', into, m, n],
  ] as const) {
    if (array.length !== batch * rows * cols) {
      throw new UserError(`gemm: ${name} must have ${batch} · ${rows} · ${cols} = ${batch * rows * cols} entries, got ${array.length}`);
    }
  }
  if (into.length === 0 || k === 0) return into.fill(0);
  const shapeA = [batch, ...(transposeA ? [k, m] : [m, k])];
  const shapeB = [batch, ...(transposeB ? [n, k] : [k, n])];
  const session = await sessionFor(shapeA, shapeB, transposeA, transposeB);
  await session.run(
    { a: new Tensor('float64', a, shapeA), b: new Tensor('float64', b, shapeB) },
    { c: new Tensor('float64', into, [batch, m, n]) },
  );
  return into;
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

function sessionFor(shapeA: number[], shapeB: number[], transposeA: boolean, transposeB: boolean): Promise<InferenceSession> {
  const key = `${shapeA} ${shapeB} ${transposeA} ${transposeB}`;
  const session = sessions.get(key) ?? create(shapeA, shapeB, transposeA, transposeB);
  sessions.delete(key);
  sessions.set(key, session);
  if (sessions.size > SESSION_LIMIT) {
    const [[oldest, old]] = sessions;
    sessions.delete(oldest);
    void old.then((unused) => unused.release());
  }
  return session;
}

async function create(shapeA: number[], shapeB: number[], transposeA: boolean, transposeB: boolean): Promise<InferenceSession> {
  const graph = new Graph();
  const a = graph.input('a', 'float64', shapeA);
  const b = graph.input('b', 'float64', shapeB);
  const outputs = new Map([['c', matmul(graph, a, b, transposeA, transposeB)]]);
  return await InferenceSession.create(writeModel({ nodes: graph.allNodes, inputs: graph.inputs, outputs }), { logSeverityLevel: 3 });
}
