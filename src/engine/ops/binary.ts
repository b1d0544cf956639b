import { add, binary, broadcastShape, cast, div, type Graph, like, mul, sub, unary, type Value, where } from '../graph/index.ts';
import { composed, type KernelTable, listOf, type Translation, translated } from './translation.ts';

/** An operator of two tensors of one numeric type. */
const numeric = (op: string): Translation =>
  translated(op, ({ graph, inputs: { a, b } }) => {
    if (a.dtype !== 'bool') return binary(graph, op, a, b);
    return cast(graph, binary(graph, op, cast(graph, a, 'int32'), cast(graph, b, 'int32')), 'bool');
  });
/** A comparison of two tensors of one type. */
const comparison = (op: string): Translation =>
  translated(op, ({ graph, inputs: { a, b } }) => {
    const ordered = a.dtype === 'bool' && op !== 'Equal';
    return binary(graph, op, ordered ? cast(graph, a, 'int32') : a, ordered ? cast(graph, b, 'int32') : b, 'bool');
  });
/** A logical operator; anything but 0 is true. */
const logical = (op: string): Translation =>
  translated(op, ({ graph, inputs: { a, b } }) => binary(graph, op, cast(graph, a, 'bool'), cast(graph, b, 'bool')));
/** A function of two tensors by way of float32. */
const real = (onnx: string, emit: (graph: Graph, a: Value, b: Value) => Value): Translation =>
  composed(onnx, ({ graph, inputs: { a, b } }) => cast(graph, emit(graph, cast(graph, a, 'float32'), cast(graph, b, 'float32')), a.dtype));

const compare = (graph: Graph, op: string, a: Value, b: Value): Value => binary(graph, op, a, b, 'bool');

/** The angle of the point (x, y), in all four quadrants; of signed zeros as in IEEE 754 but for the sign of ±π. */
function atan2(graph: Graph, y: Value, x: Value): Value {
  const zero = like(graph, y, 0);
  const pi = like(graph, y, Math.PI);
  const angle = unary(graph, 'Atan', div(graph, y, x));
  const left = where(graph, compare(graph, 'Less', y, zero), sub(graph, angle, pi), add(graph, angle, pi));
  const half = mul(graph, unary(graph, 'Sign', y), like(graph, y, Math.PI / 2));
  const vertical = where(graph, compare(graph, 'Equal', x, zero), half, angle);
  return where(graph, compare(graph, 'Less', x, zero), left, vertical);
}

/** aᵇ. Small whole exponents are products, which are faster and as TensorFlow.js's gradients need them. */
function pow(graph: Graph, a: Value, b: Value): Value {
  if (b.splat === 1) return mul(graph, a, like(graph, a, 1));
  if (b.splat === 2 && b.shape.length === 0) return mul(graph, a, a);
  if (b.splat === 3 && b.shape.length === 0) return mul(graph, mul(graph, a, a), a);
  return binary(graph, 'Pow', a, b);
}

/** a / b rounded down, int32 as in TensorFlow.js. */
function floorDiv(graph: Graph, a: Value, b: Value): Value {
  return cast(graph, unary(graph, 'Floor', div(graph, cast(graph, a, 'float32'), cast(graph, b, 'float32'))), 'int32');
}

/** Kernels of two tensors that broadcast, and AddN. */
export const binaryKernels: KernelTable = {
  Add: numeric('Add'),
  Sub: numeric('Sub'),
  Multiply: numeric('Mul'),
  Maximum: numeric('Max'),
  Minimum: numeric('Min'),
  RealDiv: translated('Div', ({ graph, inputs: { a, b } }) => div(graph, cast(graph, a, 'float32'), cast(graph, b, 'float32'))),
  FloorDiv: composed('Div, Floor', ({ graph, inputs: { a, b } }) => floorDiv(graph, a, b)),
  Pow: real('Pow, Mul', pow),
  SquaredDifference: composed('Sub, Mul', ({ graph, inputs: { a, b } }) => {
    const difference = sub(graph, a, b);
    return mul(graph, difference, difference);
  }),
  Mod: real('Mod, Where, Add', (graph, a, b) => {
    const remainder = graph.node('Mod', [a, b], 'float32', broadcastShape(a.shape, b.shape), { attributes: { fmod: 1 } });
    const differ = compare(graph, 'Less', mul(graph, remainder, b), like(graph, a, 0));
    return where(graph, differ, add(graph, remainder, b), remainder);
  }),
  Atan2: real('Div, Atan, Where', atan2),
  Equal: comparison('Equal'),
  NotEqual: composed('Equal, Not', ({ graph, inputs: { a, b } }) => unary(graph, 'Not', compare(graph, 'Equal', a, b))),
  Greater: comparison('Greater'),
  GreaterEqual: comparison('GreaterOrEqual'),
  Less: comparison('Less'),
  LessEqual: comparison('LessOrEqual'),
  LogicalAnd: logical('And'),
  LogicalOr: logical('Or'),
  LogicalXor: logical('Xor'),
  BitwiseAnd: translated('BitwiseAnd', ({ graph, inputs: { a, b } }) => binary(graph, 'BitwiseAnd', a, b)),
  AddN: composed('Add', ({ graph, inputs }) => listOf(inputs).reduce((sum, value) => add(graph, sum, value))),
  Prelu: composed('Where, Mul', ({ graph, inputs: { x, alpha } }) =>
    where(graph, compare(graph, 'Less', x, like(graph, x, 0)), mul(graph, x, alpha), x),
  ),
  EluGrad: composed('Where, Mul, Add', ({ graph, inputs: { dy, y } }) =>
    where(graph, compare(graph, 'GreaterOrEqual', y, like(graph, y, 0)), dy, mul(graph, dy, add(graph, y, like(graph, y, 1)))),
  ),
};
