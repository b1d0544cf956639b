import { bytesOf, type Node, sizeOf, type Value } from './graph/index.ts';
import type { Program } from './run/index.ts';

/** What a program is made of. */
export interface Report {
  /** ONNX nodes before onnxruntime's own optimisation. */
  nodes: number;
  /** How many nodes of each operator, the most frequent first. */
  operators: Record<string, number>;
  /** Constants within the graph, and their bytes. */
  initializers: number;
  initializerBytes: number;
  /** Bytes of the tensors that go in, constants included, and come out. */
  inputBytes: number;
  outputBytes: number;
  /** Multiplications and additions of one run, estimated: products in full, other operators one for each element. */
  flops: number;
  /** Bytes of the ONNX file. */
  modelBytes: number;
  /** Milliseconds that onnxruntime took to load it. */
  loadTime: number;
  /** The report in a few lines. */
  toString(): string;
}

const MOVES = new Set(['Reshape', 'Transpose', 'Slice', 'Concat', 'Expand', 'Tile', 'Gather', 'GatherND', 'Pad', 'Cast', 'Identity']);

/** The report of a program. */
export function explain(program: Program): Report {
  const { nodes, trace } = program;
  const counts = new Map<string, number>();
  const constants = new Set<Value>();
  let flops = 0;
  for (const node of nodes) {
    counts.set(node.op, (counts.get(node.op) ?? 0) + 1);
    flops += flopsOf(node);
    for (const value of node.inputs) if (value?.data !== undefined) constants.add(value);
  }
  const bytes = (values: Iterable<Value>): number => {
    let total = 0;
    for (const { shape, dtype } of values) total += sizeOf(shape) * bytesOf(dtype);
    return total;
  };
  const operators = Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
  const report = {
    nodes: nodes.length,
    operators,
    initializers: constants.size,
    initializerBytes: bytes(constants),
    inputBytes: bytes(trace.graph.inputs.filter((value) => program.inputs.has(value.input!))),
    outputBytes: bytes(trace.outputs.values()),
    flops,
    modelBytes: program.modelBytes,
    loadTime: program.loadTime,
  };
  return { ...report, toString: () => text(report) };
}

/** Multiplications and additions of one node. */
function flopsOf({ op, inputs, outputs, attributes }: Node): number {
  const size = sizeOf(outputs[0].shape);
  if (MOVES.has(op)) return 0;
  if (op === 'MatMul' || op === 'FusedMatMul' || op === 'Gemm') {
    const left = inputs[0]!.shape;
    return 2 * size * left[left.length - (attributes.transA === 1 ? 2 : 1)];
  }
  if (op === 'Conv') return 2 * size * sizeOf(inputs[1]!.shape.slice(1));
  if (op.startsWith('Reduce')) return sizeOf(inputs[0]!.shape);
  return size;
}

function text(report: Omit<Report, 'toString'>): string {
  const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  const operators = Object.entries(report.operators).map(([op, count]) => `${op} ${count}`);
  return [
    `${report.nodes} nodes: ${operators.join(', ')}`,
    `${report.initializers} initializers of ${mebibytes(report.initializerBytes)}; ${mebibytes(report.inputBytes)} in, ${mebibytes(report.outputBytes)} out`,
    `${(report.flops / 1e9).toFixed(3)} GFLOP a run; file ${mebibytes(report.modelBytes)}, loaded in ${report.loadTime.toFixed(0)} ms`,
  ].join('\n');
}
