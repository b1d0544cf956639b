import { type Random, UserError } from '../core/index.ts';
import type { Numbers, TensorData } from '../engine/index.ts';
import { leadingColumns, Matrix, qr, svd, transpose } from '../linalg/index.ts';
import type { LlamaConfig } from '../lm/index.ts';
import { type AdaptedModule, type AdapterConfig, adaptedModules } from './config.ts';
import type { AdapterData, Factors } from './factors.ts';
import { matrixOf, tensor, tensorOf } from './tensors.ts';

type Start = (module: AdaptedModule, random: Random) => Factors<TensorData>;

/** An adapter of every target, each module with random numbers of its own. */
function startOf(model: LlamaConfig, config: AdapterConfig, random: Random, start: Start): AdapterData {
  return Object.fromEntries(adaptedModules(model, config).map((module) => [module.name, start(module, random.split(module.name))]));
}

const zeros = (...shape: number[]): TensorData => tensor(shape, new Float32Array(shape.reduce((a, b) => a * b, 1)));
const drawn = (shape: number[], draw: () => number): TensorData =>
  tensor(
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => draw()),
  );

/**
 * LoRA's start: B = 0, A uniform in ±1/√in (Kaiming-uniform with a = √5, as in PEFT). ΔW = 0.
 * Source: Hu et al., LoRA, 2021.
 *
 * @returns a [1, r, in], b [1, out, r] of each module
 */
export function loraStart(model: LlamaConfig, config: AdapterConfig, random: Random): AdapterData {
  const { rank } = config;
  return startOf(model, config, random, (module, own) => {
    const bound = module.in ** -0.5;
    return { a: drawn([1, rank, module.in], () => own.uniform(-bound, bound)), b: zeros(1, module.out, rank) };
  });
}

/** Where CoLoRA starts. */
export interface ColoraStart {
  /** k */
  clients: number;
  /** Whether Λᵢ is a diagonal: the summary's "per-task scalars"; a full r × r core by default. */
  diagonal?: boolean;
  /** U = 0 (the default), or random orthonormal columns. V is N(0, 1/in), or orthonormal with U. */
  u?: 'zero' | 'orthonormal';
  /** Λᵢ = I (the default), or 0. */
  core?: 'identity' | 'zero';
}

/**
 * CoLoRA's start, U and V common to all clients, ΔW = 0. Source: ours. (U = 0, Λ = I) moves U first, as in LoRA; (U orthonormal,
 * Λ = 0) moves Λ first.
 *
 * @returns a = Vᵀ [1, r, in], b = U [1, out, r], c = Λ [k, r, r] or [k, r] of each module
 * @throws UserError for U = 0 with Λ = 0, where every gradient is 0, and for U ≠ 0 with Λ = I, which changes the model
 */
export function coloraStart(model: LlamaConfig, config: AdapterConfig, random: Random, start: ColoraStart): AdapterData {
  const { clients, diagonal = false, u = 'zero', core = 'identity' } = start;
  const { rank } = config;
  if (!(Number.isInteger(clients) && clients > 0))
    throw new UserError(`coloraStart: clients must be a whole number above 0, got ${clients}`);
  if (u === 'zero' && core === 'zero') {
    throw new UserError("coloraStart: U = 0 with Λ = 0 is a dead start, no gradient leaves it (use core: 'identity' or u: 'orthonormal')");
  }
  if (u === 'orthonormal' && core === 'identity') {
    throw new UserError("coloraStart: U ≠ 0 with Λ = I changes the model before it is trained (use core: 'zero' or u: 'zero')");
  }
  return startOf(model, config, random, (module, own) => {
    const c = zeros(clients, ...(diagonal ? [rank] : [rank, rank]));
    if (core === 'identity') setIdentity(c.data, rank, diagonal);
    if (u === 'zero') {
      const deviation = module.in ** -0.5;
      return { a: drawn([1, rank, module.in], () => deviation * own.normal()), b: zeros(1, module.out, rank), c };
    }
    const v = orthonormal(module.in, rank, own.split('V'));
    return { a: tensorOf(transpose(v)), b: tensorOf(orthonormal(module.out, rank, own.split('U'))), c };
  });
}

function setIdentity(cores: Numbers, rank: number, diagonal: boolean): void {
  for (let i = 0; i < cores.length; i++) {
    if (diagonal || (i % rank ** 2) % (rank + 1) === 0) cores[i] = 1;
  }
}

const orthonormal = (rows: number, cols: number, random: Random): Matrix =>
  qr(new Matrix(rows, cols, random.fillNormal(new Float64Array(rows * cols)))).q;

/**
 * LoRA-XS's start: B = U_r and A = Σ_r V_rᵀ of the weight itself, frozen; the core ~ N(0, 1e-10) of each client is trained.
 * Source: Bałazy et al., LoRA-XS, 2024.
 *
 * @param weights the model's parameters; [out, in] under `<module>.weight`
 * @returns a [1, r, in], b [1, out, r], c [k, r, r] of each module
 */
export function loraXsStart(
  model: LlamaConfig,
  config: AdapterConfig,
  random: Random,
  weights: Record<string, TensorData>,
  clients: number,
): AdapterData {
  const { rank } = config;
  return startOf(model, config, random, ({ name, in: width }, own) => {
    const { u, s, v } = svd(matrixOf(weights[`${name}.weight`]));
    const a = transpose(leadingColumns(v, rank));
    a.data.forEach((x, i) => {
      a.data[i] = s[Math.floor(i / width)] * x;
    });
    return { a: tensorOf(a), b: tensorOf(leadingColumns(u, rank)), c: drawn([clients, rank, rank], () => 1e-5 * own.normal()) };
  });
}
