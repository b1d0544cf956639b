import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { messageOf, UserError, writeFileSafely } from '../../src/core/index.ts';
import { machine } from '../kernel/machine.ts';
import { table } from '../kernel/table.ts';
import { growthTable } from './growth.ts';
import { RECOVERY_SEEDS, recoveryTable } from './recovery.ts';
import { type Outcome, SIZES, type Size } from './sizes.ts';

const HELP = `npm run bench -- coaltmin [--python PATH] [--sizes NAME,…] [--seconds S] [--no-recovery] [--json FILE]

Measures CoAltMin to a relative error of 1e-8 without noise: time, iterations and peak memory, beside the same algorithm in NumPy
and SciPy and beside PyTorch's L-BFGS and Adam on the same loss; then how its time grows with the tasks, and how often it recovers the truth.
An error above 1e-8 is what a method had reached when its time was up. Our process runs with --max-semi-space-size=1, by which Node.js
hands unused memory back early.

  --python PATH   a Python with numpy, scipy and torch, for the peers
  --sizes NAME,…  only these: ${SIZES.map(({ name }) => name).join(', ')}
  --seconds S     give up on a method at a size after S seconds (300), and on a peer after ten times what ours took
  --no-recovery   without the table of recovery
  --only-recovery nothing but the table of recovery
  --json FILE     also writes every number
`;

const FILES = {
  ours: fileURLToPath(new URL('ours.ts', import.meta.url)),
  numpy: fileURLToPath(new URL('../peers/coaltmin_numpy.py', import.meta.url)),
  torch: fileURLToPath(new URL('../peers/coaltmin_torch.py', import.meta.url)),
};

/** One method: its program, and whether it handles a size. */
interface Method {
  name: string;
  command: string[];
  extra: object;
  handles: (size: Size) => boolean;
}

/** How many times as long as ours a peer may take. */
const PATIENCE = 10;

/** A number, or a dash where there is none. */
const numberOrDash = (x: number, digits: number): string => (Number.isNaN(x) ? '–' : x.toFixed(digits));

function methods(python: string | undefined): Method[] {
  const ours = {
    name: 'ours',
    command: [process.execPath, '--max-semi-space-size=1', '--import', import.meta.resolve('tsx'), FILES.ours],
    extra: {},
  };
  const always = () => true;
  if (python === undefined) return [{ ...ours, handles: always }];
  const isScalar = ({ sensing }: Size) => sensing === 'gaussian';
  // PyTorch holds the measurements once more in its products, so only where that fits.
  const small = (size: Size) => isScalar(size) && size.d <= 128;
  const numpy = [python, FILES.numpy];
  return [
    { ...ours, handles: always },
    { name: 'numpy', command: numpy, extra: { solver: 'lstsq' }, handles: always },
    { name: 'numpy, normal equations', command: numpy, extra: { solver: 'normal' }, handles: isScalar },
    ...['lbfgs', 'adam'].map((method) => ({ name: method, command: [python, FILES.torch], extra: { method }, handles: small })),
  ];
}

function measure({ command: [program, ...args], extra }: Method, size: Size, seconds: number): Outcome {
  const result = spawnSync(program, [...args, JSON.stringify({ ...size, ...extra, seconds })], { encoding: 'utf8', maxBuffer: 2 ** 24 });
  if (result.status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${result.status ?? result.signal}: ${result.stderr}`);
  return JSON.parse(result.stdout) as Outcome;
}

function main(): void {
  const { values } = parseArgs({
    options: {
      python: { type: 'string' },
      sizes: { type: 'string' },
      seconds: { type: 'string', default: '300' },
      'no-recovery': { type: 'boolean' },
      'only-recovery': { type: 'boolean' },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const seconds = Number(values.seconds);
  if (!(seconds > 0)) throw new UserError(`bench coaltmin: --seconds must be a number above 0, got '${values.seconds}'`);
  const here = machine();
  print(`${here.cpu}, ${here.cores} cores, ${here.memoryGiB} GiB; Node.js ${here.node}, ${here.platform}; ${here.date}\n`);

  const only = values['only-recovery'];
  const rows = only ? [] : chosenSizes(values.sizes).flatMap((size) => measureSize(size, methods(values.python), seconds));
  if (!only) print(`${comparison(rows)}\n`);
  const growth = only ? [] : growthTable();
  const growthLines = growth.map(({ tasks, secondsPerIteration }) => [
    `${tasks}`,
    secondsPerIteration.toFixed(4),
    `${(secondsPerIteration / growth[0].secondsPerIteration / (tasks / growth[0].tasks)).toFixed(2)} ×`,
  ]);
  if (!only) print(`${table(['tasks k', 's/iteration', 'per task, of the first'], growthLines)}\n`);

  const recovery = values['no-recovery'] ? [] : recoveryTable();
  if (recovery.length > 0) {
    const lines = recovery.map((row) => [
      `${row.multiple}`,
      `${row.measurementsPerTask}`,
      row.start,
      `${row.succeeded}/${RECOVERY_SEEDS}`,
      numberOrDash(row.distances.succeeded, 3),
      numberOrDash(row.distances.failed, 3),
      `${row.fitted}`,
      numberOrDash(row.growth, 1),
    ]);
    const head = ['m k / dof', 'm', 'start', 'recovered', 'start distance: recovered', 'failed', 'failed: data explained', '‖Θ‖/‖Θ*‖'];
    print(`${table(head, lines)}\n`);
  }
  if (values.json) writeFileSafely(values.json, `${JSON.stringify({ machine: here, rows, growth, recovery }, null, 1)}\n`);
}

type Row = Outcome & { size: string; method: string };

function measureSize(size: Size, all: Method[], seconds: number): Row[] {
  const rows: Row[] = [];
  for (const method of all.filter(({ handles }) => handles(size))) {
    const limit = rows.length === 0 ? seconds : Math.min(seconds, PATIENCE * rows[0].seconds);
    const row = { size: size.name, method: method.name, ...measure(method, size, limit) };
    process.stderr.write(`${JSON.stringify(row)}\n`);
    rows.push(row);
  }
  return rows;
}

function comparison(rows: Row[]): string {
  const body = rows.map((row) => {
    const ours = rows.find(({ size, method }) => size === row.size && method === 'ours')!;
    return [
      row.size,
      row.method,
      row.seconds.toFixed(1),
      row.cpu.toFixed(1),
      `${row.iterations}`,
      row.iterations > 0 ? (row.seconds / row.iterations).toFixed(3) : '–',
      `${(row.seconds / ours.seconds).toFixed(2)} ×`,
      row.error.toExponential(1),
      `${(row.peak / row.measurements).toFixed(2)} ×`,
    ];
  });
  return table(['size', 'method', 'seconds', 'CPU seconds', 'iterations', 's/iteration', 'time / ours', 'error', 'peak / data'], body);
}

function chosenSizes(names: string | undefined): readonly Size[] {
  if (names === undefined) return SIZES;
  return names.split(',').map((name) => {
    const size = SIZES.find((candidate) => candidate.name === name);
    if (!size) {
      throw new UserError(`bench coaltmin: --sizes must name some of ${SIZES.map((known) => known.name).join(', ')}, got '${name}'`);
    }
    return size;
  });
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

try {
  main();
} catch (thrown) {
  const isUsage = thrown instanceof UserError || (thrown as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`${isUsage ? messageOf(thrown) : (thrown as Error).stack}\n`);
  process.exitCode = 1;
}
