import { type FactorName, mapPart, type StepState, sliceOf, stackOf } from '../adapters/index.ts';

/** Optimiser states by memory and owner: the server's with the shared factors only, each client's with its own, as of one client. */
export type OptimizerMemories = Map<string, StepState>;

/** Which states a training goes on from. */
interface Owners {
  /** A name that the training has in common with those it goes on from. */
  memory: string;
  /** The factors that are the server's. */
  shared: readonly FactorName[];
  participants: readonly number[];
}

/** The server's state and those of the participants stacked; that of a fresh optimiser where they remember nothing. */
export function recalled(memories: OptimizerMemories, { memory, shared, participants }: Owners, fresh: StepState): StepState {
  const server = memories.get(`${memory} server`);
  const known = participants.map((client) => memories.get(`${memory} ${client}`));
  // The steps of a stack are counted together: where no server counts them, clients of different experience begin anew.
  const areAlike = known.every((own) => own?.step.data[0] === known[0]?.step.data[0]);
  const counted = shared.length > 0 ? server : areAlike ? known[0] : undefined;
  if (counted === undefined) return fresh;
  const moments = fresh.moments.map((tree, moment) =>
    mapPart(tree, (tensor, branch, module, factor) => {
      const of = (state: StepState | undefined) => state?.moments[moment][branch]?.[module]?.[factor];
      if (shared.includes(factor)) return of(server) ?? tensor;
      return stackOf(known.map((own, index) => of(own) ?? sliceOf(tensor, index)));
    }),
  );
  return { step: counted.step, moments };
}

/** Keeps a state for `recalled`. */
export function remember(memories: OptimizerMemories, { memory, shared, participants }: Owners, { step, moments }: StepState): void {
  const keep = (owner: string, isOwn: (factor: FactorName) => boolean, index: number) => {
    const own = moments.map((tree) => mapPart(tree, (tensor) => sliceOf(tensor, index), isOwn));
    memories.set(`${memory} ${owner}`, { step, moments: own });
  };
  if (shared.length > 0) keep('server', (factor) => shared.includes(factor), 0);
  participants.forEach((client, index) => {
    keep(String(client), (factor) => !shared.includes(factor), index);
  });
}
