/**
 * One training step, forward, loss and gradients, of a Llama-style decoder: compiled by our engine and by its peers, on the same
 * weights. `npm run bench -- train-step [--python PATH] [--rounds N] [--seconds S] [--only METHOD,…] [--sizes I,…]`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { randomProblem } from './decoder.ts';
import { largestDifference, type Measured } from './measured.ts';
import { writeProblem } from './problem.ts';
import { SIZES } from './sizes.ts';

const { values: options } = parseArgs({
  options: {
    python: { type: 'string' },
    rounds: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '60' },
    only: { type: 'string' },
    sizes: { type: 'string' },
  },
});
const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const METHODS: Record<string, string> = {
  ours: 'ours',
  eager: 'PyTorch eager',
  compile: 'torch.compile',
  peft: 'PEFT LoRA',
  tensorflow: 'tfjs-node',
  jax: 'jax-js',
  wasm: 'tfjs-wasm',
  cpu: 'tfjs-cpu',
};
const PYTHON = ['eager', 'compile', 'peft'];

/** The measurement, or the last line that the subject said. */
function measure(method: string, size: number, folder: string): Measured | string {
  const { rounds, seconds, python } = options;
  if (PYTHON.includes(method) && python === undefined) return 'give --python PATH';
  const command = PYTHON.includes(method)
    ? [python!, file('torch_peer.py'), folder, method, rounds]
    : [process.execPath, '--import', import.meta.resolve('tsx'), file('subject.ts'), method, String(size), folder, rounds, seconds];
  const { status, stdout, stderr, error } = spawnSync(command[0], command.slice(1), {
    encoding: 'utf8',
    timeout: 1_200_000,
    maxBuffer: 2 ** 28,
  });
  if (status === 0) return JSON.parse(stdout.trim().split('\n').at(-1)!) as Measured;
  const reason = stderr.split('\n').find((line) => /^\w*Error: /.test(line)) ?? error?.message ?? `exit ${status}`;
  return reason.trim().slice(0, 90);
}

const sorted = (times: number[]) => [...times].sort((a, b) => a - b);
const median = (times: number[]) => {
  const all = sorted(times);
  return (all[(all.length - 1) >> 1] + all[all.length >> 1]) / 2;
};

function show(cells: string[]): void {
  const widths = [28, 15, 9, 17, 4, 10, 9, 9, 9];
  console.log(cells.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '));
}

const ms = (time: number) => time.toFixed(time < 100 ? 1 : 0);
console.log(`${cpus()[0].model}, ${cpus().length} cores, Node ${process.versions.node}; milliseconds of a step`);
show(['width × layers, batch', 'method', 'median', 'min – max', 'n', '× ours', 'GFLOP/s', 'peak MB', 'differs']);
const chosen = options.sizes?.split(',').map(Number) ?? SIZES.map((_, i) => i);
for (const index of chosen) {
  const { name, shape, full } = SIZES[index];
  const folder = mkdtempSync(join(tmpdir(), 'train-step-'));
  try {
    const problem = randomProblem(shape);
    writeProblem(folder, shape, full ? { ...problem, adapters: [] } : problem);
    let ours: Measured | undefined;
    let best = 0;
    for (const method of Object.keys(METHODS)) {
      if (options.only !== undefined && !options.only.split(',').includes(method)) continue;
      if (method === 'peft' && full) continue;
      const measured = measure(method, index, folder);
      if (typeof measured === 'string') {
        show([name, METHODS[method], `– ${measured}`]);
        continue;
      }
      if (method === 'ours') ours = measured;
      best = Math.max(best, measured.product ?? 0);
      const { times } = measured;
      const all = sorted(times);
      show([
        name,
        METHODS[method],
        ms(median(times)),
        `${ms(all[0])} – ${ms(all[all.length - 1])}`,
        String(times.length),
        ours === undefined ? '' : (median(times) / median(ours.times)).toFixed(2),
        ours === undefined ? '' : (ours.flops! / median(times) / 1e6).toFixed(0),
        (measured.peak / 1e6).toFixed(0),
        ours === undefined || method === 'ours' ? '' : largestDifference(folder, ours, method, measured).toExponential(1),
      ]);
    }
    if (ours !== undefined) {
      const rate = ours.flops! / median(ours.times) / 1e6;
      const share = `${((100 * rate) / best).toFixed(0)} % of the best product, ${best.toFixed(0)} GFLOP/s (ours ${ours.product!.toFixed(0)})`;
      console.log(`  ${share}; compiled in ${ms(ours.compile!)} ms; ${(ours.flops! / 1e9).toFixed(1)} GFLOP a step\n`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
