import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from '../kernel.ts';
import { oneByOne, type Row, type Tools } from '../row.ts';
import { REPOSITORY, type Subject } from '../subjects.ts';

/** Seconds that one test may take; some of jupyter_kernel_test's waits have no limit of their own. */
const TEST_SECONDS = '20';
const RUN_SECONDS = 420;
/** A kernel that must always pass is asked more than once. */
const TIMES = { colora: 3, tslab: 1, deno: 1, python3: 1 };

interface Report {
  runs: { tests: Record<string, 'passed' | 'failed' | 'skipped'>; messages: Record<string, string> }[];
}

/** jupyter_kernel_test with the samples of each kernel; a test without a sample counts as not passed. */
export const conformance: Row = {
  name: 'conformance',
  title: 'conformance tests passed',
  goal: 'all, 3 runs',
  measure: oneByOne(measure),
};

async function measure(subject: Subject, { python, kernelspecs }: Tools): Promise<Outcome> {
  if (!python) return { text: 'needs --python' };
  const report = join(kernelspecs, `${subject.name}.json`);
  const script = join(REPOSITORY, 'test', 'conformance', 'run.py');
  const args = [script, '--kernel', subject.name, '--suite', 'jupyter', '--times', String(TIMES[subject.name]), '--json', report];
  const env = { ...process.env, JUPYTER_PATH: kernelspecs, TEST_SECONDS, PYTHONDONTWRITEBYTECODE: '1' };
  // From the checkout, since tslab looks for its modules from where it stands.
  const child = spawn(python, args, { cwd: REPOSITORY, env, stdio: 'ignore', timeout: RUN_SECONDS * 1000 });
  const stop = () => child.kill();
  process.once('exit', stop);
  await new Promise((resolve, reject) => child.once('exit', resolve).once('error', reject));
  process.off('exit', stop);
  let runs: Report['runs'];
  try {
    runs = (JSON.parse(readFileSync(report, 'utf8')) as Report).runs;
  } catch {
    return { text: `no report within ${RUN_SECONDS} s` };
  }
  const passed = runs.map(({ tests }) => Object.values(tests).filter((fate) => fate === 'passed').length);
  const total = Object.keys(runs[0].tests).length;
  const failed = Object.assign({}, ...runs.map(({ messages }) => messages));
  return { text: passed.map((count) => `${count}/${total}`).join(', '), values: { passed, total, failed } };
}
