import { UserError } from '../../core/index.ts';
import { type Attribute, type GraphData, type GraphDType, type Node, sameShape, sizeOf, type Value } from './value.ts';

/** What `Graph.node` is told about each output. */
export interface OutputSpec {
  dtype: GraphDType;
  shape: readonly number[];
}

/** Options of `Graph.node` and `Graph.nodes`. */
export interface NodeOptions {
  attributes?: Record<string, Attribute>;
  domain?: Node['domain'];
}

const NO_ATTRIBUTES: Readonly<Record<string, Attribute>> = {};
/** Constants up to this many elements are kept once however often they are asked for. */
const INTERN_LIMIT = 64;

/**
 * An ONNX graph under construction, with static shapes. Source: ours.
 *
 * A node that was added before with the same inputs and attributes is returned instead of a second one, so that a backward
 * pass computes nothing again that the forward pass has. A result without elements becomes a constant, so that onnxruntime never
 * sees an empty tensor.
 */
export class Graph {
  /** In the order they were declared. */
  readonly inputs: Value[] = [];
  /** In an order in which every node comes after the nodes it needs. */
  readonly allNodes: Node[] = [];
  #count = 0;
  readonly #known = new Map<string, Node>();
  readonly #constants = new Map<string, Value>();
  readonly #values = new WeakSet<Value>();

  /** Whether a value is of this graph. */
  owns(value: Value): boolean {
    return this.#values.has(value);
  }

  #value(parts: Omit<Value, 'id'>): Value {
    const value = { id: this.#count++, ...parts };
    this.#values.add(value);
    return value;
  }

  /** Declares an input. One without elements is a constant. */
  input(name: string, dtype: GraphDType, shape: readonly number[]): Value {
    if (sizeOf(shape) === 0) return this.splat(dtype, shape, 0);
    const value = this.#value({ dtype, shape, input: name });
    this.inputs.push(value);
    return value;
  }

  /** A constant from its numbers, held without a copy. */
  constant(dtype: GraphDType, shape: readonly number[], data: GraphData): Value {
    if (data.length > INTERN_LIMIT) return isFilled(data) ? this.splat(dtype, shape, Number(data[0])) : this.#value({ dtype, shape, data });
    const key = `${dtype}[${shape}]${Array.from(data as ArrayLike<number>, (number) => (Object.is(number, -0) ? '-0' : String(number)))}`;
    let value = this.#constants.get(key);
    if (value === undefined) {
      value = this.#value({ dtype, shape, data, ...(isFilled(data) ? { splat: Number(data[0]) } : {}) });
      this.#constants.set(key, value);
    }
    return value;
  }

  /** A constant filled with one number. */
  splat(dtype: GraphDType, shape: readonly number[], number: number): Value {
    const key = `splat ${dtype}[${shape}]${Object.is(number, -0) ? '-0' : number}`;
    let value = this.#constants.get(key);
    if (value === undefined) {
      value = this.#value({ dtype, shape, splat: number });
      this.#constants.set(key, value);
    }
    return value;
  }

  /** A constant int64 vector, as shapes, axes and indices of ONNX operators are given. */
  integers(values: readonly number[]): Value {
    return this.constant('int64', [values.length], BigInt64Array.from(values, BigInt));
  }

  /** Adds an operator with one output. */
  node(op: string, inputs: readonly (Value | undefined)[], dtype: GraphDType, shape: readonly number[], options: NodeOptions = {}): Value {
    if (sizeOf(shape) === 0) return this.splat(dtype, shape, 0);
    return this.nodes(op, inputs, [{ dtype, shape }], options)[0];
  }

  /** Adds an operator with any number of outputs, none of them empty. */
  nodes(op: string, inputs: readonly (Value | undefined)[], outputs: readonly OutputSpec[], options: NodeOptions = {}): Value[] {
    const { attributes = NO_ATTRIBUTES, domain = '' } = options;
    // Shapes and axes may be empty lists; tensors of numbers may not.
    if (inputs.some((value) => value !== undefined && value.dtype !== 'int64' && sizeOf(value.shape) === 0)) {
      throw new UserError(
        `jit: ONNX operator ${op} must not be given an empty tensor, got ${inputs.map((value) => `[${value?.shape}]`).join(', ')}`,
      );
    }
    const solid = inputs.map((value) => value && this.solid(value));
    const key = `${op}(${solid.map((value) => value?.id ?? '')})${attributes === NO_ATTRIBUTES ? '' : JSON.stringify(attributes)}:${outputs.length}${outputs[0].dtype}[${outputs[0].shape}]`;
    const known = this.#known.get(key);
    if (known !== undefined) return known.outputs;
    const node: Node = { op, domain, inputs: solid, outputs: [], attributes };
    for (const { dtype, shape } of outputs) node.outputs.push(this.#value({ dtype, shape, node }));
    this.#known.set(key, node);
    this.allNodes.push(node);
    return node.outputs;
  }

  /** A value that a node can take: a filled constant becomes a scalar, broadcast to its shape. */
  solid(value: Value): Value {
    if (value.splat === undefined || value.data !== undefined) return value;
    const scalar = this.constant(value.dtype, [], filled(value.dtype, value.splat));
    if (sameShape(value.shape, [])) return scalar;
    return this.node('Expand', [scalar, this.integers(value.shape)], value.dtype, value.shape);
  }
}

/** Whether all numbers are the same; never of shapes and indices. A plain loop, since TensorFlow.js writes ones in full, and often. */
function isFilled(data: GraphData): boolean {
  if (data.length === 0 || data instanceof BigInt64Array) return false;
  const [first] = data;
  for (let i = 1; i < data.length; i++) if (data[i] !== first) return false;
  return !Number.isNaN(first) && (first !== 0 || data.every((number) => Object.is(number, first)));
}

/** The data of a scalar constant. */
function filled(dtype: GraphDType, number: number): GraphData {
  switch (dtype) {
    case 'float32':
      return Float32Array.of(number);
    case 'float64':
      return Float64Array.of(number);
    case 'int32':
      return Int32Array.of(number);
    case 'int64':
      return BigInt64Array.of(BigInt(number));
    case 'bool':
      return Uint8Array.of(number === 0 ? 0 : 1);
  }
}
