import { checkOptions, UserError } from '../core/index.ts';
import type { Example } from './task.ts';

/** What a prompt says about a task; a `Task` and a `PublishedTask` both fit. */
export interface PromptTask {
  readonly definition: string;
  readonly positiveExamples: readonly Example[];
}

export interface TkPromptOptions {
  /** How many positive examples to show. */
  readonly examples?: number;
}

/** string.punctuation of Python. */
const PUNCTUATION = /[!-/:-@[-`{-~]$/;

/**
 * The prompt of Tk-Instruct: the definition, then positive examples, then the input; a full stop ends each piece that does not
 * end in punctuation. Source: Wang et al. 2022 (their default: 2 examples), without their limit on the length.
 *
 * The target is a reference, unmodified.
 *
 * @throws UserError when the task has fewer positive examples than asked for
 */
export function tkPrompt(task: PromptTask, input: string, options: TkPromptOptions = {}): string {
  checkOptions('tkPrompt', options, ['examples']);
  const { examples = 2 } = options;
  const { definition, positiveExamples } = task;
  if (!(Number.isInteger(examples) && examples >= 0 && examples <= positiveExamples.length)) {
    throw new UserError(`tkPrompt: examples must be a whole number from 0 to the task's ${positiveExamples.length}, got ${examples}`);
  }
  const shown = positiveExamples
    .slice(0, examples)
    .map(
      (example, i) =>
        ` Positive Example ${i + 1} -\n${stopped(`Input: ${example.input.trim()}`)}\n ${stopped(`Output: ${example.output.trim()}`)}\n\n`,
    );
  const now = `Now complete the following example -\n${stopped(`Input: ${input.trim()}`)}\nOutput: `;
  return `${stopped(`Definition: ${definition.trim()}`)}\n\n${shown.join('')}${now}`;
}

function stopped(piece: string): string {
  return PUNCTUATION.test(piece) ? piece : `${piece}.`;
}
