// Counts what the gate's steps reported and prints the closing lines; exits non-zero unless all passed.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** Steps that only prepare others are no checks of their own unless they fail. */
const PREPARATION = new Set(['python-env', 'kernel-install']);

const work = process.argv[2];
const total = { passed: 0, failed: 0, skipped: 0 };
const read = (name) => (existsSync(join(work, name)) ? readFileSync(join(work, name), 'utf8') : '');

/** @returns {Record<string, number>} the counts of vitest's closing line for its tests */
function vitestCounts(log) {
  const line = log.split('\n').findLast((text) => /^\s*Tests\s+\d/.test(text)) ?? '';
  return Object.fromEntries([...line.matchAll(/(\d+) (passed|failed|skipped|todo)/g)].map(([, count, fate]) => [fate, Number(count)]));
}

/** @returns {Record<string, number>} over all repetitions; a skipped conformance test is one that did not pass */
function conformanceCounts(json) {
  const counts = { passed: 0, failed: 0 };
  const fates = json === '' ? [] : JSON.parse(json).runs.flatMap(({ tests }) => Object.values(tests));
  for (const fate of fates) counts[fate === 'passed' ? 'passed' : 'failed']++;
  return counts;
}

function add(counts) {
  total.passed += counts.passed ?? 0;
  total.failed += counts.failed ?? 0;
  total.skipped += (counts.skipped ?? 0) + (counts.todo ?? 0);
}

const steps = read('steps')
  .split('\n')
  .filter(Boolean)
  .map((line) => line.split('\t'));
for (const [name, status, seconds] of steps) {
  const ok = status === '0';
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name.padEnd(16)} ${seconds.padStart(5)} s`);
  const log = stripVTControlCharacters(read(`${name}.log`));
  const counts = name === 'npm-cit' ? vitestCounts(log) : name === 'conformance' ? conformanceCounts(read('conformance.json')) : undefined;
  if (counts === undefined) {
    if (!ok) add({ failed: 1 });
    else if (!PREPARATION.has(name)) add({ passed: 1 });
    continue;
  }
  add(counts);
  // A runner that broke down before it could count has failed too, and so has one that ran nothing.
  if ((!ok && !counts.failed) || !counts.passed) add({ failed: 1 });
  const closing = log.split('\n').filter((text) => /^\s*(Test Files|Tests|Duration)\s|^conformance of /.test(text));
  for (const line of closing) console.log(`       ${line.trim()}`);
}

console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
