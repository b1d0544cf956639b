import { UserError } from '../core/index.ts';
import type { TaskData } from './measurements.ts';
import { checkNumbers } from './numbers.ts';

/** What the data of a step must fit. */
export interface Shape {
  rows: number;
  cols: number;
  rank: number;
  tasks: number;
}

/**
 * Looks over the data that a solver is given.
 *
 * @throws UserError when a task has no measurements, its shape does not match, the rank is too large, or a response is not finite
 */
export function checkTasks(where: string, tasks: readonly TaskData[], shape: Shape): void {
  const { rows, cols, rank } = shape;
  if (!(Number.isInteger(rank) && rank >= 1 && rank <= Math.min(rows, cols))) {
    throw new UserError(`${where}: rank must be a whole number from 1 to ${Math.min(rows, cols)} for [${rows}, ${cols}], got ${rank}`);
  }
  if (tasks.length !== shape.tasks) {
    throw new UserError(`${where}: there must be data for ${shape.tasks} tasks, got ${tasks.length}`);
  }
  tasks.forEach(({ measurements, responses }, i) => {
    if (responses.length === 0) throw new UserError(`${where}: task ${i} must have at least one measurement, got 0`);
    if (measurements.rows !== rows || measurements.cols !== cols) {
      const got = `[${measurements.rows}, ${measurements.cols}]`;
      throw new UserError(`${where}: measurements of task ${i} must be of matrices [${rows}, ${cols}], got ${got}`);
    }
    if (responses.length !== measurements.count) {
      throw new UserError(`${where}: task ${i} must have ${measurements.count} responses, got ${responses.length}`);
    }
    checkNumbers(where, `responses of task ${i}`, responses);
  });
}
