import * as tf from '@tensorflow/tfjs';
import { UserError } from '../../core/index.ts';
import type { Value } from '../graph/index.ts';
import { refusals, type Translation, translations } from '../ops/index.ts';
import { BACKEND, GraphBackend } from './backend.ts';

let backend: GraphBackend | undefined;

/** The recording backend, registered with TensorFlow.js together with its kernels on the first call. */
export function graphBackend(): GraphBackend {
  if (backend === undefined) {
    const created = new GraphBackend();
    backend = created;
    tf.registerBackend(BACKEND, () => created, 0);
    for (const kernelName of kernelNames()) {
      tf.registerKernel({ kernelName, backendName: BACKEND, kernelFunc: kernelFunction(kernelName, translations[kernelName]) });
    }
  }
  return backend;
}

/** Whether the operations called now are recorded for `jit`, not computed. */
export const isTracing = (): boolean => backend?.graph !== undefined;

/** Every kernel that TensorFlow.js knows of: those of its plain backend, those that it has names for, and our own. */
export function kernelNames(): string[] {
  const registered = tf.getKernelsForBackend('cpu').map(({ kernelName }) => kernelName);
  // Its constants of kernel names are the texts among its exports that begin with a capital, or have one after a leading underscore.
  const named = Object.entries(tf).filter(([key, value]) => typeof value === 'string' && /^_?[A-Z]/.test(key) && key === value);
  return [...new Set([...registered, ...named.map(([, value]) => value as unknown as string), ...Object.keys(translations)])].sort();
}

function kernelFunction(kernelName: string, translation: Translation | undefined): tf.KernelFunc {
  if (translation === undefined) {
    return () => {
      throw untranslated(kernelName);
    };
  }
  return ({ inputs, attrs, backend: unknown }) => {
    const own = unknown as GraphBackend;
    const values: Record<string, Value> = {};
    for (const key of Object.keys(inputs)) {
      const info = inputs[key];
      if (info !== undefined && info !== null) values[key] = own.graphValue(info as tf.TensorInfo);
    }
    const result = translation.run({ graph: own.graph!, inputs: values, attrs: attrs as never });
    return Array.isArray(result) ? result.map((value) => own.tensorInfo(value)) : own.tensorInfo(result);
  };
}

function untranslated(kernelName: string): UserError {
  const scope = (tf.engine() as unknown as { state: { activeScope: { name: string } | null } }).state.activeScope?.name.replace(
    /__op$/,
    '',
  );
  const operation = scope ? ` (called by tf.${scope})` : '';
  const reason = refusals[kernelName];
  const advice =
    reason === undefined ? 'add one in src/engine/ops/, in the file of its family' : `${reason}; see src/engine/ops/refusals.ts`;
  return new UserError(`jit: kernel ${kernelName}${operation} must have a translation to ONNX, it has none (${advice})`);
}
