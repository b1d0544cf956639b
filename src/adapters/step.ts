import * as tf from '@tensorflow/tfjs';
import { type AsData, adamW, crossEntropy, type Jitted, jit, leaves, type TensorData, type Tree, valueAndGrads } from '../engine/index.ts';
import { type Batch, type BatchData, decode, type LlamaConfig, type Parameters, project } from '../lm/index.ts';
import { branchedLinear, type FactorName } from './factors.ts';
import {
  type BranchData,
  type Branches,
  type Flat,
  flattened,
  heldOf,
  type Layout,
  layoutOf,
  type Part,
  partOf,
  unflattened,
  withPart,
} from './flat.ts';

/** What a training step does; one program is compiled for each, and for each shape of its inputs. */
export interface StepPlan {
  model: LlamaConfig;
  /** What each branch's change is multiplied with. */
  scales: Record<string, number>;
  /** The factors of each branch that are trained; the others are held. */
  trained: Record<string, readonly FactorName[]>;
  beta2: number;
  /** λ of a penalty (λ/2) ‖factors − anchor‖² on the trained factors, as in Ditto; none by default. */
  proximal?: number;
}

/** What an optimiser remembers of the trained factors. */
export interface StepState {
  step: TensorData;
  moments: Part<TensorData>[];
}

/** What a step is given: typed arrays throughout. */
export interface StepInputs {
  base: Record<string, TensorData>;
  branches: BranchData;
  state: StepState;
  /** As `batchOf` makes it of k groups: the sequences of the clients in equal runs. */
  batch: BatchData;
  /** The learning rate of the factors a and b, and of the cores. */
  rate: number;
  coreRate: number;
  /** Where the penalty pulls to, the same tree as `branches`. */
  anchor?: BranchData;
  /** pᵢ, what the mean loss of each client counts with: the step goes down Σ pᵢ fᵢ. */
  shares: readonly number[];
}

interface Traced {
  base: Parameters;
  held: Part<tf.Tensor>;
  flat: Flat<tf.Tensor>;
  anchor?: Flat<tf.Tensor>;
  state: { step: tf.Tensor; moments: Flat<tf.Tensor>[] };
  batch: Batch;
  rates: Flat<tf.Tensor>;
  /** float32 [k, 1]. */
  shares: tf.Tensor;
}
interface Result {
  /** float32 [k]. */
  losses: tf.Tensor;
  flat: Flat<tf.Tensor>;
  state: { step: tf.Tensor; moments: Flat<tf.Tensor>[] };
}

const compiled = new Map<string, Promise<Jitted<Traced, Result>>>();
const NOTHING = {};

/** The program of a plan, compiled when it is first needed and kept for the other clients and rounds. */
function programOf(plan: StepPlan, layout: Layout, inputs: AsData<Traced>): Promise<Jitted<Traced, Result>> {
  const key = JSON.stringify([plan, layout, [...leaves(inputs.held as unknown as Tree<TensorData>).keys()]]);
  let program = compiled.get(key);
  if (program === undefined) {
    program = jit<Traced, Result>(stepFunction(plan, layout), inputs as never, { constants: NOTHING });
    compiled.set(key, program);
    program.catch(() => compiled.delete(key));
  }
  return program;
}

/** The tensors of a layout's places, cut out of its vectors. */
function cut(layout: Layout, flat: Flat<tf.Tensor>): Part<tf.Tensor> {
  const pieces = Object.fromEntries(
    Object.entries(layout).map(([kind, places]) => [
      kind,
      places.length === 0
        ? []
        : tf.split(
            flat[kind as keyof Layout],
            places.map(({ size }: { size: number }) => size),
          ),
    ]),
  ) as Flat<tf.Tensor[]>;
  return partOf(layout, ({ shape }, kind, _, index) => tf.reshape(pieces[kind][index], [...shape]));
}

/** The reverse. */
function joined(layout: Layout, part: Part<tf.Tensor>): Flat<tf.Tensor> {
  const vector = (kind: keyof Layout) => {
    const all = layout[kind].map(({ branch, module, factor }) => tf.reshape(part[branch][module][factor]!, [-1]));
    return all.length === 0 ? tf.zeros([0]) : tf.concat(all);
  };
  return { factors: vector('factors'), cores: vector('cores') };
}

const stepFunction =
  ({ model, scales, proximal, beta2 }: StepPlan, layout: Layout) =>
  ({ base, held, flat, anchor, state, batch, rates, shares }: Traced): Result => {
    const clients = shares.shape[0];
    let losses: tf.Tensor | undefined;
    const loss = (part: Part<tf.Tensor>) => {
      const all = withPart(held as Branches<tf.Tensor>, part);
      const linear = branchedLinear(all, scales);
      const { states } = decode(model, base, batch.tokens, { linear });
      const logits = project(model, base, tf.gather(states, batch.places));
      // The batch's weights add up to 1 over all clients; the losses are those of each.
      const each = tf.mul(crossEntropy(logits, batch.targets), tf.mul(batch.weights, clients));
      // Kept, since the gradient frees what the loss leaves behind.
      losses = tf.keep(tf.sum(tf.reshape(each, [clients, -1]), 1));
      return tf.sum(tf.mul(losses, tf.reshape(shares, [clients])));
    };
    const { grads } = valueAndGrads(loss, cut(layout, flat));
    const slopes = joined(layout, grads);
    // The optimiser works on vectors: a few long operations instead of a dozen short ones for every tensor.
    const update = (kind: keyof Layout) => {
      const pulled = anchor === undefined ? slopes[kind] : tf.add(slopes[kind], tf.mul(tf.sub(flat[kind], anchor[kind]), proximal!));
      const optimizer = adamW({ learningRate: 1, schedule: () => rates[kind], beta2 });
      const moments = state.moments.map((vectors) => vectors[kind]);
      return optimizer.update(flat[kind], pulled, { step: state.step, moments });
    };
    const [factors, cores] = [update('factors'), update('cores')];
    return {
      losses: losses!,
      flat: { factors: factors.parameters, cores: cores.parameters },
      state: {
        step: factors.state.step,
        moments: factors.state.moments.map((moment, i) => ({ factors: moment, cores: cores.state.moments[i] })),
      },
    };
  };

/** An optimiser's state before its first step on the trained factors of some branches. */
export function stepState({ trained }: Pick<StepPlan, 'trained'>, branches: BranchData): StepState {
  const layout = layoutOf(branches, trained);
  const zeros = () => partOf(layout, ({ shape, size }): TensorData => ({ shape, dtype: 'float32', data: new Float32Array(size) }));
  return { step: { shape: [], dtype: 'int32', data: new Int32Array(1) }, moments: [zeros(), zeros()] };
}

/**
 * One AdamW step of adapters down Σ pᵢ fᵢ, on a batch whose sequences are the clients' in equal runs; factors that are shared get the
 * gradient of all clients, personal ones that of their own. Source: Loshchilov and Hutter, 2019, for the optimiser.
 *
 * @returns the loss fᵢ of each client before the step, the mean over its answer tokens, and the branches and the state after it
 */
export async function adapterStep(
  plan: StepPlan,
  { base, branches, state, batch, rate, coreRate, anchor, shares }: StepInputs,
): Promise<{ losses: Float32Array; branches: BranchData; state: StepState }> {
  const layout = layoutOf(branches, plan.trained);
  const scalar = (x: number): TensorData => ({ shape: [], dtype: 'float32', data: Float32Array.of(x) });
  const inputs = {
    base,
    held: heldOf(branches, plan.trained),
    flat: flattened(layout, branches),
    ...(anchor && { anchor: flattened(layout, anchor) }),
    state: { step: state.step, moments: state.moments.map((part) => flattened(layout, part)) },
    batch,
    rates: { factors: scalar(rate), cores: scalar(coreRate) },
    shares: { shape: [shares.length, 1], dtype: 'float32', data: Float32Array.from(shares) },
  } as unknown as AsData<Traced>;
  const run = await programOf(plan, layout, inputs);
  const result = (await run(inputs as never)) as unknown as AsData<Result>;
  const {
    losses,
    flat,
    state: after,
  } = result as unknown as {
    losses: TensorData;
    flat: Flat<TensorData>;
    state: { step: TensorData; moments: Flat<TensorData>[] };
  };
  return {
    losses: losses.data as Float32Array,
    branches: withPart(branches, unflattened(layout, flat)),
    state: { step: after.step, moments: after.moments.map((moment) => unflattened(layout, moment)) },
  };
}
