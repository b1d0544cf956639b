/**
 * Training steps (forward, backward, AdamW) of a model of the base model's shape: ours and PyTorch transformers' on the same weights
 * and batch. `npm run bench -- pretrain [--python PATH] [--sequences N] [--length N] [--rounds N]`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Random } from '../../src/core/index.ts';
import { adamW, type TensorData, trainer } from '../../src/engine/index.ts';
import { type Batch, batchLoss, type Parameters, randomParameters, saveModel } from '../../src/lm/index.ts';
import { BASE_SHAPE } from '../generate/shape.ts';

const { values: options } = parseArgs({
  options: {
    python: { type: 'string' },
    sequences: { type: 'string', default: '96' },
    length: { type: 'string', default: '24' },
    rounds: { type: 'string', default: '30' },
  },
});
const [B, T, rounds] = [Number(options.sequences), Number(options.length), Number(options.rounds)];
const OPTIMIZER = { learningRate: 1e-3, beta2: 0.98, weightDecay: 0.05 };
const median = (times: number[]) => [...times].sort((a, b) => a - b)[times.length >> 1];

interface Measured {
  /** Milliseconds. */
  times: number[];
  losses: number[];
  version: string;
}

async function ours(parameters: Record<string, TensorData>, tokens: Int32Array, targets: Int32Array): Promise<Measured> {
  const n = B * T;
  const batch = {
    tokens: { shape: [B, T], dtype: 'int32' as const, data: tokens },
    places: { shape: [n], dtype: 'int32' as const, data: Int32Array.from({ length: n }, (_, place) => place) },
    targets: { shape: [n], dtype: 'int32' as const, data: targets },
    weights: { shape: [n], dtype: 'float32' as const, data: new Float32Array(n).fill(1 / n) },
  };
  const model = await trainer<Parameters, Batch>((p, b) => batchLoss(BASE_SHAPE, p, b), parameters, batch, adamW(OPTIMIZER));
  const losses: number[] = [];
  const times: number[] = [];
  for (let round = 0; round < rounds + 2; round++) {
    const start = performance.now();
    losses.push(await model.step(batch));
    times.push(performance.now() - start);
  }
  await model.dispose();
  return { times: times.slice(2), losses, version: `Node ${process.versions.node}` };
}

function theirs(python: string, folder: string, tokens: Int32Array, targets: Int32Array): Measured {
  const rows = (flat: Int32Array) => Array.from({ length: B }, (_, row) => [...flat.subarray(row * T, (row + 1) * T)]);
  writeFileSync(join(folder, 'batch.json'), JSON.stringify({ tokens: rows(tokens), targets: rows(targets), options: OPTIMIZER }));
  const script = fileURLToPath(new URL('../peers/pretrain_transformers.py', import.meta.url));
  const { status, stdout, stderr } = spawnSync(python, [script, folder, join(folder, 'batch.json'), String(rounds)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Measured;
}

const random = new Random(9);
const drawn = () => Int32Array.from({ length: B * T }, () => random.integer(0, BASE_SHAPE.vocabulary));
const [tokens, targets] = [drawn(), drawn()];
const parameters = randomParameters(BASE_SHAPE, 1);
const folder = mkdtempSync(join(tmpdir(), 'pretrain-'));
try {
  saveModel(folder, { config: BASE_SHAPE, parameters });
  console.log(`${cpus()[0].model}, ${cpus().length} cores; batch ${B} × ${T}, loss on every token, AdamW; tokens a second`);
  const rate = ({ times }: Measured) => (B * T * 1000) / median(times);
  const show = (name: string, measured: Measured) =>
    console.log(
      `  ${name.padEnd(13)} ${rate(measured).toFixed(0).padStart(7)}  (${median(measured.times).toFixed(1)} ms a step; ${measured.version})`,
    );
  const own = await ours(parameters, tokens, targets);
  show('ours', own);
  if (options.python !== undefined) {
    const peer = theirs(options.python, folder, tokens, targets);
    show('transformers', peer);
    const apart = own.losses.reduce((most, loss, i) => Math.max(most, Math.abs(loss - peer.losses[i])), 0);
    console.log(
      `  ours is ${(rate(own) / rate(peer)).toFixed(2)} times as fast; losses of ${rounds + 2} steps differ by at most ${apart.toExponential(1)}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
