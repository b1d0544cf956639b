import { type Node, sameShape, sizeOf, type Value } from './value.ts';

const isProduct = (node: Node | undefined): node is Node => node?.op === 'MatMul' || node?.op === 'FusedMatMul';

/**
 * Replaces A · B + C by one Gemm where nothing else uses the product: it adds while it multiplies, which spares a pass over memory.
 * Of two products that are added, the one of fewer operations becomes the Gemm.
 *
 * @param nodes in running order
 * @param kept values that must stay, such as the graph's outputs
 * @returns the new list
 */
export function fuseSums(nodes: readonly Node[], kept: readonly Value[]): Node[] {
  const uses = new Map<Value, number>();
  const use = (value: Value | undefined) => value && uses.set(value, (uses.get(value) ?? 0) + 1);
  for (const node of nodes) node.inputs.forEach(use);
  kept.forEach(use);
  const gone = new Set<Node>();
  const replaced = nodes.map((node) => {
    if (node.op !== 'Add' || node.outputs[0].dtype !== 'float32') return node;
    const candidates = node.inputs.filter((value) => fits(value!, node) && uses.get(value!) === 1).map((value) => value!);
    const [product] = candidates.sort((a, b) => innerLength(a) - innerLength(b));
    if (product === undefined) return node;
    gone.add(product.node!);
    const rest = node.inputs[0] === product ? node.inputs[1] : node.inputs[0];
    const { transA = 0, transB = 0, alpha = { float: 1 } } = product.node!.attributes;
    const attributes = { transA, transB, alpha, beta: { float: 1 } };
    return { op: 'Gemm', domain: '', inputs: [...product.node!.inputs, rest], outputs: node.outputs, attributes } satisfies Node;
  });
  return replaced.filter((node) => !gone.has(node));
}

/** Whether a value is a product of two matrices, as large as the sum that it enters. */
function fits(value: Value, sum: Node): boolean {
  return isProduct(value.node) && value.shape.length === 2 && sum.inputs.every((input) => sameShape(input!.shape, value.shape));
}

/** The length that a product sums over. */
function innerLength({ node, shape }: Value): number {
  return sizeOf(node!.inputs[0]!.shape) / shape[0];
}
