import { UserError } from '../core/index.ts';
import type { TensorData } from '../engine/index.ts';

/** A question and its answer as tokens. */
export interface TokenExample {
  prompt: readonly number[];
  answer: readonly number[];
}

/** A `Batch` as plain data. */
export interface BatchData {
  tokens: TensorData;
  places: TensorData;
  targets: TensorData;
  weights: TensorData;
}

/** The size that batches are filled up to, so that one compiled step serves them all. */
export interface BatchShape {
  /** T, tokens of a sequence. */
  length: number;
  /** Answer tokens of a sequence that count; n = sequences · answers. */
  answers: number;
}

/** The smallest shape that holds some examples. */
export function shapeOf(examples: readonly TokenExample[]): BatchShape {
  const most = (count: (example: TokenExample) => number) => examples.reduce((max, example) => Math.max(max, count(example)), 1);
  return { length: most(({ prompt, answer }) => prompt.length + answer.length - 1), answers: most(({ answer }) => answer.length) };
}

/**
 * Examples as one batch whose loss is the mean over groups of the mean over a group's answer tokens. The last token of an answer is
 * foretold and never read, so it takes no room.
 *
 * @param pad the token that fills up
 * @param groups how many equal runs of the examples are averaged by themselves, such as clients; 1 by default
 * @returns tokens int32 [B, T], and places, targets, weights [B · answers]
 * @throws UserError with the example that does not fit
 */
export function batchOf(examples: readonly TokenExample[], shape: BatchShape, pad: number, groups = 1): BatchData {
  const B = examples.length;
  const { length: T, answers } = shape;
  const n = B * answers;
  const tokens = new Int32Array(B * T).fill(pad);
  const places = new Int32Array(n);
  const targets = new Int32Array(n);
  const weights = new Float32Array(n);
  const groupSize = B / groups;
  if (!Number.isInteger(groupSize)) throw new UserError(`batchOf: the examples must fall into ${groups} equal groups, got ${B}`);
  for (let group = 0; group < groups; group++) {
    const members = examples.slice(group * groupSize, (group + 1) * groupSize);
    const counted = members.reduce((sum, { answer }) => sum + answer.length, 0);
    members.forEach(({ prompt, answer }, member) => {
      const b = group * groupSize + member;
      const used = prompt.length + answer.length - 1;
      if (prompt.length === 0 || answer.length === 0) {
        throw new UserError(`batchOf: an example needs a prompt and an answer, got ${prompt.length} and ${answer.length} tokens`);
      }
      if (used > T || answer.length > answers) {
        const got = `${used} tokens with ${answer.length} of the answer`;
        throw new UserError(`batchOf: an example must fit into ${T} tokens with ${answers} of the answer, got ${got} (use a longer shape)`);
      }
      tokens.set(prompt, b * T);
      tokens.set(answer.slice(0, -1), b * T + prompt.length);
      answer.forEach((token, i) => {
        const at = b * answers + i;
        places[at] = b * T + prompt.length - 1 + i;
        targets[at] = token;
        weights[at] = 1 / counted / groups;
      });
    });
  }
  return {
    tokens: { shape: [B, T], dtype: 'int32', data: tokens },
    places: { shape: [n], dtype: 'int32', data: places },
    targets: { shape: [n], dtype: 'int32', data: targets },
    weights: { shape: [n], dtype: 'float32', data: weights },
  };
}
