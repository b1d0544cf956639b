import { type TaskRunConfig, taskRunConfig } from './downstream.ts';
import type { Cell, Profile } from './records.ts';
import type { SubspaceConfig } from './subspaces.ts';

/** What a task is to the first one, T, judged before anything is trained. */
export type SubspaceRole = 'similar' | 'dissimilar' | 'other' | 'same task';

/** The tasks whose adapters are compared, and how often; one study serves the similarity over tasks and the one over layers. */
export interface SubspaceStudy {
  /** T first. */
  tasks: readonly string[];
  /** Of the tasks after T. */
  roles: readonly SubspaceRole[];
  /** By start: adapters of all tasks are trained anew with each seed. */
  seeds: Record<SubspaceConfig['start'], readonly number[]>;
}

const STUDIED: Record<Profile, readonly (readonly [task: string, role: SubspaceRole])[]> = {
  quick: [
    ['rm.x4', 'similar'],
    ['rm.x6', 'similar'],
    ['rotate', 'dissimilar'],
    ['swap', 'dissimilar'],
    ['rm.x2', 'same task'],
  ],
  full: [
    ['rm.x4', 'similar'],
    ['rm.x6', 'similar'],
    ['rm.x10', 'similar'],
    ['rm.odd', 'other'],
    ['rm.l5', 'other'],
    ['rotate', 'dissimilar'],
    ['swap', 'dissimilar'],
    ['dupfirst', 'dissimilar'],
    ['rm.x2', 'same task'],
  ],
};

/** The first seed of a figure; those before it were used to explore. */
const FIRST_SEED = 11;
const seeds = (count: number) => Array.from({ length: count }, (_, i) => FIRST_SEED + i);

/**
 * T = remove the even numbers, with tasks that remove multiples of other even numbers (similar), tasks about places (dissimilar), other
 * filters, and T itself with other data. Source: ours.
 */
export function subspaceStudy(profile: Profile): SubspaceStudy {
  const studied = STUDIED[profile];
  return {
    tasks: ['rm.x2', ...studied.map(([task]) => task)],
    roles: studied.map(([, role]) => role),
    seeds: profile === 'full' ? { common: seeds(12), independent: seeds(12) } : { common: seeds(6), independent: seeds(2) },
  };
}

/** What is to be computed for a study with one start: a cell for each seed. */
export function studyCells({ tasks, seeds }: SubspaceStudy, start: SubspaceConfig['start']): Cell<SubspaceConfig>[] {
  const { strategy: _strategy, part: _part, ...config }: TaskRunConfig = taskRunConfig({ strategy: 'local', tasks });
  return seeds[start].map((seed) => ({ config: { ...config, start }, seed }));
}

/**
 * Similarity of T with the tasks of one role, weight by weight.
 *
 * @param table [module][task][task], as in a `SubspaceResult`
 * @returns the mean over the role's tasks for each module
 */
export function similarityByModule({ roles }: SubspaceStudy, table: readonly number[][][], role: SubspaceRole): number[] {
  const others = roles.flatMap((own, i) => (own === role ? [i + 1] : []));
  return table.map(([first]) => others.reduce((sum, task) => sum + first[task], 0) / others.length);
}
