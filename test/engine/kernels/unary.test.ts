import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe } from 'vitest';
import { check, data, seeds, shapes } from './check.ts';

type Unary = (x: tf.Tensor) => tf.Tensor;

/** Operation, the interval its argument is from, and whether it has a gradient there. */
const OPERATIONS: Record<string, [Unary, low?: number, high?: number]> = {
  Abs: [tf.abs],
  Acos: [tf.acos, -0.75, 0.75],
  Acosh: [tf.acosh, 1.5, 4],
  Asin: [tf.asin, -0.75, 0.75],
  Asinh: [tf.asinh],
  Atan: [tf.atan],
  Atanh: [tf.atanh, -0.75, 0.75],
  Ceil: [tf.ceil],
  Cos: [tf.cos],
  Cosh: [tf.cosh],
  Erf: [tf.erf],
  Exp: [tf.exp],
  Expm1: [tf.expm1, -0.5, 0.5],
  Floor: [tf.floor],
  Log: [tf.log, 0.25, 4],
  Log1p: [tf.log1p, -0.5, 4],
  Neg: [tf.neg],
  Reciprocal: [tf.reciprocal, 0.25, 3],
  Relu: [tf.relu],
  Relu6: [tf.relu6, -3, 9],
  Round: [tf.round],
  Rsqrt: [tf.rsqrt, 0.25, 4],
  Selu: [tf.selu],
  Elu: [tf.elu],
  Sigmoid: [tf.sigmoid],
  Sign: [tf.sign],
  Sin: [tf.sin],
  Sinh: [tf.sinh],
  Softplus: [tf.softplus],
  Sqrt: [tf.sqrt, 0.25, 4],
  Square: [tf.square],
  Step: [(x) => tf.step(x, 0.25)],
  Tan: [tf.tan, -1, 1],
  Tanh: [tf.tanh],
  ClipByValue: [(x) => tf.clipByValue(x, -1, 1.5)],
  LeakyRelu: [(x) => tf.leakyRelu(x, 0.3)],
  Identity: [tf.clone],
  ZerosLike: [tf.zerosLike],
  OnesLike: [tf.onesLike],
};

describe('kernels of one tensor, value and gradient', () => {
  for (const [kernel, [run, low, high]] of Object.entries(OPERATIONS)) {
    check(kernel, {
      kernels: [kernel],
      examples: fc.tuple(shapes(), seeds).map(([shape, seed]) => ({ inputs: [data(shape, seed, low, high)], run })),
      gradient: true,
      runs: 8,
    });
  }

  for (const kernel of ['Abs', 'Neg', 'Relu', 'Sign', 'Square', 'ClipByValue', 'Step']) {
    check(`${kernel} of int32`, {
      kernels: [kernel],
      examples: fc.tuple(shapes(), seeds).map(([shape, seed]) => ({
        inputs: [data(shape, seed, -3, 3, 'int32')],
        run: OPERATIONS[kernel][0],
      })),
      runs: 6,
    });
  }

  const odd = { shape: [6], dtype: 'float32' as const, data: Float32Array.of(Number.NaN, Infinity, -Infinity, 0, -1e-6, 1e-6) };
  for (const [kernel, run] of Object.entries({
    IsNan: tf.isNaN,
    IsInf: tf.isInf,
    IsFinite: tf.isFinite,
    Expm1: tf.expm1,
    Log1p: tf.log1p,
  })) {
    check(`${kernel} of numbers that are none, and small ones`, {
      kernels: [kernel],
      examples: fc.constant({ inputs: [odd], run: run as Unary }),
      tolerance: 1e-11,
      runs: 1,
    });
  }

  for (const from of ['float32', 'int32', 'bool'] as const) {
    for (const to of ['float32', 'int32', 'bool'] as const) {
      check(`Cast from ${from} to ${to}`, {
        kernels: from === to ? ['Identity'] : ['Cast'],
        examples: fc.tuple(shapes(), seeds).map(([shape, seed]) => ({
          inputs: [data(shape, seed, -3, 3, from)],
          run: ((x: tf.Tensor) => tf.clone(tf.cast(x, to))) as Unary,
        })),
        runs: 4,
      });
    }
  }

  check('LogicalNot', {
    kernels: ['LogicalNot'],
    examples: fc.tuple(shapes(), seeds).map(([shape, seed]) => ({
      inputs: [data(shape, seed, 0, 1, 'bool')],
      run: tf.logicalNot as Unary,
    })),
  });
});
