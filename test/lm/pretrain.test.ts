import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Random } from '../../src/core/index.ts';
import { type LlamaConfig, type PretrainOptions, type PretrainPlan, pretrain } from '../../src/lm/index.ts';

const config: LlamaConfig = {
  vocabulary: 12,
  width: 8,
  hidden: 16,
  layers: 1,
  heads: 2,
  kvHeads: 1,
  headDim: 4,
  epsilon: 1e-5,
  rotaryBase: 10_000,
  positions: 16,
  tied: true,
  attentionBias: false,
  eos: [1],
};
const plan: PretrainPlan = {
  seed: 'test',
  steps: 150,
  sequences: 8,
  shape: { length: 5, answers: 2 },
  learningRate: 1e-2,
  warmup: 10,
  floor: 0.1,
  weightDecay: 0.01,
  beta2: 0.98,
  maxNorm: 1,
};
/** Answers the first of two tokens. */
const draw = (random: Random) => {
  const [x, y] = [random.integer(2, 12), random.integer(2, 12)];
  return { prompt: [x, y], answer: [x, 1] };
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pretrain-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (where: string, more: Partial<PretrainOptions> = {}, changed: Partial<PretrainPlan> = {}) =>
  pretrain(config, { ...plan, ...changed }, { draw, pad: 0, folder: join(folder, where), every: 50, ...more });

describe('pretrain', () => {
  it('learns, and an interrupted run ends in the same bits as one that was not', async () => {
    const whole = await run('whole');
    expect(whole.done).toBe(true);
    expect(whole.record.at(-1)!.loss).toBeLessThan(0.85 * whole.record[0].loss);

    const stop = new AbortController();
    const first = await run('parts', { signal: stop.signal, onStep: (step) => step === 70 && stop.abort() });
    expect(first.done).toBe(false);
    const steps: number[] = [];
    const second = await run('parts', { onStep: (step) => steps.push(step) });
    expect(steps[0]).toBe(51);
    expect(second.parameters).toEqual(whole.parameters);
    const losses = (record: typeof whole.record) => record.map(({ step, loss }) => [step, loss]);
    expect(losses(second.record)).toEqual(losses(whole.record));
  });

  it('keeps scores with each checkpoint', async () => {
    const { record } = await run(
      'scored',
      { evaluate: async (parameters) => ({ tensors: Object.keys(parameters).length }) },
      { steps: 100 },
    );
    expect(record.map(({ step, scores }) => [step, scores?.tensors])).toEqual([
      [50, 11],
      [100, 11],
    ]);
    expect(
      readFileSync(join(folder, 'scored', 'training.jsonl'), 'utf8')
        .trim()
        .split('\n'),
    ).toHaveLength(2);
  });

  it('refuses the checkpoint of another plan', async () => {
    await run('other', {}, { steps: 50 });
    await expect(run('other', {}, { steps: 50, learningRate: 2e-2 })).rejects.toThrow(
      /must be a checkpoint of this plan, got that of another/,
    );
  });

  it('stops when the loss is no longer finite', async () => {
    await expect(run('diverged', {}, { learningRate: 1e30, maxNorm: 1e30 })).rejects.toThrow(/the loss of step \d+ is (NaN|Infinity)/);
  });
});
