import { UserError } from '../core/index.ts';

/** Element types of tensors that go in and come out. */
export type DType = 'float32' | 'int32' | 'bool';

/** The numbers of a tensor: float32, int32, or one byte for a bool. */
export type Numbers = Float32Array | Int32Array | Uint8Array;

/** Shape and element type of a tensor. */
export interface TensorSpec {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** A tensor as plain data: `data` has one entry for each element, row-major. */
export interface TensorData extends TensorSpec {
  readonly data: Numbers;
}

/** Named things, nested as the caller likes: a leaf, or an object or array of trees. */
export type Tree<Leaf> = Leaf | { readonly [name: string]: Tree<Leaf> } | readonly Tree<Leaf>[];

/** Whether something is a leaf rather than a branch: it has a shape, or is a typed array, or no object at all. */
export function isLeaf(node: unknown): boolean {
  if (typeof node !== 'object' || node === null || ArrayBuffer.isView(node)) return true;
  if (Array.isArray(node)) return false;
  return Array.isArray((node as { shape?: unknown }).shape);
}

/**
 * The same tree with every leaf replaced.
 *
 * @param replace is given the leaf and its path, such as `layers.0.query`
 */
export function mapTree<Leaf, Result>(tree: Tree<Leaf>, replace: (leaf: Leaf, path: string) => Result, path = ''): Tree<Result> {
  if (isLeaf(tree)) return replace(tree as Leaf, path);
  const below = (name: string) => (path === '' ? name : `${path}.${name}`);
  if (Array.isArray(tree)) return tree.map((item, i) => mapTree(item as Tree<Leaf>, replace, below(String(i))));
  const result: Record<string, Tree<Result>> = {};
  for (const [name, item] of Object.entries(tree as Record<string, Tree<Leaf>>)) result[name] = mapTree(item, replace, below(name));
  return result;
}

/**
 * The leaves of a tree under their paths, in the order of the tree.
 *
 * @throws UserError when two leaves have one path, as in `{ 'a.b': x, a: { b: y } }`
 */
export function leaves<Leaf>(tree: Tree<Leaf>): Map<string, Leaf> {
  const result = new Map<string, Leaf>();
  mapTree(tree, (leaf, path) => {
    if (result.has(path)) throw new UserError(`jit: paths of a tree must differ, got '${path}' twice (rename one)`);
    result.set(path, leaf);
  });
  return result;
}
