import { InferenceSession, Tensor } from 'onnxruntime-node';
import { fuseSums, liveNodes, type Node, sizeOf, type Value } from '../graph/index.ts';
import { writeModel } from '../onnx/index.ts';
import type { Trace } from '../trace/index.ts';
import { type DType, mapTree, type Numbers, type TensorData, type Tree } from '../tree.ts';
import { type Device, deviceError } from './device.ts';
import { SESSION_OPTIONS } from './session-options.ts';

/** How a session is made. */
export interface ProgramOptions {
  device: Device;
  /** Threads of one operator; 0 lets onnxruntime choose, which is one for each core. */
  threads: number;
}

/** A compiled graph: an onnxruntime session and what it needs to be called. */
export class Program {
  readonly trace: Trace;
  readonly nodes: readonly Node[];
  /** Names of the inputs that the results depend on. */
  readonly inputs: ReadonlySet<string>;
  /** Bytes of the ONNX file. */
  readonly modelBytes: number;
  /** Milliseconds that onnxruntime took to load it. */
  readonly loadTime: number;
  /** Outputs without elements are not asked of onnxruntime. */
  readonly #outputs: readonly { path: string; name: string; value: Value }[];
  /** None where no output has elements. */
  readonly #session: InferenceSession | undefined;

  private constructor(
    session: InferenceSession | undefined,
    trace: Trace,
    parts: ReturnType<typeof partsOf>,
    modelBytes: number,
    loadTime: number,
  ) {
    this.#session = session;
    this.trace = trace;
    this.nodes = parts.nodes;
    this.inputs = new Set(parts.inputs.map((value) => value.input!));
    this.#outputs = parts.outputs;
    this.modelBytes = modelBytes;
    this.loadTime = loadTime;
  }

  /**
   * Compiles a trace.
   *
   * @throws UserError when onnxruntime cannot run it on the device
   */
  static async create(trace: Trace, { device, threads }: ProgramOptions): Promise<Program> {
    const parts = partsOf(trace);
    if (parts.outputs.length === 0) return new Program(undefined, trace, parts, 0, 0);
    const model = writeModel({
      nodes: parts.nodes,
      inputs: parts.inputs,
      outputs: new Map(parts.outputs.map(({ name, value }) => [name, value])),
    });
    const start = performance.now();
    try {
      const session = await InferenceSession.create(model, {
        ...SESSION_OPTIONS,
        executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
        graphOptimizationLevel: 'all',
        intraOpNumThreads: threads,
      });
      return new Program(session, trace, parts, model.length, performance.now() - start);
    } catch (thrown) {
      throw deviceError('jit', device, thrown);
    }
  }

  /**
   * Runs the graph.
   *
   * @param feeds tensors for `inputs`, at least
   * @param into arrays to write outputs to, by path; the others are new
   * @returns the tree of results
   */
  async run(feeds: ReadonlyMap<string, Tensor>, into: ReadonlyMap<string, TensorData>): Promise<Tree<TensorData>> {
    const feed: Record<string, Tensor> = {};
    for (const name of this.inputs) feed[name] = feeds.get(name)!;
    const fetch: Record<string, Tensor | null> = {};
    for (const { path, name } of this.#outputs) {
      const target = into.get(path);
      fetch[name] = target === undefined ? null : ortTensor(target);
    }
    const results = this.#session === undefined ? {} : await this.#session.run(feed, fetch);
    const named = new Map(this.#outputs.map(({ path, name }) => [path, results[name].data as Numbers]));
    return mapTree(this.trace.result, ({ dtype, shape }, path) => ({
      data: into.get(path)?.data ?? named.get(path) ?? empty(dtype as DType),
      shape: [...shape],
      dtype: dtype as DType,
    }));
  }

  /** Frees the native memory; no run may be under way. */
  async dispose(): Promise<void> {
    await this.#session?.release();
  }
}

/** A view of the data as onnxruntime takes it; no copy on the cpu. */
export function ortTensor({ dtype, data, shape }: TensorData): Tensor {
  if (dtype === 'float32') return new Tensor('float32', data as Float32Array, shape);
  if (dtype === 'int32') return new Tensor('int32', data as Int32Array, shape);
  return new Tensor('bool', data as Uint8Array, shape);
}

function empty(dtype: DType): Numbers {
  return dtype === 'float32' ? new Float32Array(0) : dtype === 'int32' ? new Int32Array(0) : new Uint8Array(0);
}

/** What of a trace goes into the file. */
function partsOf({ graph, outputs }: Trace) {
  const full = [...outputs]
    .filter(([, value]) => sizeOf(value.shape) > 0)
    .map(([path, value], i) => ({ path, name: `out${i}`, value: graph.solid(value) }));
  const results = full.map(({ value }) => value);
  const nodes = fuseSums(liveNodes(graph, results), results);
  const used = new Set<Value | undefined>(results);
  for (const node of nodes) for (const value of node.inputs) used.add(value);
  return { nodes, inputs: graph.inputs.filter((value) => used.has(value)), outputs: full };
}
