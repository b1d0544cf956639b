import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { saveModel, writeSafetensors } from '../../src/lm/index.ts';
import { BASE_SHAPE } from '../generate/shape.ts';
import { ADAPTER, CLIENTS, EXAMPLES, PARAMETERS, RATES, START, STEP } from './problem.ts';

/** Ways in which PyTorch does the work. */
export const KINDS = {
  peft: 'PEFT, four LoRA adapters in turn',
  turns: 'PyTorch CoLoRA, clients in turn',
  stacked: 'PyTorch CoLoRA, one batch',
} as const;
export type Kind = keyof typeof KINDS;

/** Milliseconds of steps, and the mean loss before each. */
export interface Measured {
  times: number[];
  losses: number[];
}

/** PyTorch in a process of its own, which waits while ours runs. */
export class Peer {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#reader = createInterface({ input: child.stdout! });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** Starts the peer on the same weights, start and examples. @returns it, and its versions */
  static async start(python: string, folder: string): Promise<{ peer: Peer; version: string }> {
    saveModel(join(folder, 'base'), { config: BASE_SHAPE, parameters: PARAMETERS });
    const factors = Object.entries(START).flatMap(([module, { a, b, c }]) => [
      [`${module}.a`, a] as const,
      [`${module}.b`, b] as const,
      [`${module}.c`, c!] as const,
    ]);
    writeSafetensors(join(folder, 'start.safetensors'), factors);
    const { rank, alpha, targets } = ADAPTER;
    const problem = { clients: CLIENTS, rank, alpha, targets, beta2: STEP.beta2, ...RATES, examples: EXAMPLES };
    writeFileSync(join(folder, 'problem.json'), JSON.stringify(problem));
    const script = fileURLToPath(new URL('../peers/finetune_peft.py', import.meta.url));
    const child = spawn(python, [script, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
    const peer = new Peer(child);
    return { peer, version: (await peer.#answer()).version };
  }

  /** Goes on for some steps in one way. */
  async steps(kind: Kind, count: number): Promise<Measured> {
    this.#child.stdin!.write(`${kind} ${count}\n`);
    return await this.#answer();
  }

  async #answer() {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('the peer ended early');
    return JSON.parse(value);
  }

  async stop(): Promise<void> {
    this.#child.stdin!.end();
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
    this.#reader.close();
  }
}
