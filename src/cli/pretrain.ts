import { fileURLToPath } from 'node:url';
import { progress } from '../core/index.ts';
import { BASE_PLAN, pretrainBase } from '../experiments/index.ts';
import { parseCommandLine, UsageError } from './usage.ts';

const FOLDER = fileURLToPath(new URL('../../data/base-model', import.meta.url));

/** The text of `colora pretrain --help`. */
export const help = `
colora pretrain [--out DIR] [--steps N] [--seed S]

Trains the base model that the experiments adapt, on generic skills with lists of numbers, and writes its folder: weights, configuration,
tokenizer, the record of the training and the scores. A run that was killed goes on from its last checkpoint.

  --out DIR   the folder (${'data/base-model'} by default)
  --steps N   steps of ${BASE_PLAN.sequences} sequences (${BASE_PLAN.steps} by default, some 15 minutes on two cores)
  --seed S    what weights and examples depend on ('${BASE_PLAN.seed}' by default)
`;

/** `colora pretrain`. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseCommandLine('pretrain', args, {
    out: { type: 'string', default: FOLDER },
    steps: { type: 'string', default: String(BASE_PLAN.steps) },
    seed: { type: 'string', default: String(BASE_PLAN.seed) },
  });
  if (positionals.length > 0) throw new UsageError(`colora pretrain: expected no argument, got '${positionals[0]}' (use --out DIR)`);
  const steps = Number(values.steps);
  if (!(Number.isInteger(steps) && steps > BASE_PLAN.warmup)) {
    throw new UsageError(`colora pretrain: --steps must be a whole number above ${BASE_PLAN.warmup}, got '${values.steps}'`);
  }
  const bar = progress(steps, 'pre-training');
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt);
  try {
    const onStep = (step: number, loss: number) => bar.update(step, `loss ${loss.toFixed(3)}`);
    const scores = await pretrainBase(values.out, { plan: { ...BASE_PLAN, steps, seed: values.seed }, onStep, signal: stop.signal });
    bar.finish();
    if (scores === undefined) {
      process.stderr.write(`interrupted; the same command goes on from the last checkpoint in ${values.out}\n`);
      return 130;
    }
    for (const { name, kind, exact, rougeL } of scores) {
      process.stdout.write(`${name.padEnd(16)} ${kind.padEnd(22)} exact ${exact.toFixed(3)}  Rouge-L ${rougeL.toFixed(1)}\n`);
    }
    return 0;
  } finally {
    process.off('SIGINT', interrupt);
  }
}
