import * as tf from '@tensorflow/tfjs';
import { UserError } from '../../core/index.ts';
import { Graph, type Value } from '../graph/index.ts';
import { leaves, mapTree, type TensorSpec, type Tree } from '../tree.ts';
import { BACKEND } from './backend.ts';
import { graphBackend } from './kernels.ts';

/** A recorded function. */
export interface Trace {
  graph: Graph;
  /** Values of the outputs under their paths. */
  outputs: Map<string, Value>;
  /** The tree of the outputs; leaves are values. */
  result: Tree<Value>;
}

/** The name of a graph input: which argument of the function, and the path in its tree. */
export const inputName = (argument: number, path: string): string => `${argument}:${path}`;

/**
 * Calls a function once on tensors without numbers and records what it does.
 *
 * @param args one tree of shapes and types for each argument
 * @throws UserError when the function is asynchronous, returns something else than tensors, or uses a kernel without translation
 */
export function trace(fn: (...args: never[]) => unknown, args: readonly Tree<TensorSpec>[]): Trace {
  const backend = graphBackend();
  const engine = tf.engine();
  if (backend.graph !== undefined) throw new UserError('jit: a function must not be traced while another is (compile the inner one first)');
  // Initialises the backend that eager operations use, so that there is one to go back to.
  tf.backend();
  const before = engine.backendName;
  const graph = new Graph();
  backend.setGraph(graph);
  // The recording backend needs no waiting: it is set when this returns.
  void engine.setBackend(BACKEND);
  engine.startScope('jit');
  try {
    const inputs = args.map((tree, argument) =>
      mapTree(tree, ({ dtype, shape }, path) => {
        const value = graph.input(inputName(argument, path), dtype, shape);
        return engine.makeTensorFromTensorInfo(backend.tensorInfo(value));
      }),
    );
    const returned = (fn as (...args: unknown[]) => unknown)(...inputs);
    if (returned instanceof Promise) throw new UserError('jit: the function must be synchronous, got one that returns a promise');
    const result = mapTree(returned as Tree<tf.Tensor>, (tensor, path) => {
      if (!(tensor instanceof tf.Tensor)) {
        throw new UserError(`jit: the function must return tensors, got ${typeof tensor} at '${path}' (wrap a number in tf.scalar)`);
      }
      return backend.graphValue(tensor);
    });
    return { graph, outputs: leaves(result), result };
  } finally {
    engine.endScope();
    backend.setGraph(undefined);
    void engine.setBackend(before);
  }
}
