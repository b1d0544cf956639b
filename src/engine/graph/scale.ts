import type { Graph } from './graph.ts';
import { reshape } from './layout.ts';
import { sameShape, type Value } from './value.ts';

/** A value as a number times another. */
export interface Scaled {
  base: Value;
  factor: number;
}

/** Takes a number that multiplies all of x off it, through reshapes; 1 where there is none. */
export function unscaled(graph: Graph, x: Value): Scaled {
  if (x.dtype !== 'float32' || x.node === undefined) return { base: x, factor: 1 };
  const [first, second] = x.node.inputs;
  if (x.node.op === 'Neg') return { base: first!, factor: -1 };
  if (x.node.op === 'Mul' && second!.splat !== undefined && sameShape(first!.shape, x.shape))
    return { base: first!, factor: second!.splat };
  if (x.node.op === 'Reshape') {
    const inner = unscaled(graph, first!);
    if (inner.factor !== 1) return { base: reshape(graph, inner.base, x.shape), factor: inner.factor };
  }
  return { base: x, factor: 1 };
}

/** factor · x for float32 x; a matrix product takes the factor in at no cost, and chains of factors become one. */
export function scale(graph: Graph, x: Value, factor: number): Value {
  if (factor === 1) return x;
  if (x.splat !== undefined) return graph.splat(x.dtype, x.shape, Math.fround(x.splat * factor));
  const product = scaledProduct(graph, x, factor);
  if (product !== undefined) return product;
  const inner = unscaled(graph, x);
  if (inner.factor !== 1) return scale(graph, inner.base, inner.factor * factor);
  return graph.node('Mul', [x, graph.splat('float32', [], Math.fround(factor))], x.dtype, x.shape);
}

/** factor · x where x is a matrix product, perhaps reshaped. */
function scaledProduct(graph: Graph, x: Value, factor: number): Value | undefined {
  const { node } = x;
  if (node?.op === 'Reshape') {
    const inner = scaledProduct(graph, node.inputs[0]!, factor);
    return inner && reshape(graph, inner, x.shape);
  }
  if (node?.op !== 'MatMul' && node?.op !== 'FusedMatMul') return undefined;
  const { transA = 0, transB = 0, alpha = { float: 1 } } = node.attributes;
  return graph.node('FusedMatMul', node.inputs, x.dtype, x.shape, {
    domain: 'com.microsoft',
    attributes: { transA, transB, alpha: { float: Math.fround((alpha as { float: number }).float * factor) } },
  });
}
