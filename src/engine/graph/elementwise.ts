import type { Graph } from './graph.ts';
import { reshape } from './layout.ts';
import { scale, unscaled } from './scale.ts';
import { type GraphDType, sameShape, sizeOf, type Value } from './value.ts';

/**
 * The shape to which two shapes broadcast. TensorFlow.js has checked that they do.
 *
 * @param a [..., n] @param b [..., n]; lengths are equal or one of them is 1
 */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[i - rank + a.length] ?? 1;
    const right = b[i - rank + b.length] ?? 1;
    return left === 1 ? right : left;
  });
}

/** An operator of one input that keeps the shape. */
export function unary(graph: Graph, op: string, x: Value, dtype: GraphDType = x.dtype): Value {
  if (x.node?.op === 'Reshape') return reshape(graph, unary(graph, op, x.node.inputs[0]!, dtype), x.shape);
  return graph.node(op, [x], dtype, x.shape);
}

/**
 * An operator of two inputs that broadcasts, such as Add, Mul, Pow, Less.
 *
 * Filled constants enter as scalars and explicit expansions are skipped where broadcasting gives the same shape.
 */
export function binary(graph: Graph, op: string, a: Value, b: Value, dtype: GraphDType = a.dtype): Value {
  const shape = broadcastShape(a.shape, b.shape);
  return simplified(graph, op, a, b, shape) ?? beforeReshape(graph, op, a, b, dtype) ?? plain(graph, op, a, b, dtype, shape);
}

function plain(graph: Graph, op: string, a: Value, b: Value, dtype: GraphDType, shape: readonly number[]): Value {
  let left = shrunk(graph, a);
  if (!sameShape(broadcastShape(left.shape, b.shape), shape)) left = a;
  let right = shrunk(graph, b);
  if (!sameShape(broadcastShape(left.shape, right.shape), shape)) right = b;
  return graph.node(op, [left, right], dtype, shape);
}

/** x + y. @see binary */
export const add = (graph: Graph, x: Value, y: Value): Value => binary(graph, 'Add', x, y);
/** x − y. @see binary */
export const sub = (graph: Graph, x: Value, y: Value): Value => binary(graph, 'Sub', x, y);

/** x · y, entry by entry. A number that multiplies a whole operand is moved to the smaller one, or outwards. @see binary */
export function mul(graph: Graph, x: Value, y: Value): Value {
  if (x.dtype !== 'float32') return binary(graph, 'Mul', x, y);
  const shape = broadcastShape(x.shape, y.shape);
  if (sizeOf(shape) > 0 && y.splat !== undefined) return scale(graph, expand(graph, x, shape), y.splat);
  if (sizeOf(shape) > 0 && x.splat !== undefined) return scale(graph, expand(graph, y, shape), x.splat);
  const left = unscaled(graph, x);
  const right = unscaled(graph, y);
  const factor = left.factor * right.factor;
  if (factor === 1 || sizeOf(shape) === 0) return binary(graph, 'Mul', left.base, right.base);
  if (sizeOf(left.base.shape) < sizeOf(shape)) return binary(graph, 'Mul', scale(graph, left.base, factor), right.base);
  if (sizeOf(right.base.shape) < sizeOf(shape)) return binary(graph, 'Mul', left.base, scale(graph, right.base, factor));
  return scale(graph, binary(graph, 'Mul', left.base, right.base), factor);
}

/** x / y; towards zero for integers. Division by a number is a product where its inverse is exact. @see binary */
export function div(graph: Graph, x: Value, y: Value): Value {
  if (x.dtype === 'float32' && y.splat !== undefined && Number.isInteger(Math.log2(Math.abs(y.splat)))) {
    return mul(graph, x, graph.splat(y.dtype, y.shape, 1 / y.splat));
  }
  return binary(graph, 'Div', x, y);
}

/** The scalar `number` in the type of `x`, ready for a binary operator. */
export const like = (graph: Graph, x: Value, number: number): Value => graph.splat(x.dtype, [], number);

/** condition ? x : y, all three broadcast. */
export function where(graph: Graph, condition: Value, x: Value, y: Value): Value {
  const shape = broadcastShape(condition.shape, broadcastShape(x.shape, y.shape));
  let left = shrunk(graph, x);
  let right = shrunk(graph, y);
  if (!sameShape(broadcastShape(condition.shape, broadcastShape(left.shape, right.shape)), shape)) {
    left = x;
    right = y;
  }
  return graph.node('Where', [condition, left, right], x.dtype, shape);
}

/** x in another type; bool is 0 or 1, and anything but 0 is true. */
export function cast(graph: Graph, x: Value, dtype: GraphDType): Value {
  if (x.dtype === dtype) return x;
  if (x.splat !== undefined) return graph.splat(dtype, x.shape, castNumber(x.splat, dtype));
  return graph.node('Cast', [x], dtype, x.shape, { attributes: { to: ONNX_DTYPE[dtype] } });
}

/** ONNX's number of each element type. */
export const ONNX_DTYPE: Record<GraphDType, number> = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 };

function castNumber(number: number, dtype: GraphDType): number {
  if (dtype === 'bool') return number === 0 ? 0 : 1;
  return dtype === 'int32' || dtype === 'int64' ? Math.trunc(number) : number;
}

/** What broadcasts to the same numbers as x with fewer of them: the input of an Expand, or a scalar. */
function shrunk(graph: Graph, x: Value): Value {
  if (x.splat !== undefined) return graph.splat(x.dtype, [], x.splat);
  return x.node?.op === 'Expand' ? x.node.inputs[0]! : x;
}

/** x + 0, x − 0, x / 1 and arithmetic of two filled constants, without a node. */
function simplified(graph: Graph, op: string, a: Value, b: Value, shape: number[]): Value | undefined {
  if (sizeOf(shape) === 0) return undefined;
  if (a.splat !== undefined && b.splat !== undefined && a.dtype === 'float32' && op in FOLDED) {
    return graph.splat(a.dtype, shape, Math.fround(FOLDED[op](a.splat, b.splat)));
  }
  if (b.splat === (op === 'Add' || op === 'Sub' ? 0 : op === 'Div' ? 1 : undefined))
    return b.splat === undefined ? undefined : expand(graph, a, shape);
  return op === 'Add' && a.splat === 0 ? expand(graph, b, shape) : undefined;
}

const FOLDED: Record<string, (a: number, b: number) => number> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
};

/** The operator on what an operand was reshaped from, so that products and what follows them meet in one shape. */
function beforeReshape(graph: Graph, op: string, a: Value, b: Value, dtype: GraphDType): Value | undefined {
  const reshaped = [a, b].find((value) => value.node?.op === 'Reshape' && sameShape(value.shape, broadcastShape(a.shape, b.shape)));
  if (reshaped === undefined) return undefined;
  const inner = reshaped.node!.inputs[0]!;
  const other = reshaped === a ? b : a;
  let fitting: Value | undefined;
  if (sameShape(other.shape, reshaped.shape)) fitting = reshape(graph, other, inner.shape);
  else if (other.shape.length === 0 || (other.shape.length === 1 && inner.shape[inner.shape.length - 1] === other.shape[0]))
    fitting = other;
  if (fitting === undefined) return undefined;
  const [left, right] = reshaped === a ? [inner, fitting] : [fitting, inner];
  return reshape(graph, plain(graph, op, left, right, dtype, inner.shape), reshaped.shape);
}

/** x broadcast to a shape; x itself where it has it. */
export function expand(graph: Graph, x: Value, shape: readonly number[]): Value {
  if (sameShape(x.shape, shape)) return x;
  if (x.splat !== undefined) return graph.splat(x.dtype, shape, x.splat);
  return graph.node('Expand', [x, graph.integers(shape)], x.dtype, shape);
}
