import { binary, type Graph, like, mul, unary, type Value, where } from '../graph/index.ts';
import { clip, elu, leakyRelu } from './unary.ts';

/** The attributes by which fused kernels name their activation. */
export interface Activation {
  activation: 'linear' | 'relu' | 'prelu' | 'elu' | 'relu6' | 'leakyrelu' | 'sigmoid';
  leakyreluAlpha?: number;
}

/** The activation of a fused kernel, applied to its result. */
export function activate(graph: Graph, x: Value, { activation, leakyreluAlpha }: Activation, weights: Value | undefined): Value {
  switch (activation) {
    case 'linear':
      return x;
    case 'relu':
      return unary(graph, 'Relu', x);
    case 'relu6':
      return clip(graph, x, 0, 6);
    case 'sigmoid':
      return unary(graph, 'Sigmoid', x);
    case 'elu':
      return elu(graph, x, 1);
    case 'leakyrelu':
      return leakyRelu(graph, x, leakyreluAlpha ?? 0.2);
    case 'prelu':
      return where(graph, binary(graph, 'Less', x, like(graph, x, 0), 'bool'), mul(graph, x, weights!), x);
  }
}
