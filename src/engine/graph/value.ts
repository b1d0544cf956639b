/** Element types of the graph. The first three are TensorFlow.js's; int64 serves shapes and indices, float64 products. */
export type GraphDType = 'float32' | 'int32' | 'bool' | 'int64' | 'float64';

/** The numbers of a constant; bool as one byte an element. */
export type GraphData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

/** A tensor of the graph: a name, a static shape, and where it comes from. */
export interface Value {
  /** Unique within its graph. */
  readonly id: number;
  readonly dtype: GraphDType;
  readonly shape: readonly number[];
  /** The node that computes it; absent for inputs and constants. */
  readonly node?: Node;
  /** The numbers of a constant, row-major. */
  readonly data?: GraphData;
  /** The one number that fills a constant of any shape; takes no memory until a node needs it. */
  readonly splat?: number;
  /** The name of a graph input. */
  readonly input?: string;
}

/** The value of an ONNX attribute: a whole number, a real one (wrapped, since 1 would look whole), text, or integers. */
export type Attribute = number | { float: number } | string | readonly number[];

/** One ONNX operator applied to values. */
export interface Node {
  readonly op: string;
  /** '' is ONNX's own set of operators. */
  readonly domain: '' | 'com.microsoft';
  /** Inputs that are left out in the middle are undefined. */
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: Value[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** The number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

/** Whether two shapes are equal. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((length, i) => length === b[i]);
}

/** Bytes of one element. */
export function bytesOf(dtype: GraphDType): number {
  return dtype === 'bool' ? 1 : dtype === 'int64' || dtype === 'float64' ? 8 : 4;
}
