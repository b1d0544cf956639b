import { broadcastShape } from './elementwise.ts';
import type { Graph } from './graph.ts';
import { reshape } from './layout.ts';
import { unscaled } from './scale.ts';
import { sizeOf, type Value } from './value.ts';

/**
 * Matrix products, batched: A [..., m, k] · B [..., k, n] → [..., m, n]; a transposed operand is given as [..., k, m] or [..., n, k].
 *
 * Transposes are folded into the product (com.microsoft FusedMatMul), and operands that share B become one tall product.
 */
export function matmul(graph: Graph, a: Value, b: Value, transposeA = false, transposeB = false): Value {
  const rank = Math.max(a.shape.length, b.shape.length);
  const [rowsA, colsA] = a.shape.slice(-2);
  const [rowsB, colsB] = b.shape.slice(-2);
  const [m, k] = transposeA ? [colsA, rowsA] : [rowsA, colsA];
  const n = transposeB ? rowsB : colsB;
  const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const shape = [...batch, m, n];
  if (k === 0 || sizeOf(shape) === 0) return graph.splat(a.dtype, shape, 0);
  if (swapsLastAxes(a)) return matmul(graph, a.node!.inputs[0]!, b, !transposeA, transposeB);
  if (swapsLastAxes(b)) return matmul(graph, a, b.node!.inputs[0]!, transposeA, !transposeB);
  if (rank > 2 && sizeOf(b.shape) === rowsB * colsB && !transposeA) {
    const flat = matmul(graph, reshape(graph, a, [sizeOf(a.shape) / k, k]), reshape(graph, b, [rowsB, colsB]), false, transposeB);
    return reshape(graph, flat, shape);
  }
  if (rank > 2 && batch.every((length) => length === 1)) {
    const flat = matmul(graph, reshape(graph, a, [rowsA, colsA]), reshape(graph, b, [rowsB, colsB]), transposeA, transposeB);
    return reshape(graph, flat, shape);
  }
  const left = unscaled(graph, a);
  const right = unscaled(graph, b);
  const alpha = Math.fround(left.factor * right.factor);
  const operands = [left.base, right.base];
  if (!transposeA && !transposeB && alpha === 1) return graph.node('MatMul', operands, a.dtype, shape);
  return graph.node('FusedMatMul', operands, a.dtype, shape, {
    domain: 'com.microsoft',
    attributes: { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0, alpha: { float: alpha } },
  });
}

/** Whether a value is the transpose of another in its last two axes only. */
function swapsLastAxes({ node, shape }: Value): boolean {
  if (node?.op !== 'Transpose') return false;
  const rank = shape.length;
  const perm = node.attributes.perm as readonly number[];
  return perm.every((axis, i) => axis === (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i));
}
