import { AsyncLocalStorage } from 'node:async_hooks';

/** One execution of a cell. Whatever it starts, however late it prints, carries this along. */
export interface CellContext {
  readonly cell: number;
  /** Set once the cell was interrupted: from then on it is silent. */
  interrupted: boolean;
}

const storage = new AsyncLocalStorage<CellContext>();
let latest: CellContext = { cell: 0, interrupted: false };

/** Runs a function as part of a cell. */
export function runInCell<T>(context: CellContext, run: () => T): T {
  latest = context;
  return storage.run(context, run);
}

/** The cell that the running code belongs to; code that belongs to none counts to the latest. */
export function currentCell(): CellContext {
  return storage.getStore() ?? latest;
}

/** Thrown at the next output of a cell that was interrupted but still runs in the background, to end it. */
export class InterruptedError extends Error {
  override name = 'InterruptedError';
  constructor() {
    super('the cell was interrupted');
  }
}
