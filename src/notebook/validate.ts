import { UserError } from '../core/index.ts';

type Json = Record<string, unknown>;

/**
 * Checks that a parsed file is a notebook of nbformat 4, as far as this project relies on it.
 *
 * @param file its name, for the message
 * @throws UserError naming the place, what was expected there and what is there
 */
export function validateNotebook(value: unknown, file: string): void {
  const check = new Checker(file);
  const notebook = check.object(value, 'the notebook');
  check.version(notebook);
  const { kernelspec } = check.object(notebook.metadata, 'metadata');
  if (kernelspec !== undefined) check.string(check.object(kernelspec, 'metadata.kernelspec').name, 'metadata.kernelspec.name');
  for (const [index, cell] of check.array(notebook.cells, 'cells').entries()) check.cell(cell, `cells[${index}]`);
}

class Checker {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  version(notebook: Json): void {
    const { nbformat, nbformat_minor } = notebook;
    if (typeof nbformat !== 'number') this.#fail('nbformat', 'be the number 4', nbformat);
    if (nbformat < 4) {
      throw new UserError(
        `readNotebook: nbformat of ${this.#file} must be 4, got ${nbformat} (convert it: jupyter nbconvert --to notebook --inplace ${this.#file})`,
      );
    }
    if (nbformat > 4) {
      throw new UserError(
        `readNotebook: nbformat of ${this.#file} must be 4, got ${nbformat} (save it as version 4: it was written by a newer program)`,
      );
    }
    if (typeof nbformat_minor !== 'number') this.#fail('nbformat_minor', 'be a number', nbformat_minor);
  }

  cell(value: unknown, where: string): void {
    const cell = this.object(value, where);
    if (!['code', 'markdown', 'raw'].includes(cell.cell_type as string)) {
      this.#fail(`${where}.cell_type`, `be 'code', 'markdown' or 'raw'`, cell.cell_type);
    }
    this.#text(cell.source, `${where}.source`);
    const { tags } = this.object(cell.metadata, `${where}.metadata`);
    if (tags !== undefined) this.#strings(tags, `${where}.metadata.tags`);
    if (cell.cell_type !== 'code') return;
    if (cell.execution_count !== null && typeof cell.execution_count !== 'number') {
      this.#fail(`${where}.execution_count`, 'be a number or null', cell.execution_count);
    }
    for (const [index, output] of this.array(cell.outputs, `${where}.outputs`).entries())
      this.#output(output, `${where}.outputs[${index}]`);
  }

  object(value: unknown, where: string): Json {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.#fail(where, 'be an object', value);
    return value as Json;
  }

  array(value: unknown, where: string): unknown[] {
    if (!Array.isArray(value)) this.#fail(where, 'be an array', value);
    return value;
  }

  string(value: unknown, where: string): void {
    if (typeof value !== 'string') this.#fail(where, 'be a string', value);
  }

  #output(value: unknown, where: string): void {
    const output = this.object(value, where);
    switch (output.output_type) {
      case 'stream':
        this.string(output.name, `${where}.name`);
        this.#text(output.text, `${where}.text`);
        break;
      case 'display_data':
      case 'execute_result':
        this.object(output.data, `${where}.data`);
        this.object(output.metadata, `${where}.metadata`);
        break;
      case 'error':
        this.string(output.ename, `${where}.ename`);
        this.string(output.evalue, `${where}.evalue`);
        this.#strings(output.traceback, `${where}.traceback`);
        break;
      default:
        this.#fail(`${where}.output_type`, `be 'stream', 'display_data', 'execute_result' or 'error'`, output.output_type);
    }
  }

  #text(value: unknown, where: string): void {
    if (typeof value !== 'string' && !isStrings(value)) this.#fail(where, 'be a string or an array of strings', value);
  }

  #strings(value: unknown, where: string): void {
    if (!isStrings(value)) this.#fail(where, 'be an array of strings', value);
  }

  #fail(where: string, must: string, got: unknown): never {
    throw new UserError(`readNotebook: ${where} in ${this.#file} must ${must}, got ${describe(got)}`);
  }
}

function isStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
