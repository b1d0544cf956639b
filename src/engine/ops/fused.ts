import { type KernelTable, translated } from './translation.ts';

/**
 * Kernels of our own, for what TensorFlow.js composes and onnxruntime has as one operator. The functions that use them compose them
 * eagerly, where no backend has them.
 */
export const fusedKernels: KernelTable = {
  /** x [n, d], weight [d] → x / √(mean x² + ε) · weight [n, d], and 1 / √(mean x² + ε) [n, 1] */
  RmsNorm: translated<{ epsilon: number }>('SimplifiedLayerNormalization', ({ graph, inputs: { x, weight }, attrs }) => {
    const [n, d] = x.shape;
    const outputs = [
      { dtype: x.dtype, shape: [n, d] },
      { dtype: x.dtype, shape: [n, 1] },
    ];
    return graph.nodes('SimplifiedLayerNormalization', [x, weight], outputs, {
      attributes: { axis: 1, epsilon: { float: attrs.epsilon }, stash_type: 1 },
    });
  }),
  /** x [B, H, T, D], cos [T, D / 2], sin [T, D / 2] → x turned by halves */
  Rotary: translated('RotaryEmbedding', ({ graph, inputs: { x, cos, sin } }) =>
    graph.node('RotaryEmbedding', [x, graph.integers([0]), cos, sin], x.dtype, x.shape, { domain: 'com.microsoft' }),
  ),
};
