import { UserError } from '../core/index.ts';
import { type Cell, hasTag, type Notebook } from './format.ts';
import { newCell } from './notebook-file.ts';
import { describeType, type Parameter, readWord } from './parameter-types.ts';

/** Tag of the cell that declares a notebook's parameters and their usual values. Source: papermill. */
export const PARAMETERS_TAG = 'parameters';
/** Tag of the cell after it that holds the values of a run. Source: papermill. */
export const INJECTED_TAG = 'injected-parameters';

/**
 * Puts the given values into a notebook: checks them against the declarations in the cell tagged `parameters`, adds the cell tagged
 * `injected-parameters` after it in place of an earlier one, and records them in `metadata.colora.parameters`. Without given values the
 * notebook stays as it is.
 *
 * @param given parameter names and the words given for them
 * @param language of the kernel that will run the notebook
 * @param file the notebook's name, for messages
 * @throws UserError when there is no such cell, or when a name or a value does not fit it
 */
export async function injectParameters(notebook: Notebook, given: Record<string, string>, language: string, file: string): Promise<void> {
  const names = Object.keys(given);
  if (names.length === 0) return;
  const declaring = notebook.cells.find((cell) => hasTag(cell, PARAMETERS_TAG));
  if (!declaring) {
    throw new UserError(
      `parameters: ${file} must have a code cell tagged '${PARAMETERS_TAG}' to take ${names.join(', ')}, got none (tag the cell that declares them)`,
    );
  }
  const declared = await declaredParameters(declaring.source, language);
  const values = Object.fromEntries(names.map((name) => [name, givenValue(name, given[name], declared, file)]));
  const source = [
    `${language === 'python' ? '#' : '//'} parameters of this run`,
    // in the order of the declarations, so that the same values make the same cell
    ...declared.filter(({ name }) => Object.hasOwn(values, name)).map(({ name, declare }) => declare(values[name])),
  ].join('\n');
  replaceInjected(notebook, declaring, source);
  notebook.metadata.colora = { ...notebook.metadata.colora, parameters: values };
}

/** The names of the parameters that a notebook declares; none where it has no cell for them. */
export async function parameterNames(notebook: Notebook, language: string): Promise<string[]> {
  const declaring = notebook.cells.find((cell) => hasTag(cell, PARAMETERS_TAG));
  return declaring ? (await declaredParameters(declaring.source, language)).map(({ name }) => name) : [];
}

/** Words that `injectParameters` reads as the same values again. */
export function asWords(parameters: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}

/** The parameters a cell declares. The modules that read a language are loaded when it is met, because TypeScript is large. */
async function declaredParameters(source: string, language: string): Promise<Parameter[]> {
  switch (language.toLowerCase()) {
    case 'typescript':
    case 'javascript':
      return (await import('./parameters-typescript.ts')).typescriptParameters(source);
    case 'python':
      return (await import('./parameters-python.ts')).pythonParameters(source);
    default:
      throw new UserError(
        `parameters: language of the kernel must be typescript, javascript or python, got '${language}' (run without -p)`,
      );
  }
}

function givenValue(name: string, word: string, declared: Parameter[], file: string): unknown {
  const parameter = declared.find((known) => known.name === name);
  if (!parameter) {
    const known = declared.map((one) => one.name).join(', ') || 'none';
    throw new UserError(
      `parameters: name must be one that ${file} declares (${known}), got '${name}' (correct the name or declare it there)`,
    );
  }
  const read = readWord(parameter.type, word);
  if (read) return read.value;
  throw new UserError(`parameters: ${name} of ${file} must be ${describeType(parameter.type)}, got '${word}'`);
}

function replaceInjected(notebook: Notebook, declaring: Cell, source: string): void {
  const former = notebook.cells.find((cell) => hasTag(cell, INJECTED_TAG));
  notebook.cells = notebook.cells.filter((cell) => cell !== former);
  const injected = newCell(notebook, 'code', former?.id ?? INJECTED_TAG, source, [INJECTED_TAG]);
  notebook.cells.splice(notebook.cells.indexOf(declaring) + 1, 0, injected);
}
