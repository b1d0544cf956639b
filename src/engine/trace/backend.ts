import * as tf from '@tensorflow/tfjs';
import { UserError } from '../../core/index.ts';
import { cast, type Graph, type GraphData, type GraphDType, reshape, sizeOf, type Value } from '../graph/index.ts';

/** The name under which the recording backend is registered with TensorFlow.js. */
export const BACKEND = 'colora-graph';

/** What the backend holds for one tensor: a value of the graph being traced, or numbers known beforehand. */
interface Entry {
  refCount: number;
  dtype: tf.DataType;
  value?: Value;
  numbers?: tf.backend_util.TypedArray;
}

/**
 * A TensorFlow.js backend whose tensors are values of a graph. Its kernels compute nothing; they add nodes. Source: ours.
 *
 * Tensors made outside the traced function, or from numbers inside it, keep their numbers and enter the graph as constants.
 */
export class GraphBackend extends tf.KernelBackend {
  /** The graph being traced; undefined between traces. */
  graph: Graph | undefined;
  readonly #entries: tf.DataStorage<Entry>;
  /** Constants of this graph, by tensor, so that each enters once. */
  #constants = new WeakMap<object, Value>();

  constructor() {
    super();
    this.#entries = new tf.DataStorage(this, tf.engine());
  }

  /** Begins or ends (undefined) a trace. */
  setGraph(graph: Graph | undefined): void {
    this.graph = graph;
    this.#constants = new WeakMap();
  }

  /** A tensor that stands for a value. */
  tensorInfo(value: Value): tf.TensorInfo {
    const dataId = {};
    const dtype = value.dtype as tf.DataType;
    this.#entries.set(dataId, { refCount: 1, dtype, value });
    return { dataId, dtype, shape: [...value.shape] };
  }

  /**
   * The value that a tensor stands for.
   *
   * @throws UserError for text and complex numbers, and for a tensor of another trace
   */
  graphValue(info: tf.TensorInfo): Value {
    const graph = this.graph!;
    const entry = this.#entries.get(info.dataId);
    if (entry.value !== undefined) return this.#checked(graph, entry.value);
    let value = this.#constants.get(info.dataId);
    if (value === undefined) {
      const dtype = graphType(entry.dtype);
      const shape = [sizeOf(info.shape)];
      value = graph.constant(dtype, shape, entry.numbers as GraphData);
      this.#constants.set(info.dataId, value);
    }
    // Tensors of several shapes may share one data entry.
    return cast(graph, reshape(graph, value, info.shape), graphType(info.dtype));
  }

  #checked(graph: Graph, value: Value): Value {
    if (!graph.owns(value)) {
      throw new UserError('jit: a tensor of an earlier tracing was used (return it from the function instead of keeping it in a variable)');
    }
    return value;
  }

  override write(values: tf.BackendValues, _shape: number[], dtype: tf.DataType): tf.DataId {
    const dataId = {};
    this.move(dataId, values, _shape, dtype, 1);
    return dataId;
  }

  override move(dataId: object, values: tf.BackendValues, _shape: number[], dtype: tf.DataType, refCount: number): void {
    const numbers = ArrayBuffer.isView(values) ? (values as tf.backend_util.TypedArray) : undefined;
    this.#entries.set(dataId, { refCount, dtype, numbers: typed(numbers, dtype) });
  }

  override readSync(dataId: object): tf.BackendValues {
    const { numbers } = this.#entries.get(dataId);
    if (numbers !== undefined) return numbers;
    throw new UserError(
      'jit: a tensor inside a traced function has no numbers yet, so data(), dataSync(), arraySync() and print() must not be called on it ' +
        '(return it from the function, or choose with tf.where instead of if)',
    );
  }

  override async read(dataId: object): Promise<tf.BackendValues> {
    return this.readSync(dataId);
  }

  override disposeData(dataId: object, force = false): boolean {
    if (!this.#entries.has(dataId)) return true;
    const entry = this.#entries.get(dataId);
    entry.refCount--;
    if (!force && entry.refCount > 0) return false;
    this.#entries.delete(dataId);
    return true;
  }

  override refCount(dataId: object): number {
    return this.#entries.has(dataId) ? this.#entries.get(dataId).refCount : 0;
  }

  override incRef(dataId: object): void {
    this.#entries.get(dataId).refCount++;
  }

  override numDataIds(): number {
    return this.#entries.numDataIds();
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override timerAvailable(): boolean {
    return false;
  }

  override dispose(): void {}
}

/** The numbers as the array type of a dtype. */
function typed(numbers: tf.backend_util.TypedArray | undefined, dtype: tf.DataType): tf.backend_util.TypedArray | undefined {
  if (numbers === undefined) return undefined;
  if (dtype === 'float32') return numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);
  if (dtype === 'int32') return numbers instanceof Int32Array ? numbers : Int32Array.from(numbers);
  if (dtype === 'bool') return numbers instanceof Uint8Array ? numbers : Uint8Array.from(numbers);
  return undefined;
}

/** @throws UserError for text and complex numbers */
function graphType(dtype: tf.DataType): GraphDType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new UserError(`jit: tensors must be float32, int32 or bool, got ${dtype}`);
}
