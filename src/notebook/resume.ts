import { createHash } from 'node:crypto';
import { codeCells, type Notebook } from './format.ts';

/** Notes in a notebook's metadata that its first `count` code cells have completed, by what stands in them. */
export function recordCompleted(notebook: Notebook, count: number): void {
  const completed = codeCells(notebook)
    .slice(0, count)
    .map((cell) => hash(cell.source));
  notebook.metadata.colora = { ...notebook.metadata.colora, completed };
}

/** Removes that note, after a run to the end. */
export function forgetCompleted(notebook: Notebook): void {
  const { completed: _, ...others } = notebook.metadata.colora ?? {};
  if (Object.keys(others).length > 0) notebook.metadata.colora = others;
  else delete notebook.metadata.colora;
}

/**
 * Takes over the outputs of the code cells that an unfinished run has completed and that have not changed since, up to the first that has.
 *
 * @param partial what that run saved, which may be the notebook itself as it was read
 * @returns how many cells that is
 */
export function takeOverCompleted(notebook: Notebook, partial: Notebook): number {
  const completed = partial.metadata.colora?.completed ?? [];
  const saved = codeCells(partial);
  const cells = codeCells(notebook);
  let count = 0;
  while (count < completed.length && count < cells.length && count < saved.length && hash(cells[count].source) === completed[count]) {
    cells[count].outputs = saved[count].outputs;
    cells[count].execution_count = saved[count].execution_count;
    if (saved[count].metadata.execution) cells[count].metadata.execution = saved[count].metadata.execution;
    count++;
  }
  return count;
}

function hash(source: string): string {
  return createHash('sha256').update(source).digest('hex').slice(0, 16);
}
