import type { TensorData } from '../engine/index.ts';

/** Separates names in a path; no name of a module, branch or factor has it. */
const BETWEEN = '/';

/** Tensors by name, nested. */
export interface TensorTree {
  [name: string]: TensorTree | TensorData;
}

/** The tensors of a tree under their paths, as a file has them. */
export function flatTree(tree: object, prefix = ''): Map<string, TensorData> {
  const tensors = new Map<string, TensorData>();
  for (const [name, value] of Object.entries(tree)) {
    if (Array.isArray((value as TensorData).shape)) tensors.set(`${prefix}${name}`, value as TensorData);
    else for (const entry of flatTree(value as object, `${prefix}${name}${BETWEEN}`)) tensors.set(...entry);
  }
  return tensors;
}

/** The reverse. */
export function nestedTree(tensors: Iterable<readonly [string, TensorData]>): TensorTree {
  const tree: TensorTree = {};
  for (const [path, tensor] of tensors) {
    const names = path.split(BETWEEN);
    let node = tree;
    for (const name of names.slice(0, -1)) {
      node[name] ??= {};
      node = node[name] as TensorTree;
    }
    node[names[names.length - 1]] = tensor;
  }
  return tree;
}
