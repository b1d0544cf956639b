import type { CellDiagnostic } from '../compiler/session.ts';

/** What a cell with type errors shows: every complaint with its line of code; the cell was not run. */
export function describeDiagnostics(
  diagnostics: CellDiagnostic[],
  code: string,
  name: string,
): { ename: string; evalue: string; traceback: string[] } {
  const [first] = diagnostics;
  const lines = code.split('\n');
  const more = diagnostics.length > 1 ? ` (and ${diagnostics.length - 1} more)` : '';
  const traceback = diagnostics.flatMap(({ line, column, length, message, code: number }) => {
    const source = lines[line - 1] ?? '';
    const marked = Math.max(1, Math.min(length, source.length - column + 1));
    const gutter = `${line} | `;
    const pointer = `${' '.repeat(gutter.length - 2)}| ${' '.repeat(column - 1)}\x1b[31m${'~'.repeat(marked)}\x1b[39m`;
    return [`${name}:${line}:${column} - \x1b[31merror\x1b[39m TS${number}: ${message}`, `${gutter}${source}`, pointer];
  });
  return {
    ename: 'TypeScriptError',
    evalue: `${name}:${first.line}:${first.column} - TS${first.code}: ${first.message}${more}`,
    traceback: [...traceback, 'The cell was not run.'],
  };
}
