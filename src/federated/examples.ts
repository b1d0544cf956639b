import type { Random } from '../core/index.ts';

/**
 * Which examples a client sees in a step: its examples are shuffled anew for each pass over them, and steps take them in turn.
 * A pure function of the step, so that a resumed run goes on alike.
 *
 * @param random the client's own generator
 * @returns `batch` indices below `count`
 */
export function examplesAt(random: Random, count: number, batch: number, step: number): number[] {
  const all = Array.from({ length: count }, (_, i) => i);
  const chosen: number[] = [];
  while (chosen.length < batch) {
    const at = step * batch + chosen.length;
    const order = random.split(Math.floor(at / count)).shuffled(all);
    chosen.push(...order.slice(at % count, (at % count) + batch - chosen.length));
  }
  return chosen;
}
