import * as tf from '@tensorflow/tfjs';
import { jit, type TensorData } from '../engine/index.ts';
import { type BatchShape, batchOf, type TokenExample } from './batch.ts';
import { type LlamaConfig, parameterShapes } from './config.ts';
import { type Batch, decode, type Parameters, project } from './model.ts';

/** Tells of each example whether greedy decoding would give its answer to the last token. */
export interface ExactAnswers {
  (parameters: Record<string, TensorData>, examples: readonly TokenExample[]): Promise<boolean[]>;
  dispose(): Promise<void>;
}

/**
 * Compiles a test of answers that needs one pass over each example instead of a generation: greedy decoding gives an answer exactly
 * when each of its tokens is the most probable after the ones before it. Source: ours.
 *
 * @param sequences examples of a pass
 */
export async function exactAnswers(config: LlamaConfig, shape: BatchShape, pad: number, sequences: number): Promise<ExactAnswers> {
  const guess = ({ parameters, batch }: { parameters: Parameters; batch: Batch }) => {
    const { states } = decode(config, parameters, batch.tokens);
    return { top: tf.argMax(project(config, parameters, tf.gather(states, batch.places)), 1) };
  };
  const parameters = Object.fromEntries(
    Object.entries(parameterShapes(config)).map(([name, shape]) => [name, { shape, dtype: 'float32' as const }]),
  );
  const filling = Array.from({ length: sequences }, (): TokenExample => ({ prompt: [pad], answer: [pad] }));
  const run = await jit(guess, { parameters, batch: batchOf(filling, shape, pad) });
  const answer = async (parameters: Record<string, TensorData>, examples: readonly TokenExample[]) => {
    const right: boolean[] = [];
    for (let start = 0; start < examples.length; start += sequences) {
      const some = examples.slice(start, start + sequences);
      const batch = batchOf([...some, ...filling.slice(some.length)], shape, pad);
      const { top } = await run({ parameters, batch });
      some.forEach(({ answer }, i) => {
        right.push(answer.every((token, j) => top.data[i * shape.answers + j] === token));
      });
    }
    return right;
  };
  return Object.assign(answer, { dispose: run.dispose });
}
