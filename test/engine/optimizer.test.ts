import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { adamW, cosineSchedule, jit, type Optimizer, sgd, trainer } from '../../src/engine/index.ts';

const start = { shape: [2], dtype: 'float32' as const, data: Float32Array.of(1, -2) };
/** Loss ½ Σ scale p², with gradient scale · p. */
const loss = ({ p }: { p: tf.Tensor }, { scale }: { scale: tf.Tensor }) => tf.mul(tf.sum(tf.mul(tf.square(p), scale)), 0.5);
const scale = Float32Array.of(1, 4);

async function train(optimizer: Optimizer, steps: number): Promise<{ p: number[]; losses: number[] }> {
  const run = await trainer(loss, { p: start }, { scale: { shape: [2], dtype: 'float32' } }, optimizer);
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) losses.push(await run.step({ scale }));
  const p = [...run.parameters.p.data];
  await run.dispose();
  return { p, losses };
}

/** AdamW as the paper has it, in float64. */
function adamReference(steps: number, rates: (t: number) => number, decay: number, maxNorm = Infinity): number[] {
  const p = [1, -2];
  const m = [0, 0];
  const v = [0, 0];
  for (let t = 1; t <= steps; t++) {
    const g = p.map((x, i) => x * scale[i]);
    const norm = Math.hypot(...g);
    p.forEach((x, i) => {
      const gradient = g[i] * Math.min(1, maxNorm / norm);
      m[i] = 0.9 * m[i] + 0.1 * gradient;
      v[i] = 0.99 * v[i] + 0.01 * gradient ** 2;
      const step = m[i] / (1 - 0.9 ** t) / (Math.sqrt(v[i] / (1 - 0.99 ** t)) + 1e-8);
      p[i] = x - rates(t - 1) * (step + decay * x);
    });
  }
  return p;
}

const close = (actual: number[], expected: number[]) =>
  expect(Math.max(...actual.map((x, i) => Math.abs(x - expected[i])))).toBeLessThan(1e-5);

describe('optimisers inside the graph', () => {
  it('AdamW takes the steps of the paper', async () => {
    const { p, losses } = await train(adamW({ learningRate: 0.1, beta2: 0.99, weightDecay: 0.01 }), 20);
    close(
      p,
      adamReference(20, () => 0.1, 0.01),
    );
    expect(losses[0]).toBeCloseTo(8.5, 5);
  });

  it('AdamW clips by the norm over all tensors, and follows a schedule', async () => {
    const rate = (t: number) => 0.1 * (t < 4 ? (t + 1) / 4 : 0.1 + 0.45 * (1 + Math.cos((Math.PI * (t - 4)) / 16)));
    const optimizer = adamW({ learningRate: 0.1, beta2: 0.99, maxNorm: 0.5, schedule: cosineSchedule(4, 20, 0.1) });
    close((await train(optimizer, 20)).p, adamReference(20, rate, 0, 0.5));
  });

  for (const nesterov of [false, true]) {
    it(`SGD with ${nesterov ? "Nesterov's " : ''}momentum takes the steps of its definition`, async () => {
      const p = [1, -2];
      const u = [0, 0];
      for (let t = 0; t < 10; t++) {
        p.forEach((x, i) => {
          const g = x * scale[i];
          u[i] = 0.9 * u[i] + g;
          p[i] = x - 0.05 * ((nesterov ? g + 0.9 * u[i] : u[i]) + 0.1 * x);
        });
      }
      close((await train(sgd({ learningRate: 0.05, momentum: 0.9, nesterov, weightDecay: 0.1 }), 10)).p, p);
    });
  }

  it('needs bounded memory over 10,000 steps of a trainer, and trains', async () => {
    const size = 2000;
    const start = { p: { shape: [size], dtype: 'float32' as const, data: new Float32Array(size) } };
    const error = ({ p }: { p: tf.Tensor }, { goal }: { goal: tf.Tensor }) => tf.mean(tf.square(tf.sub(p, goal)));
    const run = await trainer(error, start, { goal: { shape: [size], dtype: 'float32' } }, adamW({ learningRate: 0.01 }));
    const goal = new Float32Array(size).fill(3);
    for (let i = 0; i < 2000; i++) await run.step({ goal });
    const before = process.memoryUsage.rss();
    let loss = 9;
    for (let i = 0; i < 10_000; i++) loss = await run.step({ goal });
    // Parameters, moments and gradients of each step are 32 kB.
    expect(process.memoryUsage.rss() - before).toBeLessThan(30e6);
    expect(loss).toBeLessThan(1e-6);
    await run.dispose();
  });

  it('works eagerly and gives the same', async () => {
    await tf.setBackend('cpu');
    const optimizer = adamW({ learningRate: 0.1, maxNorm: 1 });
    const fn = ({ p, g }: { p: tf.Tensor; g: tf.Tensor }) =>
      optimizer.update({ p }, { p: g }, { step: tf.scalar(3, 'int32'), moments: [{ p: g }, { p: tf.square(g) }] });
    const spec = { p: start, g: { ...start, data: Float32Array.of(0.5, 2) } };
    const compiled = await (await jit(fn, spec))(spec);
    const eager = fn({ p: tf.tensor1d([1, -2]), g: tf.tensor1d([0.5, 2]) });
    close([...compiled.parameters.p.data], [...(await eager.parameters.p.data())]);
    expect([...compiled.state.step.data]).toEqual([4]);
  });

  it('refuses options that it does not know, and rates that are none', () => {
    expect(() => adamW({ learningRate: 1, rate: 2 } as never)).toThrow('adamW: option must be one of learningRate');
    expect(() => sgd({ learningRate: -1 })).toThrow('optimizer: learningRate must be above 0, got -1');
    expect(() => cosineSchedule(5, 5)).toThrow('cosineSchedule: total must be above warmup 5, got 5');
  });
});
