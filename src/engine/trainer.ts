import type * as tf from '@tensorflow/tfjs';
import type { Report } from './explain.ts';
import { type Optimizer, type OptimizerState, optimizerState, valueAndGrads } from './functions/index.ts';
import { type AsData, type AsInput, type AsSpec, type JitOptions, jit } from './jit.ts';
import { mapTree, type TensorData, type Tree } from './tree.ts';

/** A model in training. */
export interface Trainer<Parameters, Batch> {
  /** One step: forward, backward and update in one run of one graph. @returns the loss before it */
  step(batch: AsInput<Batch>): Promise<number>;
  /** The parameters now; the arrays change with the step after the next. */
  readonly parameters: AsData<Parameters>;
  /** What the optimiser remembers now; as short-lived. With the parameters, all that another trainer needs to go on alike. */
  readonly state: AsData<OptimizerState<Parameters>>;
  explain(): Report;
  dispose(): Promise<void>;
}

/** Options of `trainer`. */
export interface TrainerOptions<Parameters, Constants> extends JitOptions<Constants> {
  state?: AsData<OptimizerState<Parameters>>;
}

/**
 * Compiles loss, gradients and optimiser into one graph whose state stays in two sets of buffers: a step reads one and writes the
 * other, so nothing is copied. Source: ours.
 *
 * @param loss of (parameters, batch, constants) to one number
 * @param parameters where to start; copied
 * @param batch the batches' shapes and types, or an example
 * @param options those of `jit`, and the optimiser's state to go on from; its beginning by default
 * @throws UserError as `jit` does
 */
export async function trainer<Parameters, Batch, Constants = Record<string, never>>(
  loss: (parameters: Parameters, batch: Batch, constants: Constants) => tf.Tensor,
  parameters: AsData<Parameters>,
  batch: AsSpec<Batch>,
  optimizer: Optimizer,
  { state = optimizerState(optimizer, parameters) as never, ...options }: TrainerOptions<Parameters, Constants> = {},
): Promise<Trainer<Parameters, Batch>> {
  interface State {
    parameters: Parameters;
    state: OptimizerState<Parameters>;
  }
  const fn = (inputs: State & { batch: Batch }, constants: Constants) => {
    const { value, grads } = valueAndGrads((p: Parameters) => loss(p, inputs.batch, constants), inputs.parameters);
    return { loss: value, ...optimizer.update(inputs.parameters, grads, inputs.state) };
  };
  const start = { parameters, state } as unknown as Tree<TensorData>;
  let current = mapTree(start, ({ data, ...spec }) => ({ ...spec, data: data.slice() })) as AsData<State>;
  let other = mapTree(start, ({ data, ...spec }) => ({ ...spec, data: data.slice() })) as AsData<State>;
  const run = await jit(fn, { ...(current as object), batch } as AsSpec<State & { batch: Batch }>, options);
  return {
    async step(batch) {
      const inputs = { ...(current as object), batch } as AsInput<State & { batch: Batch }>;
      const result = (await run(inputs, other as never)) as unknown as { loss: TensorData };
      [current, other] = [other, current];
      return result.loss.data[0];
    },
    get parameters() {
      return (current as unknown as { parameters: AsData<Parameters> }).parameters;
    },
    get state() {
      return (current as unknown as { state: AsData<OptimizerState<Parameters>> }).state;
    },
    explain: run.explain,
    dispose: run.dispose,
  };
}
