import { add, type Graph, matmul, type Value } from '../graph/index.ts';
import { type Activation, activate } from './activation.ts';
import { composed, type KernelTable, listOf, translated } from './translation.ts';

interface Transposes {
  transposeA: boolean;
  transposeB: boolean;
}

/** Matrix products. */
export const productKernels: KernelTable = {
  BatchMatMul: translated<Transposes>('MatMul, FusedMatMul', ({ graph, inputs: { a, b }, attrs }) =>
    matmul(graph, a, b, attrs.transposeA, attrs.transposeB),
  ),
  _FusedMatMul: composed<Transposes & Activation>('MatMul, Add', ({ graph, inputs: { a, b, bias, preluActivationWeights }, attrs }) => {
    const product = matmul(graph, a, b, attrs.transposeA, attrs.transposeB);
    return activate(graph, bias === undefined ? product : add(graph, product, bias), attrs, preluActivationWeights);
  }),
  Einsum: translated<{ equation: string }>('Einsum', ({ graph, inputs, attrs }) => {
    const values = listOf(inputs);
    const [left, right] = attrs.equation.replaceAll(' ', '').split('->');
    const lengths = new Map<string, number>();
    left.split(',').forEach((letters, i) => {
      [...letters].forEach((letter, axis) => {
        lengths.set(letter, values[i].shape[axis]);
      });
    });
    const shape = [...right].map((letter) => lengths.get(letter)!);
    if ([...lengths.values()].includes(0)) return graph.splat(values[0].dtype, shape, 0);
    return graph.node('Einsum', values, values[0].dtype, shape, { attributes: { equation: `${left}->${right}` } });
  }),
};

/**
 * Probabilities along an axis: exp(x) / Σ exp(x), computed from differences to the maximum by onnxruntime.
 *
 * @param op Softmax or LogSoftmax
 */
function softmax(graph: Graph, op: string, x: Value, axis: number): Value {
  return graph.node(op, [x], x.dtype, x.shape, { attributes: { axis } });
}

/** Softmax and what belongs to it. */
export const softmaxKernels: KernelTable = {
  Softmax: translated<{ dim: number }>('Softmax', ({ graph, inputs: { logits }, attrs }) =>
    softmax(graph, 'Softmax', logits, attrs.dim < 0 ? attrs.dim + logits.shape.length : attrs.dim),
  ),
  LogSoftmax: translated<{ axis: number }>('LogSoftmax', ({ graph, inputs: { logits }, attrs }) =>
    softmax(graph, 'LogSoftmax', logits, attrs.axis < 0 ? attrs.axis + logits.shape.length : attrs.axis),
  ),
};
