import { UserError } from '../../core/index.ts';
import { add, binary, cast, div, type Graph, like, mul, sub, unary, type Value, where } from '../graph/index.ts';
import { composed, type KernelTable, type Translation, translated } from './translation.ts';

/** SELU's constants, from Klambauer et al., Self-Normalizing Neural Networks, 2017. */
const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

type Emit = (graph: Graph, x: Value) => Value;

/** A function of float32; of other types by way of it, since TensorFlow.js keeps the type. */
const real = (onnx: string, emit: Emit, how: typeof translated = composed): Translation =>
  how(onnx, ({ graph, inputs: { x } }) => cast(graph, emit(graph, cast(graph, x, 'float32')), x.dtype));
/** A function of float32 that is one ONNX operator. */
const direct = (op: string): Translation => real(op, (graph, x) => unary(graph, op, x), translated);
/** A function of numbers that is one ONNX operator for int32 too. */
const numeric = (op: string): Translation =>
  translated(op, ({ graph, inputs: { x } }) => cast(graph, unary(graph, op, x.dtype === 'bool' ? cast(graph, x, 'int32') : x), x.dtype));
/** A test of each number. */
const test = (onnx: string, emit: Emit, how: typeof translated = composed): Translation =>
  how(onnx, ({ graph, inputs: { x } }) => emit(graph, cast(graph, x, 'float32')));

/** eˣ − 1 = tanh(x / 2) · (eˣ + 1), which loses no digits near 0. */
function expm1(graph: Graph, x: Value): Value {
  const tanh = unary(graph, 'Tanh', mul(graph, x, like(graph, x, 0.5)));
  return mul(graph, tanh, add(graph, unary(graph, 'Exp', x), like(graph, x, 1)));
}

/** log(1 + x) = x · log(u) / (u − 1) with u = 1 + x rounded; x itself where u is 1. Source: Kahan. */
function log1p(graph: Graph, x: Value): Value {
  const one = like(graph, x, 1);
  const u = add(graph, x, one);
  const log = unary(graph, 'Log', u);
  const exact = mul(graph, log, div(graph, x, sub(graph, u, one)));
  const plain = binary(graph, 'Or', binary(graph, 'Equal', u, x, 'bool'), binary(graph, 'Equal', u, one, 'bool'), 'bool');
  return where(graph, plain, where(graph, binary(graph, 'Equal', u, one, 'bool'), x, log), exact);
}

/** x where positive, else scale · (eˣ − 1). */
export function elu(graph: Graph, x: Value, alpha: number): Value {
  const negative = mul(graph, expm1(graph, binary(graph, 'Min', x, like(graph, x, 0))), like(graph, x, alpha));
  return where(graph, binary(graph, 'GreaterOrEqual', x, like(graph, x, 0), 'bool'), x, negative);
}

/** x limited to an interval. */
export function clip(graph: Graph, x: Value, low: number, high: number): Value {
  return graph.node('Clip', [x, like(graph, x, low), like(graph, x, high)], x.dtype, x.shape);
}

/** x where positive or 0, else alpha · x. */
export function leakyRelu(graph: Graph, x: Value, alpha: number): Value {
  return graph.node('LeakyRelu', [x], x.dtype, x.shape, { attributes: { alpha: { float: alpha } } });
}

/** Kernels of one tensor that work entry by entry. */
export const unaryKernels: KernelTable = {
  Abs: numeric('Abs'),
  Acos: direct('Acos'),
  Acosh: direct('Acosh'),
  Asin: direct('Asin'),
  Asinh: direct('Asinh'),
  Atan: direct('Atan'),
  Atanh: direct('Atanh'),
  Ceil: direct('Ceil'),
  Cos: direct('Cos'),
  Cosh: direct('Cosh'),
  Erf: direct('Erf'),
  Exp: direct('Exp'),
  Floor: direct('Floor'),
  Log: direct('Log'),
  Reciprocal: direct('Reciprocal'),
  Relu: numeric('Relu'),
  Round: direct('Round'),
  Sigmoid: direct('Sigmoid'),
  Sign: numeric('Sign'),
  Sin: direct('Sin'),
  Sinh: direct('Sinh'),
  Softplus: direct('Softplus'),
  Sqrt: direct('Sqrt'),
  Tan: direct('Tan'),
  Tanh: direct('Tanh'),
  Neg: numeric('Neg'),
  Expm1: real('Tanh, Exp, Mul', expm1),
  Log1p: real('Log, Div, Where', log1p),
  Rsqrt: real('Sqrt, Reciprocal', (graph, x) => unary(graph, 'Reciprocal', unary(graph, 'Sqrt', x))),
  Square: composed('Mul', ({ graph, inputs: { x } }) => mul(graph, x, x)),
  Relu6: composed('Clip', ({ graph, inputs: { x } }) => clip(graph, x, 0, 6)),
  Elu: real('Tanh, Exp, Where', (graph, x) => elu(graph, x, 1)),
  Selu: real('Tanh, Exp, Where', (graph, x) => mul(graph, elu(graph, x, SELU_ALPHA), like(graph, x, SELU_SCALE))),
  IsNan: test('IsNaN', (graph, x) => unary(graph, 'IsNaN', x, 'bool'), translated),
  IsInf: test('IsInf', (graph, x) => unary(graph, 'IsInf', x, 'bool'), translated),
  IsFinite: test('Abs, Less', (graph, x) =>
    binary(graph, 'Less', unary(graph, 'Abs', x), like(graph, x, Number.POSITIVE_INFINITY), 'bool')),
  Cast: translated<{ dtype: string }>('Cast', ({ graph, inputs: { x }, attrs: { dtype } }) => {
    if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return cast(graph, x, dtype);
    throw new UserError(`jit: tf.cast must be to float32, int32 or bool, got ${dtype}`);
  }),
  LogicalNot: translated('Not', ({ graph, inputs: { x } }) => unary(graph, 'Not', cast(graph, x, 'bool'))),
  ClipByValue: translated<{ clipValueMin: number; clipValueMax: number }>('Clip', ({ graph, inputs: { x }, attrs }) =>
    clip(graph, x, attrs.clipValueMin, attrs.clipValueMax),
  ),
  LeakyRelu: translated<{ alpha: number }>('LeakyRelu', ({ graph, inputs: { x }, attrs }) =>
    leakyRelu(graph, cast(graph, x, 'float32'), attrs.alpha),
  ),
  Step: composed<{ alpha: number }>('Greater, IsNaN, Where', ({ graph, inputs: { x }, attrs }) => {
    const positive = binary(graph, 'Greater', x, like(graph, x, 0), 'bool');
    const step = where(graph, positive, like(graph, x, 1), like(graph, x, attrs.alpha));
    return x.dtype === 'float32' ? where(graph, unary(graph, 'IsNaN', x, 'bool'), x, step) : step;
  }),
};
