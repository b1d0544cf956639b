import * as tf from '@tensorflow/tfjs';
import { afterAll, describe, expect, it } from 'vitest';
import { useBestBackend } from '../../src/engine/index.ts';

describe('useBestBackend', () => {
  afterAll(() => tf.setBackend('cpu'));

  it('takes the first backend that loads, says why not the others, and computes there', async () => {
    const { backend, refused } = await useBestBackend();
    expect(tf.getBackend()).toBe(backend);
    const order = ['tensorflow', 'wasm', 'cpu'];
    expect(Object.keys(refused)).toEqual(order.slice(0, order.indexOf(backend)));
    for (const reason of Object.values(refused)) expect(reason.length).toBeGreaterThan(10);
    expect([...(await tf.matMul([[1, 2]], [[3], [4]]).data())]).toEqual([11]);
  });
});
