/**
 * Batched greedy decoding of a model of the base model's shape, or of a model's folder: ours and PyTorch transformers' on the same
 * weights and prompts. `npm run bench -- generate [--python PATH] [--model DIR] [--batch N,…] [--prompt N] [--tokens N] [--rounds N]`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Random } from '../../src/core/index.ts';
import { generator, type LanguageModel, loadModel, randomParameters, saveModel } from '../../src/lm/index.ts';
import { BASE_SHAPE } from './shape.ts';

const { values: options } = parseArgs({
  options: {
    python: { type: 'string' },
    model: { type: 'string' },
    batch: { type: 'string', default: '1,16,64' },
    prompt: { type: 'string', default: '24' },
    tokens: { type: 'string', default: '64' },
    rounds: { type: 'string', default: '7' },
  },
});
const tokens = Number(options.tokens);
const rounds = Number(options.rounds);
const median = (times: number[]) => [...times].sort((a, b) => a - b)[times.length >> 1];

/** Prompts of half to all of the length, so that there is padding. */
function prompts({ vocabulary }: LanguageModel['config'], batch: number): number[][] {
  const random = new Random(5);
  const longest = Number(options.prompt);
  return Array.from({ length: batch }, () =>
    Array.from({ length: random.integer(Math.ceil(longest / 2), longest + 1) }, () => random.integer(3, vocabulary)),
  );
}

interface Measured {
  seconds: number[];
  tokens: number[][];
  version: string;
}

async function ours(model: LanguageModel, batch: number[][]): Promise<Measured> {
  const compiled = generator(model);
  const run = async () => (await compiled.generate(batch, { maxTokens: tokens, stop: [] })).map((row) => row.tokens);
  const made = await run();
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await run();
    seconds.push((performance.now() - start) / 1000);
  }
  await compiled.dispose();
  return { seconds, tokens: made, version: `Node ${process.versions.node}` };
}

function theirs(python: string, folder: string, batch: number[][]): Measured {
  writeFileSync(join(folder, 'prompts.json'), JSON.stringify(batch));
  const script = fileURLToPath(new URL('../peers/generate_transformers.py', import.meta.url));
  const args = [script, folder, join(folder, 'prompts.json'), String(tokens), String(rounds)];
  const { status, stdout, stderr } = spawnSync(python, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Measured;
}

const model =
  options.model === undefined ? { config: BASE_SHAPE, parameters: randomParameters(BASE_SHAPE, 1) } : await loadModel(options.model);
const folder = mkdtempSync(join(tmpdir(), 'generate-'));
try {
  saveModel(folder, model);
  console.log(`${cpus()[0].model}, ${cpus().length} cores; ${tokens} tokens of each prompt, greedy; tokens a second`);
  for (const size of options.batch.split(',').map(Number)) {
    const batch = prompts(model.config, size);
    const rate = ({ seconds }: Measured) => (size * tokens) / median(seconds);
    const spread = ({ seconds }: Measured) =>
      `${((size * tokens) / Math.max(...seconds)).toFixed(0)} – ${((size * tokens) / Math.min(...seconds)).toFixed(0)}`;
    const own = await ours(model, batch);
    console.log(`batch ${size}\n  ours          ${rate(own).toFixed(0).padStart(8)}  (${spread(own)}; ${own.version})`);
    if (options.python === undefined) continue;
    const peer = theirs(options.python, folder, batch);
    const same = own.tokens.filter((row, i) => `${row}` === `${peer.tokens[i]}`).length;
    console.log(`  transformers  ${rate(peer).toFixed(0).padStart(8)}  (${spread(peer)}; ${peer.version})`);
    console.log(`  ours is ${(rate(own) / rate(peer)).toFixed(2)} times as fast; ${same} of ${size} texts are the same`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
