import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs';

/** Backends for eager operations, the fastest first. */
export type EagerBackend = 'tensorflow' | 'wasm' | 'cpu';

const require = createRequire(import.meta.url);

/**
 * Makes TensorFlow.js run eager operations on the best backend that loads here: tfjs-node, else WebAssembly, else plain
 * JavaScript. Source: ours.
 *
 * @returns the backend taken, and why each better one was not
 */
export async function useBestBackend(): Promise<{ backend: EagerBackend; refused: Record<string, string> }> {
  const refused: Record<string, string> = {};
  for (const [backend, module] of [
    ['tensorflow', 'tfjs-node-native'],
    ['wasm', '@tensorflow/tfjs-backend-wasm'],
  ] as const) {
    try {
      require(module);
      if (await tf.setBackend(backend)) return { backend, refused };
      refused[backend] = `${module} loads, but does not start`;
    } catch (thrown) {
      refused[backend] = thrown instanceof Error ? thrown.message.split('\n')[0] : String(thrown);
    }
  }
  await tf.setBackend('cpu');
  return { backend: 'cpu', refused };
}
