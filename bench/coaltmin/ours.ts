import { Matrix, matmul } from '../../src/linalg/index.ts';
import { coAltMin, regressionProblem } from '../../src/regression/index.ts';
import type { Outcome, Size } from './sizes.ts';

// A process of its own, so that its peak memory is that of this size. Called with the size and a limit in seconds.
const { sensing, d, r, k, m, seconds } = JSON.parse(process.argv[2]) as Size & { seconds: number };
// Loads the native library, as NumPy loads its own with its import.
matmul(Matrix.identity(32), Matrix.identity(32));
const base = process.resourceUsage().maxRSS * 1024;
const problem = regressionProblem({ rows: d, cols: d, rank: r, tasks: k, measurementsPerTask: m, sensing, seed: 1 });
const start = performance.now();
const cpu = process.cpuUsage();
const elapsed = () => (performance.now() - start) / 1000;
const { history } = coAltMin(problem, {
  iterations: 1000,
  tolerance: 0,
  onIteration: ({ relativeError }) => relativeError >= 1e-8 && elapsed() < seconds,
});
/** Seconds of all cores together. */
function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const last = history[history.length - 1];
const outcome: Outcome = {
  seconds: elapsed(),
  cpu: cpuSince(cpu),
  iterations: last.iteration,
  error: last.relativeError,
  peak: process.resourceUsage().maxRSS * 1024 - base,
  measurements: problem.tasks.reduce((sum, { measurements, responses }) => sum + measurements.bytes + responses.byteLength, 0),
};
process.stdout.write(`${JSON.stringify(outcome)}\n`);
