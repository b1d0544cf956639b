export { add, binary, broadcastShape, cast, div, expand, like, mul, ONNX_DTYPE, sub, unary, where } from './elementwise.ts';
export { fuseSums } from './fuse-sums.ts';
export { Graph, type NodeOptions, type OutputSpec } from './graph.ts';
export { concat, pad, reshape, slice, transpose, unsqueeze } from './layout.ts';
export { liveNodes } from './live.ts';
export { matmul } from './product.ts';
export { indicator, reduce, reducedShape, square, sum } from './reduce.ts';
export { type Attribute, bytesOf, type GraphData, type GraphDType, type Node, sameShape, sizeOf, type Value } from './value.ts';
