import type { Tensor } from 'onnxruntime-node';
import { UserError } from '../core/index.ts';
import { sizeOf } from './graph/index.ts';
import { ortTensor } from './run/index.ts';
import { inputName } from './trace/index.ts';
import { type DType, leaves, mapTree, type Numbers, type TensorData, type TensorSpec, type Tree } from './tree.ts';

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/**
 * Shape and type of a leaf, checked.
 *
 * @throws UserError when it is no shape with a type, or its data has another length
 */
export function specOf(leaf: TensorSpec & { data?: Numbers }, path: string): TensorSpec {
  if (!(Array.isArray(leaf?.shape) && leaf.shape.every((length) => Number.isInteger(length) && length >= 0) && leaf.dtype in ARRAYS)) {
    throw new UserError(`jit: '${path}' must be { shape, dtype } with dtype float32, int32 or bool, got ${described(leaf)}`);
  }
  if (leaf.data !== undefined) checkData(leaf as TensorData, path);
  return { shape: [...leaf.shape], dtype: leaf.dtype };
}

/**
 * The inputs of a call as onnxruntime takes them, and their shapes and types.
 *
 * @param base the tree that was compiled; it gives bare numbers their shape and type
 * @throws UserError when the trees differ or an array does not fit
 */
export function readInputs(
  inputs: Tree<TensorData | Numbers | number>,
  base: Tree<TensorSpec>,
): { feeds: Map<string, Tensor>; specs: Tree<TensorSpec> } {
  const expected = leaves(base);
  const feeds = new Map<string, Tensor>();
  const specs = mapTree(inputs, (leaf, path) => {
    const spec = expected.get(path);
    if (spec === undefined) throw new UserError(`jit: inputs must be ${someOf([...expected.keys()])}, got '${path}' besides`);
    const data = asData(leaf, spec);
    specOf(data, path);
    if (data.data === undefined) throw new UserError(`jit: '${path}' must have data, got only a shape`);
    feeds.set(inputName(0, path), ortTensor(data));
    return { shape: data.shape, dtype: data.dtype };
  });
  if (feeds.size < expected.size) {
    const missing = [...expected.keys()].filter((path) => !feeds.has(inputName(0, path)));
    throw new UserError(`jit: inputs must have ${someOf(missing)}, got none`);
  }
  return { feeds, specs };
}

/** Names in a sentence that stays readable: the first eight. */
const someOf = (names: string[]): string => `${names.slice(0, 8).join(', ')}${names.length > 8 ? ` and ${names.length - 8} more` : ''}`;

function asData(leaf: TensorData | Numbers | number, spec: TensorSpec): TensorData {
  if (typeof leaf === 'number') return { ...spec, data: ARRAYS[spec.dtype].of(leaf) };
  if (ArrayBuffer.isView(leaf)) return { ...spec, data: leaf };
  return leaf;
}

function checkData({ data, dtype, shape }: TensorData, path: string): void {
  const array = ARRAYS[dtype as DType];
  if (!(data instanceof array) || data.length !== sizeOf(shape)) {
    throw new UserError(
      `jit: '${path}' must be a ${array.name} of ${sizeOf(shape)} for ${dtype} [${shape.join(', ')}], got ${described(data)}`,
    );
  }
}

function described(thing: unknown): string {
  if (ArrayBuffer.isView(thing)) return `a ${thing.constructor.name} of ${(thing as unknown as ArrayLike<number>).length}`;
  return typeof thing === 'object' ? JSON.stringify(thing)?.slice(0, 80) : String(thing);
}
