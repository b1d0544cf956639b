import type { TensorData } from '../engine/index.ts';
import type { Adapter, FactorName } from './factors.ts';

/** Adapters by the name of their branch; several add up. */
export type Branches<T> = Record<string, Adapter<T>>;
export type BranchData = Branches<TensorData>;
/** Some factors of some branches. */
export type Part<T> = Record<string, Record<string, Partial<Record<FactorName, T>>>>;

/** Where a factor lies among the numbers of one vector. */
export interface Place {
  branch: string;
  module: string;
  factor: FactorName;
  shape: readonly number[];
  size: number;
}

/** The places of the factors that are trained: those of a and b, and those of the cores, which have a learning rate of their own. */
export interface Layout {
  factors: Place[];
  cores: Place[];
}

/** The two vectors of a layout. */
export type Flat<T> = Record<keyof Layout, T>;

/** Where the trained factors of branches lie, branch by branch and module by module. */
export function layoutOf(branches: BranchData, trained: Readonly<Record<string, readonly FactorName[]>>): Layout {
  const layout: Layout = { factors: [], cores: [] };
  for (const [branch, names] of Object.entries(trained)) {
    for (const [module, factors] of Object.entries(branches[branch])) {
      for (const factor of names) {
        const found = factors[factor];
        if (found === undefined) continue;
        const { shape, data } = found;
        layout[factor === 'c' ? 'cores' : 'factors'].push({ branch, module, factor, shape, size: data.length });
      }
    }
  }
  return layout;
}

/** Copies the factors of a layout into its vectors. */
export function flattened(layout: Layout, part: Part<TensorData>): Flat<TensorData> {
  const vector = (places: Place[]): TensorData => {
    const data = new Float32Array(places.reduce((sum, { size }) => sum + size, 0));
    let at = 0;
    for (const { branch, module, factor, size } of places) {
      data.set(part[branch][module][factor]!.data as Float32Array, at);
      at += size;
    }
    return { shape: [data.length], dtype: 'float32', data };
  };
  return { factors: vector(layout.factors), cores: vector(layout.cores) };
}

/** The factors that the vectors of a layout hold, as views. */
export function unflattened(layout: Layout, flat: Flat<TensorData>): Part<TensorData> {
  return partOf(layout, ({ shape, size }, kind, at) => ({
    shape,
    dtype: 'float32',
    data: (flat[kind].data as Float32Array).subarray(at, at + size),
  }));
}

/** A tree of the factors of a layout. @param make is given a place, its vector, its start there and its number */
export function partOf<T>(layout: Layout, make: (place: Place, kind: keyof Layout, at: number, index: number) => T): Part<T> {
  const part: Part<T> = {};
  for (const kind of ['factors', 'cores'] as const) {
    let at = 0;
    layout[kind].forEach((place, index) => {
      const { branch, module, factor, size } = place;
      part[branch] ??= {};
      part[branch][module] ??= {};
      part[branch][module][factor] = make(place, kind, at, index);
      at += size;
    });
  }
  return part;
}

/** Branches with some of their factors replaced. */
export function withPart<T>(branches: Branches<T>, part: Part<T>): Branches<T> {
  return Object.fromEntries(
    Object.entries(branches).map(([branch, adapter]) => [
      branch,
      Object.fromEntries(Object.entries(adapter).map(([module, factors]) => [module, { ...factors, ...part[branch]?.[module] }])),
    ]),
  );
}

/** Branches without the factors that are trained. */
export function heldOf<T>(branches: Branches<T>, trained: Readonly<Record<string, readonly FactorName[]>>): Part<T> {
  return mapPart(
    branches,
    (tensor) => tensor,
    (factor, branch) => !trained[branch]?.includes(factor),
  );
}

/** The factors of branches that are kept, each replaced. */
export function mapPart<T, R>(
  part: Part<T>,
  replace: (tensor: T, branch: string, module: string, factor: FactorName) => R,
  isKept: (factor: FactorName, branch: string) => boolean = () => true,
): Part<R> {
  const mapped: Part<R> = {};
  for (const [branch, adapter] of Object.entries(part)) {
    mapped[branch] = {};
    for (const [module, factors] of Object.entries(adapter)) {
      const kept = (Object.entries(factors) as [FactorName, T][]).filter(([factor]) => isKept(factor, branch));
      mapped[branch][module] = Object.fromEntries(kept.map(([factor, tensor]) => [factor, replace(tensor, branch, module, factor)]));
    }
  }
  return mapped;
}
