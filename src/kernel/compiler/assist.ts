import ts from 'typescript';
import type { CellProgram } from './program.ts';
import type { CellSession } from './session.ts';

export interface Completions {
  matches: { text: string; type: string }[];
  /** UTF-16 offsets of what a match replaces. */
  start: number;
  end: number;
}

/** Names that could stand at a position of a cell. */
export function complete(program: CellProgram, session: CellSession, code: string, cursor: number): Completions {
  const { path, offset } = session.probe(code);
  const prefix = /[\p{ID_Continue}$]*$/u.exec(code.slice(0, cursor))?.[0] ?? '';
  const found = program.service.getCompletionsAtPosition(path, offset + cursor, { includeCompletionsWithInsertText: false });
  const span = found?.optionalReplacementSpan;
  // Within a string (a module's path, a literal type) TypeScript says what is replaced; elsewhere it is the word so far.
  const start = span && span.start - offset <= cursor ? span.start - offset : cursor - prefix.length;
  const typed = code.slice(start, cursor);
  const ranked = (found?.entries ?? [])
    .filter((entry) => entry.name.startsWith(typed) && entry.name !== typed && entry.kind !== ts.ScriptElementKind.warning)
    .sort((a, b) => (a.sortText === b.sortText ? (a.name < b.name ? -1 : 1) : a.sortText < b.sortText ? -1 : 1));
  const end = span && span.start - offset === start ? Math.max(cursor, start + span.length) : cursor;
  return { matches: ranked.map(({ name, kind }) => ({ text: name, type: kind })), start, end };
}

/** What is known of the name at a position: its signature, and its documentation as markdown. */
export function inspect(
  program: CellProgram,
  session: CellSession,
  code: string,
  cursor: number,
): { signature: string; documentation: string } | undefined {
  const { path, offset } = session.probe(code);
  // Right behind a name (or its opening parenthesis) still asks for that name.
  for (const position of [cursor, cursor - 1, cursor - 2]) {
    if (position < 0) break;
    const info = program.service.getQuickInfoAtPosition(path, offset + position);
    if (!info?.displayParts || info.kind === ts.ScriptElementKind.unknown) continue;
    const tags = (info.tags ?? []).map(({ name, text }) => `@${name} ${ts.displayPartsToString(text)}`.trimEnd());
    const documentation = [ts.displayPartsToString(info.documentation), ...tags].filter((part) => part !== '').join('\n\n');
    return { signature: ts.displayPartsToString(info.displayParts), documentation };
  }
  return undefined;
}

export type Completeness = { status: 'complete' | 'invalid' } | { status: 'incomplete'; indent: string };

/** Comments, templates and regular expressions that go on beyond the text. */
const UNTERMINATED = new Set([1010, 1160, 1161, 1126]);

/** Whether a front end should run a cell or let the user go on typing. */
export function isComplete(code: string): Completeness {
  const file = ts.createSourceFile('cell.ts', code, { languageVersion: ts.ScriptTarget.ES2023 }, true);
  const [first] = (file as ts.SourceFile & { parseDiagnostics: ts.DiagnosticWithLocation[] }).parseDiagnostics;
  if (!first) return { status: 'complete' };
  const atEnd = first.start >= code.trimEnd().length;
  if (!atEnd && !UNTERMINATED.has(first.code)) return { status: 'invalid' };
  return { status: 'incomplete', indent: '  '.repeat(openBrackets(file)) };
}

/** How many brackets are open at the end of a text. */
function openBrackets(file: ts.SourceFile): number {
  const scanner = ts.createScanner(ts.ScriptTarget.ES2023, true, ts.LanguageVariant.Standard, file.text);
  let open = 0;
  for (let token = scanner.scan(); token !== ts.SyntaxKind.EndOfFileToken; token = scanner.scan()) {
    if (token === ts.SyntaxKind.OpenBraceToken || token === ts.SyntaxKind.OpenParenToken || token === ts.SyntaxKind.OpenBracketToken)
      open++;
    else if (
      token === ts.SyntaxKind.CloseBraceToken ||
      token === ts.SyntaxKind.CloseParenToken ||
      token === ts.SyntaxKind.CloseBracketToken
    )
      open--;
  }
  return Math.max(0, open);
}
