import { freemem } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/index.ts';
import { crossEntropy, devices, jit, silu, type TensorData, valueAndGrads } from '../../src/engine/index.ts';
import { data } from './kernels/check.ts';

const vector = { shape: [3], dtype: 'float32' as const };
const double = ({ x }: { x: tf.Tensor }) => ({ y: tf.mul(x, 2) });

describe('jit', () => {
  it('takes and gives trees of typed arrays', async () => {
    const fn = ({ a, list }: { a: tf.Tensor; list: tf.Tensor[] }) => ({
      sum: tf.add(a, list[0]),
      nested: { flags: [tf.greater(a, list[1])] },
    });
    const run = await jit(fn, { a: vector, list: [vector, { shape: [], dtype: 'float32' }] });
    const { sum, nested } = await run({ a: Float32Array.of(1, 2, 3), list: [Float32Array.of(10, 20, 30), 1.5] });
    expect(sum).toEqual({ shape: [3], dtype: 'float32', data: Float32Array.of(11, 22, 33) });
    expect(nested.flags[0]).toEqual({ shape: [3], dtype: 'bool', data: Uint8Array.of(0, 1, 1) });
  });

  it('gives outputs that are inputs, constants, duplicates or empty', async () => {
    const fn = ({ x }: { x: tf.Tensor }) => ({
      x,
      again: tf.add(x, 0),
      seven: tf.scalar(7, 'int32'),
      ones: tf.ones([2, 2]),
      none: tf.zeros([0, 2]),
    });
    const run = await jit(fn, { x: vector });
    const result = await run({ x: Float32Array.of(1, 2, 3) });
    expect([...result.x.data]).toEqual([1, 2, 3]);
    expect([...result.again.data]).toEqual([1, 2, 3]);
    expect([...result.seven.data]).toEqual([7]);
    expect([...result.ones.data]).toEqual([1, 1, 1, 1]);
    expect(result.none).toEqual({ shape: [0, 2], dtype: 'float32', data: new Float32Array(0) });
  });

  it('traces once for a shape, again for another, and keeps as many programs as it was told', async () => {
    let traced = 0;
    const fn = ({ x }: { x: tf.Tensor }) => {
      traced++;
      return tf.sum(x);
    };
    const run = await jit(fn, { x: vector }, { maxPrograms: 2 });
    const again = await jit(fn, { x: vector }, { maxPrograms: 2 });
    await run({ x: new Float32Array(3) });
    await again({ x: new Float32Array(3) });
    expect(traced).toBe(2);
    await run({ x: data([5], 1) });
    await run({ x: data([6], 1) });
    await run({ x: data([5], 1) });
    expect(traced).toBe(4);
    // Three entries were dropped by the first callable, but the second still holds it.
    expect((await again({ x: Float32Array.of(1, 2, 4) })).data[0]).toBe(7);
  });

  it('feeds constants without copying them, and shares them between functions', async () => {
    const constants = { w: { shape: [2, 2], dtype: 'float32' as const, data: Float32Array.of(1, 2, 3, 4) } };
    const spec = { x: { shape: [1, 2], dtype: 'float32' as const } };
    type W = { w: tf.Tensor };
    const product = await jit(({ x }: { x: tf.Tensor }, { w }: W) => tf.matMul(x, w), spec, { constants });
    const sum = await jit(({ x }: { x: tf.Tensor }, { w }: W) => tf.add(tf.sum(w), tf.sum(x)), spec, { constants });
    const x = Float32Array.of(1, 1);
    expect([...(await product({ x })).data]).toEqual([4, 6]);
    expect((await sum({ x })).data[0]).toBe(12);
    constants.w.data[0] = 11;
    expect([...(await product({ x })).data]).toEqual([14, 6]);
    expect((await sum({ x })).data[0]).toBe(22);
    expect(product.explain().initializerBytes).toBe(0);
  });

  // Untouched pages of a new array take no memory, so this costs what it touches; where the system promises no more than it has, it is skipped.
  it.skipIf(freemem() < 6e9)('takes constants of more than 2 GB', async () => {
    const rows = 2 ** 17;
    const w = { shape: [rows, 4608], dtype: 'float32' as const, data: new Float32Array(rows * 4608) };
    expect(w.data.byteLength).toBeGreaterThan(2 ** 31);
    w.data[0] = 3;
    w.data[w.data.length - 1] = 5;
    const fn = ({ at }: { at: tf.Tensor }, { w }: { w: tf.Tensor }) => tf.sum(tf.gather(w, at), 1);
    const run = await jit(fn, { at: { shape: [2], dtype: 'int32' } }, { constants: { w } });
    expect([...(await run({ at: Int32Array.of(rows - 1, 0) })).data]).toEqual([5, 3]);
    expect(run.explain().modelBytes).toBeLessThan(1000);
    await run.dispose();
  });

  it('writes results into arrays that are given', async () => {
    const run = await jit(double, { x: vector });
    const y: TensorData = { ...vector, data: new Float32Array(3) };
    const result = await run({ x: Float32Array.of(1, 2, 3) }, { y });
    expect(result.y.data).toBe(y.data);
    expect([...y.data]).toEqual([2, 4, 6]);
  });

  it('runs several sessions at once', async () => {
    const runs = await Promise.all([1, 2, 3].map((factor) => jit(({ x }: { x: tf.Tensor }) => tf.mul(x, factor), { x: vector })));
    const results = await Promise.all(runs.flatMap((run) => [run({ x: Float32Array.of(1, 2, 3) }), run({ x: Float32Array.of(4, 5, 6) })]));
    expect(results.map(({ data }) => data[0])).toEqual([1, 4, 2, 8, 3, 12]);
  });

  it('frees on dispose what no other callable uses, and refuses calls afterwards', async () => {
    const first = await jit(double, { x: vector });
    const second = await jit(double, { x: vector });
    await first.dispose();
    await expect(first({ x: new Float32Array(3) })).rejects.toThrow('jit: a disposed function must not be called');
    expect([...(await second({ x: Float32Array.of(1, 2, 3) })).y.data]).toEqual([2, 4, 6]);
    const running = second({ x: Float32Array.of(1, 1, 1) });
    await second.dispose();
    expect((await running).y.data[0]).toBe(2);
  });

  it('leaves the eager backend and its tensors as they were', async () => {
    await tf.setBackend('cpu');
    const outside = tf.tensor1d([1, 2, 3]);
    const before = tf.memory().numTensors;
    const run = await jit(({ x }: { x: tf.Tensor }) => tf.add(x, tf.mul(outside, 2)), { x: vector });
    expect([...(await run({ x: Float32Array.of(1, 1, 1) })).data]).toEqual([3, 5, 7]);
    expect(tf.getBackend()).toBe('cpu');
    expect(tf.memory().numTensors).toBe(before);
    expect([...(await tf.add(outside, 1).data())]).toEqual([2, 3, 4]);
  });

  it('needs bounded memory over 10,000 calls', async () => {
    const run = await jit(double, { x: { shape: [1000], dtype: 'float32' } });
    const x = new Float32Array(1000);
    for (let i = 0; i < 1000; i++) await run({ x });
    const before = process.memoryUsage.rss();
    for (let i = 0; i < 10_000; i++) await run({ x });
    // The results alone are 40 MB, which must have been given back.
    expect(process.memoryUsage.rss() - before).toBeLessThan(30e6);
  });

  it('explains what was compiled', async () => {
    const run = await jit(({ x }: { x: tf.Tensor }) => tf.relu(tf.matMul(x, x)), { x: { shape: [8, 8], dtype: 'float32' } });
    const report = run.explain();
    expect(report).toMatchObject({
      nodes: 2,
      operators: { MatMul: 1, Relu: 1 },
      flops: 2 * 8 ** 3 + 64,
      inputBytes: 256,
      outputBytes: 256,
    });
    expect(String(report)).toContain('2 nodes: MatMul 1, Relu 1');
  });

  it('refuses what it cannot compile, in a sentence', async () => {
    const compile = (fn: (x: { x: tf.Tensor }) => unknown) => jit(fn as never, { x: vector });
    await expect(compile(({ x }) => tf.scalar(x.dataSync()[0]))).rejects.toThrow('a tensor inside a traced function has no numbers yet');
    await expect(compile(({ x }) => tf.unique(x))).rejects.toThrow(
      'jit: kernel Unique (called by tf.unique) must have a translation to ONNX, it has none (the shape of its result depends on the numbers; see src/engine/ops/refusals.ts)',
    );
    await expect(compile(async ({ x }) => x)).rejects.toThrow('must be synchronous');
    await expect(compile(() => ({ y: 3 }))).rejects.toThrow("must return tensors, got number at 'y'");
    await expect(compile(({ x }) => tf.complex(x, x))).rejects.toThrow('complex numbers have no ONNX type');
    let kept: tf.Tensor | undefined;
    const keep = ({ x }: { x: tf.Tensor }) => {
      kept = tf.keep(tf.neg(x));
      return kept;
    };
    await compile(keep);
    await expect(compile(({ x }) => tf.add(x, kept!))).rejects.toThrow('a tensor of an earlier tracing was used');
    expect(tf.getBackend()).toBe('cpu');
  });

  it('refuses inputs that do not fit, in a sentence', async () => {
    const run = await jit(double, { x: vector });
    const wrong = (inputs: unknown) => run(inputs as { x: Float32Array });
    await expect(wrong({ x: new Float32Array(2) })).rejects.toThrow(
      "jit: 'x' must be a Float32Array of 3 for float32 [3], got a Float32Array of 2",
    );
    await expect(wrong({ x: new Int32Array(3) })).rejects.toThrow("jit: 'x' must be a Float32Array of 3");
    await expect(wrong({})).rejects.toThrow('jit: inputs must have x, got none');
    await expect(wrong({ x: new Float32Array(3), z: 1 })).rejects.toThrow("jit: inputs must be x, got 'z' besides");
    await expect(jit(double, { x: { shape: [2], dtype: 'int64' } } as never)).rejects.toThrow("jit: 'x' must be { shape, dtype }");
    await expect(jit(double, { x: vector }, { speed: 1 } as never)).rejects.toThrow(
      "jit: option must be one of constants, device, threads, maxPrograms, got 'speed'",
    );
  });

  it('runs on a device or says in a sentence why not, whichever is asked for', async () => {
    expect(devices()[0]).toBe('cpu');
    for (const device of ['webgpu', 'cuda', 'coreml', 'dml'] as const) {
      const outcome = await jit(double, { x: vector }, { device }).then(
        async (run) => [...(await run({ x: Float32Array.of(1, 2, 3) })).y.data],
        (thrown: Error) => thrown,
      );
      if (Array.isArray(outcome)) {
        expect(outcome).toEqual([2, 4, 6]);
        continue;
      }
      expect(outcome).toBeInstanceOf(UserError);
      expect(outcome.message).not.toContain('\n');
      expect(outcome.message).toContain(
        devices().includes(device)
          ? `jit: onnxruntime must accept the graph on device '${device}', it says: `
          : `jit: device must be one of ${devices().join(', ')} on this machine, got '${device}'`,
      );
    }
    await expect(jit(double, { x: vector }, { device: 'tpu' as never })).rejects.toThrow("got 'tpu' (cpu is always there)");
  });
});

describe('gradients of whole functions', () => {
  it('agree with finite differences', async () => {
    const network = ({ a, b, c }: Record<'a' | 'b' | 'c', tf.Tensor>) => {
      const hidden = silu(tf.matMul(a, b));
      const normal = tf.mul(hidden, tf.rsqrt(tf.add(tf.mean(tf.square(hidden), -1, true), 0.1)));
      const mixed = tf.matMul(tf.softmax(tf.matMul(normal, normal, false, true)), tf.add(normal, c));
      return tf.sum(crossEntropy(mixed, tf.tensor1d([0, 3, 1], 'int32')));
    };
    const at = { a: data([3, 4], 1, -1, 1), b: data([4, 5], 2, -1, 1), c: data([5], 3, -1, 1) };
    const gradient = await jit((inputs: typeof network extends (x: infer T) => unknown ? T : never) => valueAndGrads(network, inputs), at);
    const { grads } = await gradient(at);
    const value = await jit(network, at);
    const step = 1 / 64;
    for (const name of ['a', 'b', 'c'] as const) {
      for (let i = 0; i < at[name].data.length; i++) {
        const moved = async (by: number) => {
          const numbers = at[name].data.slice();
          numbers[i] += by;
          return (await value({ ...at, [name]: numbers })).data[0];
        };
        const [far, near] = [
          ((await moved(2 * step)) - (await moved(-2 * step))) / (4 * step),
          ((await moved(step)) - (await moved(-step))) / (2 * step),
        ];
        // Richardson's extrapolation, so that a wide step is exact enough in float32.
        expect(Math.abs(grads[name].data[i] - (4 * near - far) / 3)).toBeLessThan(2e-3);
      }
    }
  });
});
