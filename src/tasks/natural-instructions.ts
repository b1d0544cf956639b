import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { messageOf, UserError } from '../core/index.ts';
import type { Example, Task } from './task.ts';

/** An instance with all answers that count as right. */
export interface Instance {
  readonly input: string;
  /** One at least. */
  readonly outputs: readonly string[];
}

/** A task as Natural Instructions publishes it. */
export interface PublishedTask {
  /** Name of its file without `.json`. */
  readonly name: string;
  readonly definition: string;
  /** The published files sampled without them have none. */
  readonly positiveExamples: readonly Example[];
  readonly instances: readonly Instance[];
}

/**
 * Reads tasks in the JSON layout of Natural Instructions: `Definition`, `Positive Examples` and `Instances`, each instance with one or
 * more `output`s. Further keys are passed over.
 *
 * @param path a file, or a folder whose *.json are read in the order of their names
 * @throws UserError when there is no such file or folder, no JSON in the folder, or a file of another layout; it says where
 */
export function readNaturalInstructions(path: string): PublishedTask[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined)
    throw new UserError(`readNaturalInstructions: path must be a file or a folder, got '${path}', which is not there`);
  if (!stats.isDirectory()) return [readFile(path)];
  const names = readdirSync(path)
    .filter((name) => name.endsWith('.json'))
    .sort();
  if (names.length === 0) throw new UserError(`readNaturalInstructions: folder must hold *.json files, got none in '${path}'`);
  return names.map((name) => readFile(join(path, name)));
}

/**
 * A task in the layout of Natural Instructions, to be written as JSON; `readNaturalInstructions` reads it back.
 *
 * @param instances such as one part of `splitTask`
 */
export function toNaturalInstructions(task: Task, instances: readonly Example[]): Record<string, unknown> {
  return {
    Contributors: [],
    Source: ['synthetic'],
    Categories: ['Program Execution'],
    Definition: [task.definition],
    Input_language: ['English'],
    Output_language: ['English'],
    Instruction_language: ['English'],
    'Positive Examples': task.positiveExamples.map(({ input, output }) => ({ input, output, explanation: '' })),
    'Negative Examples': [],
    Instances: instances.map(({ input, output }, i) => ({ id: `task${task.id}-${i}`, input, output: [output] })),
  };
}

/** Says what a place in the file must be and what it is. */
type Refuse = (place: string, expected: string, value: unknown) => never;

function readFile(path: string): PublishedTask {
  const refuse: Refuse = (place, expected, value) => {
    throw new UserError(`readNaturalInstructions: ${place} must be ${expected}, got ${describe(value)} (in ${path})`);
  };
  const file = record(refuse, 'a task file', parse(path));
  const examples = file['Positive Examples'] ?? [];
  const instances = file.Instances;
  if (!Array.isArray(examples)) return refuse("'Positive Examples'", 'a list', examples);
  if (!Array.isArray(instances) || instances.length === 0) return refuse("'Instances'", 'a list of one at least', instances);
  return {
    name: basename(path, '.json'),
    definition: strings(refuse, "'Definition'", file.Definition)[0],
    positiveExamples: examples.map((value, i) => {
      const place = `'Positive Examples'[${i}]`;
      const { input, outputs } = readInstance(refuse, place, value);
      return { input, output: outputs[0] };
    }),
    instances: instances.map((value, i) => readInstance(refuse, `'Instances'[${i}]`, value)),
  };
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UserError(`readNaturalInstructions: a task file must be JSON, got ${messageOf(error)} (in ${path})`);
  }
}

function readInstance(refuse: Refuse, place: string, value: unknown): Instance {
  const { input, output } = record(refuse, place, value);
  if (typeof input !== 'string') return refuse(`${place}.input`, 'a text', input);
  return { input, outputs: strings(refuse, `${place}.output`, output) };
}

function record(refuse: Refuse, place: string, value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : refuse(place, 'an object', value);
}

/** A text or a list of texts. */
function strings(refuse: Refuse, place: string, value: unknown): string[] {
  const list = typeof value === 'string' ? [value] : value;
  return Array.isArray(list) && list.length > 0 && list.every((entry) => typeof entry === 'string')
    ? list
    : refuse(place, 'a text or a list of texts', value);
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list with ${describe(value[0])}`;
  return value !== null && typeof value === 'object' ? 'an object' : JSON.stringify(value);
}
