import { loraOf, matrixOf } from '../adapters/index.ts';
import type { Seed } from '../core/index.ts';
import type { TensorData } from '../engine/index.ts';
import { federate, strategyNamed } from '../federated/index.ts';
import { columnSubspaceSimilarity, type Matrix, matmulNT, qr, transpose } from '../linalg/index.ts';
import { similarityMap } from '../metrics/index.ts';
import { federatedBase, planOf, type TaskRunConfig, taskClients } from './downstream.ts';
import type { Experiment } from './records.ts';

/** LoRA adapters trained alone on tasks, as it stands in a record. */
export interface SubspaceConfig extends Omit<TaskRunConfig, 'strategy' | 'part'> {
  /** Whether A starts alike for all tasks, as in federated methods, or from numbers of its own. */
  start: 'common' | 'independent';
}

/** How alike the column spaces of the tasks' updates are; φ to five decimals, which keeps the records small. */
export interface SubspaceResult {
  /** Names of the adapted weights, layer by layer. */
  modules: string[];
  /** d of each weight: φ of two random subspaces is r/d. */
  rows: number[];
  /** φ of the leading r directions of every pair of tasks, by module: [module][task][task]. Definition 1 in our reading. */
  phi: number[][][];
  /** φ of the leading direction only, in the same order. */
  leading: number[][][];
  /** φ(i, j) of the first task with each, averaged over modules: [task][i − 1][j − 1]. */
  maps: number[][][];
}

/** Trains a LoRA adapter on each task alone and compares the column spaces of ΔW. Source: ours (CoLoRA, Definition 1). */
export const subspaceRun: Experiment<SubspaceConfig, SubspaceResult> = {
  name: 'subspaces',
  version: 2,
  async run(config, seed) {
    const clients = await taskClients(config.tasks, config, seed);
    const base = await federatedBase();
    const updates: Record<string, Matrix>[] = [];
    for (const [index, client] of clients.entries()) {
      const own: Seed = config.start === 'common' ? seed : `${seed} ${index}`;
      const { state } = await federate(strategyNamed('local'), base, [client], planOf(config, own));
      updates.push(
        Object.fromEntries(Object.entries(loraOf(state.adapters.main, 0)).map(([module, factors]) => [module, columns(factors)])),
      );
    }
    const modules = Object.keys(updates[0]);
    const table = (rank: number) =>
      modules.map((module) =>
        updates.map((left) => updates.map((right) => fiveDecimals(columnSubspaceSimilarity(left[module], right[module], rank)))),
      );
    return {
      modules,
      rows: modules.map((module) => updates[0][module].rows),
      phi: table(config.rank),
      leading: table(1),
      maps: updates.map((other) => meanMap(modules.map((module) => similarityMap(updates[0][module], other[module], config.rank)))),
    };
  },
};

/** B Rᵀ [out, r] of an update B A with Aᵀ = Q R: the same left singular vectors and values as the update, of far fewer columns. */
function columns({ a, b }: { a: TensorData; b: TensorData }): Matrix {
  return matmulNT(matrixOf(b), qr(transpose(matrixOf(a))).r);
}

const meanMap = (maps: number[][][]): number[][] =>
  maps[0].map((row, i) => row.map((_, j) => fiveDecimals(maps.reduce((sum, map) => sum + map[i][j], 0) / maps.length)));

const fiveDecimals = (x: number): number => Math.round(x * 1e5) / 1e5;
