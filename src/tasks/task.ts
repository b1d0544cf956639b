import { type Random, UserError } from '../core/index.ts';
import type { Format, Printer } from './formats.ts';

/** What a model is given and the text that it should answer. */
export interface Example {
  readonly input: string;
  readonly output: string;
}

/**
 * Families of tasks. Natural Instructions: F1 filter a list, F2 map each element, F3 reduce, F4 neighbours, sets and combinations,
 * F5 index and order, F6 letters versus numbers, F7 characters and words. Ours: P filters and replacements by a predicate, O order.
 */
export type Family = 'F1' | 'F2' | 'F3' | 'F4' | 'F5' | 'F6' | 'F7' | 'P' | 'O';

/** What a task is made of, for the similarity that one would expect before anything is trained. */
export interface TaskAttributes {
  /** Type of the input, such as `numbers` or `sentence`. */
  readonly input: string;
  /** Format of the output, such as `numbers` or `number`. */
  readonly output: string;
  /** What is done, such as `filter` or `map`. */
  readonly operator: string;
  /** The test or function inside the operator, from the general to the particular: `number/ones digit/below 5`; empty for none. */
  readonly predicate: string;
}

/** What every task says about itself. */
interface TaskText {
  /** Number in Natural Instructions with three digits at least (`097`), or a name of ours (`rm.l5`). */
  readonly id: string;
  /** Words joined by `_`, such as `remove_even_elements`. */
  readonly name: string;
  readonly family: Family;
  /** The task in full sentences. */
  readonly definition: string;
  /** The task in a few words, for the short prompt. */
  readonly instruction: string;
}

/** An instruction task with its rule and its seeded generator. */
export interface Task extends TaskText {
  readonly attributes: TaskAttributes;
  /** Two at least, for the Tk-Instruct prompt. */
  readonly positiveExamples: readonly Example[];
  /** Draws an input. */
  draw(random: Random): string;
  /**
   * The right answer to an input.
   *
   * @throws UserError when the text is no input of this task
   */
  rule(input: string): string;
  /** Draws an input and answers it. */
  generate(random: Random): Example;
}

/** A task as its entry declares it, on values instead of texts. */
export interface TaskEntry<I, O> extends TaskText {
  readonly input: Format<I>;
  readonly output: Printer<O>;
  readonly operator: string;
  readonly predicate?: string;
  draw(random: Random): I;
  apply(value: I): O;
  /** Pairs of input and output, two at least. */
  readonly examples: readonly (readonly [input: string, output: string])[];
}

/** A task from its entry. Source: ours. */
export function defineTask<I, O>(entry: TaskEntry<I, O>): Task {
  const { id, name, family, definition, instruction, input, output, operator, predicate = '', examples } = entry;
  const draw = (random: Random) => input.print(entry.draw(random));
  const rule = (text: string) => {
    const value = input.parse(text);
    if (value === undefined) throw new UserError(`task ${id}: input must be ${input.name} like ${input.example}, got '${text}'`);
    return output.print(entry.apply(value));
  };
  return {
    id,
    name,
    family,
    definition,
    instruction,
    attributes: { input: input.name, output: output.name, operator, predicate },
    positiveExamples: examples.map(([input, output]) => ({ input, output })),
    draw,
    rule,
    generate(random) {
      const text = draw(random);
      return { input: text, output: rule(text) };
    },
  };
}
