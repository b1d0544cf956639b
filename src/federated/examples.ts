import type { Random } from '../core/index.ts';

/**
 * Which examples a client sees in a step: its examples are shuffled anew for each pass over them, and steps take them in turn.
 * A pure function of the step, so that a resumed run goes on alike.
 *
 * @param random the client's own generator
 * @returns `batch` indices below `count`
 */
export function examplesAt(random: Random, count: number, batch: number, step: number): number[] {
  return Array.from({ length: batch }, (_, i) => {
    const at = step * batch + i;
    return shuffled(random.split(Math.floor(at / count)), count)[at % count];
  });
}

/** 0 … count − 1 in random order (Fisher–Yates). */
export function shuffled(random: Random, count: number): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.integer(0, i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
