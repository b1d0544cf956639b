import { checkOptions, UserError } from '../core/index.ts';
import { LINEAR_MODULES, type LinearModule, type LlamaConfig, linearShapes, moduleName } from '../lm/index.ts';

/** How an adapter's product is scaled: α/r as in LoRA, or α/√r as in rank-stabilised LoRA (Kalajdzievski, 2023). */
export type Scaling = (typeof SCALINGS)[number];
const SCALINGS = ['alpha/r', 'alpha/sqrt(r)'] as const;

/** What is adapted, and how large the adapters are. */
export interface AdapterConfig {
  /** r */
  rank: number;
  /** α */
  alpha: number;
  scaling: Scaling;
  /** Linear maps of every layer by name. */
  targets: readonly LinearModule[];
}

/** An adapted weight: its full name without `.weight`, and its shape. */
export interface AdaptedModule {
  name: string;
  out: number;
  in: number;
}

/**
 * An adapter configuration with what was left out: every linear map, α = 2 r, scaled by α/r.
 *
 * @throws UserError for a rank that is no whole number above 0, or a module that does not exist
 */
export function adapterConfig(options: Pick<AdapterConfig, 'rank'> & Partial<AdapterConfig>): AdapterConfig {
  checkOptions('adapterConfig', options, ['rank', 'alpha', 'scaling', 'targets']);
  const { rank, alpha = 2 * rank, scaling = 'alpha/r', targets = LINEAR_MODULES } = options;
  if (!(Number.isInteger(rank) && rank > 0)) throw new UserError(`adapterConfig: rank must be a whole number above 0, got ${rank}`);
  if (!SCALINGS.includes(scaling)) throw new UserError(`adapterConfig: scaling must be ${SCALINGS.join(' or ')}, got '${scaling}'`);
  if (!Number.isFinite(alpha)) throw new UserError(`adapterConfig: alpha must be a number, got ${alpha}`);
  for (const target of targets) {
    if (!LINEAR_MODULES.includes(target)) {
      throw new UserError(`adapterConfig: targets must be among ${LINEAR_MODULES.join(', ')}, got '${target}'`);
    }
  }
  if (targets.length === 0) throw new UserError('adapterConfig: targets must name a module at least, got none');
  return { rank, alpha, scaling, targets };
}

/** s, which multiplies an adapter's product. */
export const scaleOf = ({ rank, alpha, scaling }: AdapterConfig): number => alpha / (scaling === 'alpha/r' ? rank : Math.sqrt(rank));

/**
 * The weights of a model that a configuration adapts, layer by layer.
 *
 * @throws UserError when the rank is above the width of one of them
 */
export function adaptedModules(model: LlamaConfig, { rank, targets }: AdapterConfig): AdaptedModule[] {
  const shapes = linearShapes(model);
  for (const target of targets) {
    const width = Math.min(...shapes[target]);
    if (rank > width) throw new UserError(`adapter: rank must be at most ${width}, the width of ${target}, got ${rank}`);
  }
  return Array.from({ length: model.layers }, (_, layer) =>
    targets.map((target) => ({ name: moduleName(layer, target), out: shapes[target][0], in: shapes[target][1] })),
  ).flat();
}
