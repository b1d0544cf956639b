import {
  type AdapterData,
  type ColoraStart,
  coloraStart,
  type FactorName,
  type Factors,
  matrixOf,
  sizeOf,
  sliceOf,
  stackOf,
  tensorOf,
} from '../../adapters/index.ts';
import { UserError } from '../../core/index.ts';
import type { TensorData } from '../../engine/index.ts';
import { matmul, matmulNT, qr, transpose } from '../../linalg/index.ts';
import { factorsOf, sharedForClients, withClients } from '../client-factors.ts';
import type { Federation } from '../federation.ts';
import { averagingRound, type Strategy } from '../strategy.ts';

/**
 * How CoLoRA's shared U and V are trained: `joint`, every step with the mean gradient of all clients; `averaging`, a few local steps and
 * then the mean of U and of V; `alternating`, half of a round's steps on every Λᵢ alone, then the others on U and V with the mean
 * gradient; `retraction`, averaging, after which U and V are made orthonormal and what that takes away goes into every Λᵢ.
 */
export type ColoraScheme = 'joint' | 'averaging' | 'alternating' | 'retraction';

/** Options of `colora`. */
export interface ColoraOptions extends Omit<ColoraStart, 'clients'> {
  scheme?: ColoraScheme;
}

const SHARED = ['a', 'b'] as const;
const ALL = ['a', 'b', 'c'] as const;

/**
 * CoLoRA: Wᵢ = W₀ + s U Λᵢ Vᵀ with U, V shared by all clients and Λᵢ personal. Source: the paper's abstract; the parametrisation and
 * the schemes are our reading.
 *
 * @throws UserError for a diagonal Λ with retraction, which cannot take up what the retraction takes away
 */
export function colora(options: ColoraOptions = {}): Strategy {
  const { scheme = 'joint', ...start } = options;
  if (scheme === 'retraction' && start.diagonal)
    throw new UserError('colora: retraction needs full cores, got diagonal ones (use another scheme)');
  return {
    name: ['colora', scheme !== 'joint' && scheme, start.u === 'orthonormal' && 'orthonormal', start.diagonal && 'diagonal']
      .filter(Boolean)
      .join('-'),
    costs: start.diagonal ? 'colora-diagonal' : 'colora',
    exchanges: (steps) => EXCHANGES[scheme](steps),
    start: (federation) => {
      const { base, plan, clients } = federation;
      const main = coloraStart(base.config, plan.adapter, federation.random('start'), { ...start, clients: clients.length });
      return { adapters: { main } };
    },
    async round(federation, { adapters }, round) {
      const participants = federation.participants(round);
      return { adapters: { main: await SCHEMES[scheme](federation, adapters.main, participants) } };
    },
    models: ({ adapters }) => ({ branches: adapters }),
  };
}

type Round = (federation: Federation, adapter: AdapterData, participants: number[]) => Promise<AdapterData>;

/** Steps in which the shared factors get the mean gradient; U, V and their gradients travel in every step. */
async function together(
  federation: Federation,
  adapter: AdapterData,
  participants: number[],
  trained: readonly FactorName[],
  steps: number,
): Promise<AdapterData> {
  const travels = trained.includes('a') ? sizeOf(factorsOf(adapter, SHARED)) * steps : 0;
  federation.count('down', travels, participants.length);
  const { main } = await federation.train(
    { main: sharedForClients(adapter, participants) },
    {
      trained: { main: trained },
      shared: trained.filter((name) => name !== 'c'),
      participants,
      steps,
      memory: `together ${trained.join('')}`,
    },
  );
  federation.count('up', travels, participants.length);
  const kept = withClients(adapter, participants, main);
  return Object.fromEntries(Object.entries(main).map(([module, { a, b }]) => [module, { a, b, c: kept[module].c }]));
}

const averaging: Round = (federation, adapter, participants) =>
  averagingRound(federation, adapter, { trained: ALL, averaged: SHARED, participants });

/** How many of a round's steps go to the cores alone where they alternate. */
const coreSteps = (steps: number): number => Math.floor(steps / 2);

const EXCHANGES: Record<ColoraScheme, (steps: number) => number> = {
  joint: (steps) => steps,
  averaging: () => 1,
  alternating: (steps) => steps - coreSteps(steps),
  retraction: () => 1,
};

const SCHEMES: Record<ColoraScheme, Round> = {
  joint: (federation, adapter, participants) => together(federation, adapter, participants, ALL, federation.plan.localSteps),
  averaging,
  alternating: async (federation, adapter, participants) => {
    const half = coreSteps(federation.plan.localSteps);
    const fitted = half === 0 ? adapter : await together(federation, adapter, participants, ['c'], half);
    return await together(federation, fitted, participants, SHARED, federation.plan.localSteps - half);
  },
  retraction: async (federation, adapter, participants) => retracted(await averaging(federation, adapter, participants)),
};

/** The same model with orthonormal U and V: U → Q_U, V → Q_V, Λᵢ → R_U Λᵢ R_Vᵀ. Source: ours, by the gauge freedom of U Λᵢ Vᵀ. */
export const retracted = (adapter: AdapterData): AdapterData =>
  Object.fromEntries(Object.entries(adapter).map(([module, factors]) => [module, retractedFactors(factors)]));

function retractedFactors({ a, b, c }: Factors<TensorData>): Factors<TensorData> {
  const [left, right] = [qr(matrixOf(b)), qr(transpose(matrixOf(a)))];
  const cores = Array.from({ length: c!.shape[0] }, (_, i) => tensorOf(matmulNT(matmul(left.r, matrixOf(sliceOf(c!, i))), right.r)));
  return { a: tensorOf(transpose(right.q)), b: tensorOf(left.q), c: stackOf(cores) };
}
