import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { useBestBackend } from '../../src/engine/index.ts';

describe('useBestBackend', () => {
  afterAll(() => tf.setBackend('cpu'));

  it('takes the first backend that loads, says once which and why not the others, and computes there', async () => {
    const said = vi.spyOn(console, 'info').mockImplementation(() => {});
    const { backend, refused } = await useBestBackend();
    expect(tf.getBackend()).toBe(backend);
    const order = ['tensorflow', 'wasm', 'cpu'];
    expect(Object.keys(refused)).toEqual(order.slice(0, order.indexOf(backend)));
    for (const reason of Object.values(refused)) expect(reason.length).toBeGreaterThan(10);
    expect([...(await tf.matMul([[1, 2]], [[3], [4]]).data())]).toEqual([11]);
    expect(await useBestBackend()).toEqual({ backend, refused });
    expect(said.mock.calls.length).toBe(1);
    expect(said.mock.calls[0][0]).toContain('TensorFlow.js runs eager operations on ');
    for (const reason of Object.values(refused)) expect(said.mock.calls[0][0]).toContain(reason);
    said.mockRestore();
  });
});

describe('the plain backend', () => {
  it('advertises nothing when it is first used, and TensorFlow.js warns as before', () => {
    const engine = fileURLToPath(new URL('../../src/engine/index.ts', import.meta.url));
    const script = `import ${JSON.stringify(engine)}; import * as tf from '@tensorflow/tfjs';
      tf.add(1, 2).dataSync(); console.log(tf.getBackend(), tf.env().getBool('PROD'), tf.memory().numTensors);
      tf.backend_util.warn('a warning');`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', script], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      encoding: 'utf8',
    });
    expect([stdout.trim(), stderr.trim()]).toEqual(['cpu false 1', 'a warning']);
  });
});
