import { coAltMin, regressionProblem } from '../../src/regression/index.ts';
import type { Outcome, Size } from './sizes.ts';

// A process of its own, so that its peak memory is that of this size. Called with the size and a limit in seconds.
const { sensing, d, r, k, m, seconds } = JSON.parse(process.argv[2]) as Size & { seconds: number };
const base = process.resourceUsage().maxRSS * 1024;
const problem = regressionProblem({ rows: d, cols: d, rank: r, tasks: k, measurementsPerTask: m, sensing, seed: 1 });
const start = performance.now();
const elapsed = () => (performance.now() - start) / 1000;
const { history } = coAltMin(problem, {
  iterations: 1000,
  tolerance: 0,
  onIteration: ({ relativeError }) => relativeError >= 1e-8 && elapsed() < seconds,
});
const last = history[history.length - 1];
const outcome: Outcome = {
  seconds: elapsed(),
  iterations: last.iteration,
  error: last.relativeError,
  peak: process.resourceUsage().maxRSS * 1024 - base,
  measurements: problem.tasks.reduce((sum, { measurements, responses }) => sum + measurements.bytes + responses.byteLength, 0),
};
process.stdout.write(`${JSON.stringify(outcome)}\n`);
