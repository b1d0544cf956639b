import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs';

/** Backends for eager operations, the fastest first. */
export type EagerBackend = 'tensorflow' | 'wasm' | 'cpu';

/** Which backend was taken, and why each better one was not. */
export interface BackendChoice {
  backend: EagerBackend;
  refused: Record<string, string>;
}

const CANDIDATES = [
  ['tensorflow', 'tfjs-node-native'],
  ['wasm', '@tensorflow/tfjs-backend-wasm'],
] as const;
const TITLES: Record<EagerBackend, string> = { tensorflow: 'tfjs-node', wasm: 'WebAssembly', cpu: 'plain JavaScript' };

const require = createRequire(import.meta.url);
let said = false;

/**
 * Makes TensorFlow.js run eager operations on the best backend that loads here: tfjs-node, else WebAssembly, else plain JavaScript.
 * The first call says in a line which one, and why no better one. Source: ours.
 */
export async function useBestBackend(): Promise<BackendChoice> {
  const choice = await choose();
  if (!said) {
    said = true;
    const reasons = Object.entries(choice.refused).map(([name, reason]) => `; not ${TITLES[name as EagerBackend]}: ${reason}`);
    console.info(`TensorFlow.js runs eager operations on ${TITLES[choice.backend]}${reasons.join('')}`);
  }
  return choice;
}

async function choose(): Promise<BackendChoice> {
  const refused: Record<string, string> = {};
  for (const [backend, module] of CANDIDATES) {
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
