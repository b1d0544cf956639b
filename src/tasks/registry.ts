import { UserError } from '../core/index.ts';
import { FILTER_TASKS } from './families/filter.ts';
import { ITEM_TASKS } from './families/items.ts';
import { MAP_TASKS } from './families/map.ts';
import { NEIGHBOUR_TASKS } from './families/neighbours.ts';
import { POSITION_TASKS } from './families/position.ts';
import { REDUCE_TASKS } from './families/reduce.ts';
import { WORD_TASKS } from './families/words.ts';
import { ORDER_TASKS, PREDICATE_TASKS, predicateTask } from './predicates.ts';
import type { Family, Task } from './task.ts';

/** What each family does, in a few words. */
export const FAMILIES: Readonly<Record<Family, string>> = {
  F1: 'filter a list by a predicate',
  F2: 'map each element',
  F3: 'reduce',
  F4: 'neighbours, sets, combinations',
  F5: 'index and order',
  F6: 'letters versus numbers',
  F7: 'characters and words',
  P: 'short lists, by a predicate',
  O: 'short lists, by place',
};

/** The tasks of Natural Instructions (families F1 to F7), in the order of their families. */
export const NI_TASKS: readonly Task[] = [
  ...FILTER_TASKS,
  ...MAP_TASKS,
  ...REDUCE_TASKS,
  ...NEIGHBOUR_TASKS,
  ...POSITION_TASKS,
  ...ITEM_TASKS,
  ...WORD_TASKS,
];

/** Every task of the registry. */
export const TASKS: readonly Task[] = [...NI_TASKS, ...PREDICATE_TASKS, ...ORDER_TASKS];

const NEAREST_SHOWN = 3;

/**
 * The task of an id (`205`, `97`, `task205`, `rm.l5`), a name (`remove_even_elements`) or both (`task205_remove_even_elements`);
 * small and capital letters alike.
 *
 * @throws UserError naming the nearest tasks when there is no such task
 */
export function findTask(wanted: string): Task {
  const key = wanted.toLowerCase();
  const found = TASKS.find((task) => keysOf(task).includes(key)) ?? madeToOrder(key);
  if (found !== undefined) return found;
  const nearest = TASKS.map((task) => ({ task, distance: Math.min(...keysOf(task).map((known) => editDistance(key, known))) }))
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, NEAREST_SHOWN)
    .map(({ task }) => `${task.id} (${task.name})`);
  throw new UserError(`findTask: task must be an id or a name, got '${wanted}' (nearest: ${nearest.join(', ')}; see colora tasks list)`);
}

/** The name of a task's file without `.json`: as published, such as `task205_remove_even_elements`, or `rm.l5_…` for one of ours. */
export function fileNameOf({ id, name }: Task): string {
  return `${/^\d/.test(id) ? 'task' : ''}${id}_${name}`;
}

function keysOf(task: Task): string[] {
  const number = String(Number(task.id));
  return [task.id, task.name, fileNameOf(task), `task${task.id}`, number, `task${number}`];
}

/** A predicate task with a parameter that the registry does not list. */
function madeToOrder(id: string): Task | undefined {
  try {
    return predicateTask(id);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** The least number of letters inserted, deleted or replaced. Source: Levenshtein 1966, by Wagner and Fischer's rows. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}
