import type { Graph, Value } from '../graph/index.ts';

/** One use of a TensorFlow.js kernel during tracing. */
export interface Call<Attributes> {
  readonly graph: Graph;
  /** The kernel's inputs under TensorFlow.js's names; lists, such as Concat's, under '0', '1', …. */
  readonly inputs: Readonly<Record<string, Value>>;
  readonly attrs: Attributes;
}

/** How a kernel becomes ONNX nodes. */
export interface Translation {
  /** One operator of the same meaning, or a composition of several. */
  readonly how: 'translated' | 'composed';
  /** The ONNX operators, for the table in the README. */
  readonly onnx: string;
  /** Adds the nodes and gives the kernel's outputs. */
  readonly run: (call: Call<never>) => Value | Value[];
}

/** Translations under the kernels' names in TensorFlow.js. */
export type KernelTable = Readonly<Record<string, Translation>>;

/** A kernel that is one ONNX operator. */
export function translated<Attributes = unknown>(onnx: string, run: (call: Call<Attributes>) => Value | Value[]): Translation {
  return { how: 'translated', onnx, run: run as Translation['run'] };
}

/** A kernel that is a short composition of ONNX operators. */
export function composed<Attributes = unknown>(onnx: string, run: (call: Call<Attributes>) => Value | Value[]): Translation {
  return { how: 'composed', onnx, run: run as Translation['run'] };
}

/** The inputs of a kernel that takes a list, in order. */
export function listOf(inputs: Readonly<Record<string, Value>>): Value[] {
  return Object.keys(inputs)
    .sort((a, b) => Number(a) - Number(b))
    .map((key) => inputs[key]);
}

/** Axes counted from 0, ascending; undefined or null means all of them. */
export function axesOf(axis: number | readonly number[] | null | undefined, rank: number): number[] {
  if (axis === undefined || axis === null) return Array.from({ length: rank }, (_, i) => i);
  const axes = typeof axis === 'number' ? [axis] : [...axis];
  return axes.map((value) => (value < 0 ? value + rank : value)).sort((a, b) => a - b);
}
