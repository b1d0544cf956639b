import { type Attribute, type Node, ONNX_DTYPE, type Value } from '../graph/index.ts';
import { ProtoWriter } from './protobuf.ts';

/** Field numbers are those of onnx.proto. */
const IR_VERSION = 10;
const OPSET = 21;
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 };

/** What a model is made of. */
export interface ModelParts {
  /** In an order in which they can run. */
  nodes: readonly Node[];
  inputs: readonly Value[];
  /** Under the names that the session shall give them. */
  outputs: ReadonlyMap<string, Value>;
}

/** The name of a value in the file. */
export const nameOf = (value: Value): string => value.input ?? `v${value.id}`;

/**
 * An ONNX file: nodes, typed inputs and outputs, and the constants that the nodes use.
 *
 * An output is renamed by an Identity node, so that it may also be an input, a constant, or another output.
 */
export function writeModel({ nodes, inputs, outputs }: ModelParts): Uint8Array {
  const graph = new ProtoWriter(1 << 16);
  for (const node of nodes)
    graph.message(1, nodeMessage(node.op, node.inputs.map(inputOf), node.outputs.map(nameOf), node.domain, node.attributes));
  for (const [name, value] of outputs) graph.message(1, nodeMessage('Identity', [inputOf(value)], [name], '', {}));
  graph.text(2, 'jit');
  const constants = new Set<Value>();
  for (const { inputs } of nodes) for (const value of inputs) if (value?.data !== undefined) constants.add(value);
  for (const value of outputs.values()) if (value.data !== undefined) constants.add(value);
  for (const value of constants) graph.message(5, constantMessage(value));
  for (const value of inputs) graph.message(11, infoMessage(nameOf(value), value));
  for (const [name, value] of outputs) graph.message(12, infoMessage(name, value));
  const opset = (domain: string, version: number) => new ProtoWriter().text(1, domain).integer(2, version);
  return new ProtoWriter(1 << 16)
    .integer(1, IR_VERSION)
    .message(7, graph)
    .message(8, opset('', OPSET))
    .message(8, opset('com.microsoft', 1))
    .finish();
}

const inputOf = (value: Value | undefined): string => (value === undefined ? '' : nameOf(value));

function nodeMessage(op: string, inputs: string[], outputs: string[], domain: string, attributes: Node['attributes']): ProtoWriter {
  const message = new ProtoWriter(128);
  for (const name of inputs) message.text(1, name);
  for (const name of outputs) message.text(2, name);
  message.text(4, op);
  for (const name of Object.keys(attributes)) message.message(5, attributeMessage(name, attributes[name]));
  if (domain !== '') message.text(7, domain);
  return message;
}

function attributeMessage(name: string, value: Attribute): ProtoWriter {
  const message = new ProtoWriter().text(1, name);
  if (typeof value === 'number') return message.integer(3, value).integer(20, ATTRIBUTE_TYPE.int);
  if (typeof value === 'string') return message.text(4, value).integer(20, ATTRIBUTE_TYPE.string);
  if ('float' in value) return message.float(2, value.float).integer(20, ATTRIBUTE_TYPE.float);
  for (const item of value) message.integer(8, item);
  return message.integer(20, ATTRIBUTE_TYPE.ints);
}

function tensorMessage(value: Value): ProtoWriter {
  const message = new ProtoWriter(64);
  for (const length of value.shape) message.integer(1, length);
  return message.integer(2, ONNX_DTYPE[value.dtype]).text(8, nameOf(value));
}

function constantMessage(value: Value): ProtoWriter {
  const { buffer, byteOffset, byteLength } = value.data!;
  return tensorMessage(value).bytes(9, new Uint8Array(buffer, byteOffset, byteLength));
}

function infoMessage(name: string, { dtype, shape }: Value): ProtoWriter {
  const dimensions = new ProtoWriter();
  // A length below 0 is one that may differ from run to run.
  for (const length of shape) dimensions.message(1, length < 0 ? new ProtoWriter() : new ProtoWriter().integer(1, length));
  const tensor = new ProtoWriter().integer(1, ONNX_DTYPE[dtype]).message(2, dimensions);
  return new ProtoWriter(64).text(1, name).message(2, new ProtoWriter().message(1, tensor));
}
