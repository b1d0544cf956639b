import { Random, type Seed } from '../core/index.ts';
import type { TensorData } from '../engine/index.ts';
import { checkConfig, type LlamaConfig, parameterShapes } from './config.ts';

/**
 * Parameters to start training from: normal with deviation 0.02, divided by √(2 · layers) in the two maps of a layer that add to the
 * residual stream; norms 1, biases 0. Source: Radford et al., GPT-2, 2019.
 *
 * @returns float32 under the names and in the shapes of `parameterShapes`; each depends on the seed and its name only
 */
export function randomParameters(config: LlamaConfig, seed: Seed): Record<string, TensorData> {
  const random = new Random(seed);
  const { layers } = checkConfig(config);
  const make = (name: string, shape: number[]): TensorData => {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    if (name.endsWith('norm.weight')) data.fill(1);
    else if (name.endsWith('.weight')) {
      const deviation = /\.(o|down)_proj\./.test(name) ? 0.02 / Math.sqrt(2 * layers) : 0.02;
      data.set(
        random
          .split(name)
          .fillNormal(new Float64Array(data.length))
          .map((x) => x * deviation),
      );
    }
    return { shape, dtype: 'float32', data };
  };
  return Object.fromEntries(Object.entries(parameterShapes(config)).map(([name, shape]) => [name, make(name, shape)]));
}
