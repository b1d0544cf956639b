import type { Traffic } from './federation.ts';

/** One line of a run's history. */
export interface RoundEntry {
  /** From 1. */
  round: number;
  /** Mean training loss of each client in the round; NaN for one that has not taken part yet. */
  losses: number[];
  /** Bytes so far, of all clients together. */
  traffic: Traffic;
}
