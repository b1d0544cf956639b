/**
 * One joint CoLoRA step for four clients (forward, backward, AdamW) on a model of the base model's shape: ours and PyTorch's with PEFT
 * on the same weights, start and examples, in turns of one run. `npm run bench -- finetune [--python PATH] [--steps N] [--turns N]`;
 * `npm run bench -- finetune --methods` prints parameters, bytes and seconds of a round of every method instead.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { adapterStep, type BranchData, stepState } from '../../src/adapters/index.ts';
import { printMethods } from './methods.ts';
import { KINDS, type Kind, type Measured, Peer } from './peer.ts';
import { BATCH, CLIENTS, LENGTH, makeBatch, PARAMETERS, RATES, START, STEP } from './problem.ts';

const { values: options } = parseArgs({
  options: {
    python: { type: 'string' },
    steps: { type: 'string', default: '10' },
    turns: { type: 'string', default: '6' },
    methods: { type: 'boolean', default: false },
  },
});
const [steps, turns] = [Number(options.steps), Number(options.turns)];
const WARM_UP = 3;

/** Our steps, one going on from the other. */
function ours(): (count: number) => Promise<Measured> {
  let branches: BranchData = { main: START };
  let state = stepState(STEP, branches);
  const shares = Array(CLIENTS).fill(1 / CLIENTS);
  return async (count) => {
    const measured: Measured = { times: [], losses: [] };
    for (let i = 0; i < count; i++) {
      const begin = performance.now();
      const result = await adapterStep(STEP, { base: PARAMETERS, branches, state, batch: makeBatch(), ...RATES, shares });
      measured.times.push(performance.now() - begin);
      measured.losses.push(result.losses.reduce((sum, loss) => sum + loss / CLIENTS, 0));
      ({ branches, state } = result);
    }
    return measured;
  };
}

const quantile = (times: number[], q: number) => [...times].sort((a, b) => a - b)[Math.floor(q * (times.length - 1))];
const show = (name: string, times: number[]) => {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((q) => quantile(times, q).toFixed(1));
  console.log(`  ${name.padEnd(34)} ${middle.padStart(7)} ms  (quartiles ${low} – ${high})`);
};

async function compare(python: string | undefined): Promise<void> {
  console.log(`${cpus()[0].model}, ${cpus().length} cores; one step of ${CLIENTS} clients with ${BATCH} × ${LENGTH} tokens each`);
  const folder = mkdtempSync(join(tmpdir(), 'finetune-'));
  const started = python === undefined ? undefined : await Peer.start(python, folder);
  try {
    const all: Record<string, Measured> = { ours: { times: [], losses: [] } };
    const own = ours();
    const run = async (name: string, go: () => Promise<Measured>, isCounted: boolean) => {
      const { times, losses } = await go();
      all[name] ??= { times: [], losses: [] };
      all[name].losses.push(...losses);
      if (isCounted) all[name].times.push(...times);
    };
    // In turns, so that whatever else the machine does falls on all alike.
    for (let turn = 0; turn <= turns; turn++) {
      const count = turn === 0 ? WARM_UP : steps;
      await run('ours', () => own(count), turn > 0);
      if (started === undefined) continue;
      for (const kind of Object.keys(KINDS) as Kind[]) await run(kind, () => started.peer.steps(kind, count), turn > 0);
    }
    show(`ours (Node ${process.versions.node})`, all.ours.times);
    if (started === undefined) return;
    console.log(`  ${started.version}`);
    for (const [kind, name] of Object.entries(KINDS)) {
      show(name, all[kind].times);
      console.log(`    ours is ${(quantile(all[kind].times, 0.5) / quantile(all.ours.times, 0.5)).toFixed(2)} times as fast`);
    }
    const apart = (kind: Kind) => Math.max(...all.ours.losses.map((loss, i) => Math.abs(loss - all[kind].losses[i])));
    const most = Math.max(apart('turns'), apart('stacked'));
    console.log(`  losses of ${all.ours.losses.length} steps of CoLoRA differ by at most ${most.toExponential(1)}`);
  } finally {
    await started?.peer.stop();
    rmSync(folder, { recursive: true });
  }
}

if (options.methods) await printMethods();
else await compare(options.python);
