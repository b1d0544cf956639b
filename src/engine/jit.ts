import type * as tf from '@tensorflow/tfjs';
import type { Tensor } from 'onnxruntime-node';
import { checkOptions, UserError } from '../core/index.ts';
import { explain, type Report } from './explain.ts';
import { readInputs, specOf } from './inputs.ts';
import { checkDevice, type Device, ortTensor, Program } from './run/index.ts';
import { inputName, trace } from './trace/index.ts';
import { leaves, mapTree, type Numbers, type TensorData, type TensorSpec, type Tree } from './tree.ts';

/** A tree of tensors as the same tree of plain data. */
export type AsData<T> = T extends tf.Tensor ? TensorData : { [Name in keyof T]: AsData<T[Name]> };
/** A tree of tensors as the same tree of what a call accepts: data with its shape, or numbers in the shape that was compiled. */
export type AsInput<T> = T extends tf.Tensor ? TensorData | Numbers | number : { [Name in keyof T]: AsInput<T[Name]> };
/** A tree of tensors as the same tree of shapes and types. */
export type AsSpec<T> = T extends tf.Tensor ? TensorSpec : { [Name in keyof T]: AsSpec<T[Name]> };
/** A tree of which branches and leaves may be missing. */
export type Part<T> = T extends TensorData ? TensorData : { [Name in keyof T]?: Part<T[Name]> };

/** Options of `jit`. */
export interface JitOptions<Constants> {
  /** Tensors that every call uses and none changes, such as frozen weights; the function's second argument. Held, not copied. */
  constants?: AsData<Constants>;
  device?: Device;
  /** Threads of one operator; 0 for one on each core. */
  threads?: number;
  /** How many shapes are kept compiled; the one used longest ago goes first. */
  maxPrograms?: number;
}

/** A compiled function. */
export interface Jitted<Inputs, Outputs> {
  /**
   * Runs the function. Inputs in other shapes than before compile it again for these.
   *
   * @param into tensors whose arrays the results are written to, in the tree of the results; what is left out is new
   */
  (inputs: AsInput<Inputs>, into?: Part<AsData<Outputs>>): Promise<AsData<Outputs>>;
  /** What was compiled for the shapes that `jit` was given. */
  explain(): Report;
  /** Frees what this callable holds. Programs that another callable of the same function uses stay. */
  dispose(): Promise<void>;
}

/** A program of a function, shared by the callables made from it. */
interface Shared {
  program: Promise<Program>;
  /** Callables that keep it, and calls under way. */
  users: number;
  /** Takes it out of the programs that later callables find. */
  forget(): void;
}

const known = new WeakMap<object, Map<string, Shared>>();
const identities = new WeakMap<object, number>();
let identityCount = 0;
const constantTensors = new WeakMap<object, Map<string, Tensor>>();

/**
 * Compiles a function of TensorFlow.js operations, gradients included, for onnxruntime. Source: ours.
 *
 * The function is called once on tensors without numbers; what it does to them is recorded, so its control flow must not depend on
 * numbers, and random numbers that it draws are drawn once. Tensors of its surroundings are frozen as they are at that moment.
 * Programs are kept by function, constants, device, shapes and types.
 *
 * @param fn a synchronous function of (inputs, constants), trees of tensors, to a tree of tensors
 * @param spec the tree of the inputs' shapes and types, or an example
 * @returns a callable on plain data that gives plain data
 * @throws UserError when the function cannot be recorded, with the kernel that has no translation, or when the device is missing
 */
export async function jit<Inputs, Outputs, Constants = Record<string, never>>(
  fn: (inputs: Inputs, constants: Constants) => Outputs,
  spec: AsSpec<Inputs>,
  options: JitOptions<Constants> = {},
): Promise<Jitted<Inputs, Outputs>> {
  checkOptions('jit', options, ['constants', 'device', 'threads', 'maxPrograms']);
  const { constants = {}, device = 'cpu', threads = 0, maxPrograms = 16 } = options;
  checkDevice('jit', device);
  if (!(Number.isInteger(maxPrograms) && maxPrograms > 0)) {
    throw new UserError(`jit: maxPrograms must be a whole number above 0, got ${maxPrograms}`);
  }
  const constantTree = constants as Tree<TensorData>;
  const base = mapTree(spec as Tree<TensorSpec>, specOf);
  const held = new Map<string, Shared>();
  const constantFeeds = tensorsOf(constants as object, constantTree);
  let disposed = false;

  /** The program for some shapes, held for the caller until it releases it. */
  const hold = (specs: Tree<TensorSpec>): Shared => {
    const signature = [...leaves(specs)].map(([path, { dtype, shape }]) => `${path}:${dtype}[${shape}]`).join();
    const key = `${identity(constants as object)} ${device} ${threads} ${signature}`;
    const create = async () => Program.create(trace(fn, [specs, mapTree(constantTree, specOf)]), { device, threads });
    const shared = held.get(key) ?? acquire(fn, key, create);
    // The most recent is last.
    held.delete(key);
    held.set(key, shared);
    shared.users++;
    if (held.size > maxPrograms) {
      const [[oldest, old]] = held;
      held.delete(oldest);
      void release(old);
    }
    return shared;
  };

  const initial = hold(base);
  const first = await initial.program;
  await release(initial);
  const call = async (inputs: AsInput<Inputs>, into?: Part<AsData<Outputs>>): Promise<AsData<Outputs>> => {
    if (disposed) throw new UserError('jit: a disposed function must not be called (compile it again)');
    const { feeds, specs } = readInputs(inputs as Tree<TensorData | Numbers | number>, base);
    for (const [name, tensor] of constantFeeds) feeds.set(name, tensor);
    const targets = into === undefined ? new Map<string, TensorData>() : leaves(into as Tree<TensorData>);
    const shared = hold(specs);
    try {
      return (await (await shared.program).run(feeds, targets)) as AsData<Outputs>;
    } finally {
      await release(shared);
    }
  };
  return Object.assign(call, {
    explain: () => explain(first),
    dispose: async () => {
      disposed = true;
      const all = [...held.values()];
      held.clear();
      for (const shared of all) await release(shared);
    },
  });
}

/** A number for an object, the same each time. */
function identity(object: object): number {
  let number = identities.get(object);
  if (number === undefined) {
    number = identityCount++;
    identities.set(object, number);
  }
  return number;
}

/** Constants as onnxruntime takes them, made once and shared by all programs. */
function tensorsOf(constants: object, tree: Tree<TensorData>): Map<string, Tensor> {
  let tensors = constantTensors.get(constants);
  if (tensors === undefined) {
    tensors = new Map();
    for (const [path, data] of leaves(tree)) tensors.set(inputName(1, path), ortTensor(data));
    constantTensors.set(constants, tensors);
  }
  return tensors;
}

function acquire(fn: object, key: string, create: () => Promise<Program>): Shared {
  const programs = known.get(fn) ?? new Map<string, Shared>();
  known.set(fn, programs);
  let shared = programs.get(key);
  if (shared === undefined) {
    const forget = () => programs.delete(key);
    shared = { program: create(), users: 0, forget };
    programs.set(key, shared);
    // What could not be compiled is tried anew next time.
    shared.program.catch(forget);
  }
  shared.users++;
  return shared;
}

async function release(shared: Shared): Promise<void> {
  shared.users--;
  if (shared.users > 0) return;
  shared.forget();
  await (await shared.program).dispose();
}
