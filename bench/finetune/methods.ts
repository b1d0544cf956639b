import { type Base, federate, federatedPlan, methodTable, STRATEGIES } from '../../src/federated/index.ts';
import { BASE_SHAPE } from '../generate/shape.ts';
import { ADAPTER, BATCH, CLIENTS, drawExamples, PARAMETERS } from './problem.ts';

const LOCAL_STEPS = 5;
const ROUNDS = 5;

/** Prints parameters, bytes and seconds of a round of every method; the median of all rounds after the first, which compiles. */
export async function printMethods(): Promise<void> {
  const base: Base = { config: BASE_SHAPE, parameters: PARAMETERS, pad: 0 };
  const clients = Array.from({ length: CLIENTS }, (_, i) => ({ id: `client ${i}`, train: drawExamples(16) }));
  // Low enough that random targets do not diverge.
  const plan = federatedPlan({
    adapter: ADAPTER,
    rounds: ROUNDS,
    localSteps: LOCAL_STEPS,
    batch: BATCH,
    learningRate: 1e-4,
    coreLearningRate: 4e-4,
  });
  console.log(`${CLIENTS} clients, r = ${ADAPTER.rank} on every linear map, rounds of ${LOCAL_STEPS} steps; KiB of a client and round`);
  console.log(`  ${'method'.padEnd(20)} ${['parameters', 'up', 'down', 'dense', 's a round'].map((title) => title.padStart(11)).join('')}`);
  for (const strategy of STRATEGIES) {
    const [row] = methodTable(BASE_SHAPE, ADAPTER, { clients: CLIENTS, localSteps: LOCAL_STEPS, strategies: [strategy] });
    const seconds: number[] = [];
    let last = performance.now();
    await federate(strategy, base, clients, plan, {
      onRound: () => {
        const now = performance.now();
        seconds.push((now - last) / 1000);
        last = now;
      },
    });
    const sorted = seconds.slice(1).sort((x, y) => x - y);
    const cells = [
      row.parameters,
      (row.up / 1024).toFixed(0),
      (row.down / 1024).toFixed(0),
      row.dense,
      sorted[sorted.length >> 1].toFixed(3),
    ];
    console.log(`  ${row.method.padEnd(20)} ${cells.map((cell) => String(cell).padStart(11)).join('')}`);
  }
}
