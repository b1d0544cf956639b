import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, UserError, writeFileSafely } from '../../src/core/index.ts';
import type { Outcome } from './kernel.ts';
import { machine } from './machine.ts';
import type { Row } from './row.ts';
import { conformance } from './rows/conformance.ts';
import { exit, memory } from './rows/death.ts';
import { interrupts, silence } from './rows/interrupt.ts';
import { afterIdle, lines } from './rows/output.ts';
import { project, syntax } from './rows/project.ts';
import { responsiveness } from './rows/responsiveness.ts';
import { start, trivial } from './rows/speed.ts';
import { subjects, writeKernelspecs } from './subjects.ts';
import { table } from './table.ts';

const ROWS: Row[] = [
  conformance,
  start,
  trivial,
  ...interrupts,
  silence,
  exit,
  memory,
  responsiveness,
  lines,
  afterIdle,
  project,
  ...syntax,
];

const HELP = `npm run bench -- kernel [--python PATH] [--deno PATH] [--only ROW,…] [--json FILE]

Measures this kernel beside tslab and, where given, Deno and ipykernel.

  --python PATH  a Python with what test/conformance/requirements.txt names: the conformance row, and ipykernel
  --deno PATH    the deno program
  --only ROW,…   only these rows: ${ROWS.map(({ name }) => name).join(', ')}
  --json FILE    also writes every number
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      python: { type: 'string' },
      deno: { type: 'string' },
      only: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const rows = chosenRows(values.only);
  const all = subjects(values);
  const here = machine();
  print(`${here.cpu}, ${here.cores} cores, ${here.memoryGiB} GiB; Node.js ${here.node}, ${here.platform}; ${here.date}\n`);

  const folder = mkdtempSync(join(tmpdir(), 'colora-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const tools = { python: values.python, kernelspecs: writeKernelspecs(folder, all) };
  const measured: { row: Row; outcomes: Outcome[]; seconds: number }[] = [];
  for (const row of rows) {
    const started = performance.now();
    const outcomes = await row.measure(all, tools);
    const seconds = (performance.now() - started) / 1000;
    measured.push({ row, outcomes, seconds });
    process.stderr.write(`${row.name}: ${outcomes.map(({ text }) => text).join(' | ')} (${seconds.toFixed(0)} s)\n`);
  }

  const body = measured.map(({ row, outcomes }) => [row.title, ...outcomes.map(({ text }) => text), row.goal]);
  print(`${table(['', ...all.map(({ label }) => label), 'colora must'], body)}\n`);
  if (values.json) {
    const report = measured.map(({ row, outcomes, seconds }) => ({
      row: row.name,
      title: row.title,
      goal: row.goal,
      seconds,
      outcomes: Object.fromEntries(all.map(({ name }, column) => [name, outcomes[column]])),
    }));
    writeFileSafely(values.json, `${JSON.stringify({ machine: here, rows: report }, null, 1)}\n`);
  }
}

function chosenRows(only: string | undefined): Row[] {
  if (only === undefined) return ROWS;
  return only.split(',').map((name) => {
    const row = ROWS.find((candidate) => candidate.name === name);
    if (!row) throw new UserError(`bench kernel: --only must name rows of ${ROWS.map((known) => known.name).join(', ')}, got '${name}'`);
    return row;
  });
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

// By default a signal would end this process without the handlers of its exit, which end the kernels.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

try {
  await main();
} catch (thrown) {
  const isUsage = thrown instanceof UserError || (thrown as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`${isUsage ? messageOf(thrown) : (thrown as Error).stack}\n`);
  process.exitCode = 1;
}
