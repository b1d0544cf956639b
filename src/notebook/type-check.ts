import { UserError } from '../core/index.ts';
import type { KernelClient } from './client.ts';
import { type CodeCell, hasTag } from './format.ts';

/** A type error found before the first cell ran. */
export interface Diagnostic {
  /** Which code cell, from 1. */
  cell: number;
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
  /** How many characters it concerns. */
  length: number;
  message: string;
  /** TypeScript's number of the message. */
  code: number;
}

/** The cells of a notebook do not fit together, so none was run. */
export class TypeCheckError extends UserError {
  override name = 'TypeCheckError';
  readonly diagnostics: Diagnostic[];

  constructor(file: string, diagnostics: Diagnostic[]) {
    const count = diagnostics.length === 1 ? 'a type error' : `${diagnostics.length} type errors`;
    super(`${file} has ${count}, so no cell was run`);
    this.diagnostics = diagnostics;
  }
}

/** A diagnostic as one line. */
export function describeDiagnostic(file: string, { cell, line, column, message, code }: Diagnostic): string {
  return `${file} cell ${cell}, line ${line}, column ${column}: ${message} (TS${code})`;
}

/**
 * Asks a kernel of ours whether the cells compile one after the other (`check_request`, an extension of the protocol by this project).
 *
 * @returns the errors outside the cells tagged `raises-exception`; none for other kernels, which cannot tell
 */
export async function checkTypes(kernel: KernelClient, cells: CodeCell[]): Promise<Diagnostic[]> {
  if (kernel.info.implementation !== 'colora') return [];
  const checked = cells.filter((cell) => !hasTag(cell, 'skip-execution'));
  const reply = await kernel.request('shell', 'check_request', { cells: checked.map((cell) => cell.source) });
  if (reply.status !== 'ok') throw new UserError(`checkTypes: the kernel must check the cells, got ${reply.ename}: ${reply.evalue}`);
  return (reply.diagnostics as Diagnostic[])
    .filter(({ cell }) => !hasTag(checked[cell], 'raises-exception'))
    .map((diagnostic) => ({ ...diagnostic, cell: cells.indexOf(checked[diagnostic.cell]) + 1 }));
}
