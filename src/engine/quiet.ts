import * as tf from '@tensorflow/tfjs';

/**
 * Starts the backend that TensorFlow.js would start at the first operation, and lets the plain one say, while the flag PROD asks for
 * silence, the advertisement that it prints when it is first used in Node.
 */
function quiet(): void {
  const production = tf.env().getBool('PROD');
  tf.env().set('PROD', true);
  try {
    tf.backend();
    const plain = tf.findBackend('cpu') as tf.KernelBackend;
    plain.disposeData(plain.write(Float32Array.of(0), [], 'float32'), true);
  } catch {
    // A backend that the caller loaded before starts later; the plain one is then not theirs.
  } finally {
    tf.env().set('PROD', production);
  }
}

quiet();
