import { UserError } from '../core/index.ts';

/**
 * Gives a name that a cell declares at its top level another value: `const rank = 8` becomes `const rank = 16`, all else stays as written.
 *
 * @param value source of an expression
 * @throws UserError when the cell does not declare the name, saying which it does
 */
export async function editValue(source: string, language: string, name: string, value: string): Promise<string> {
  const found = language === 'python' ? pythonValues(source) : await typescriptValues(source);
  const span = found.get(name);
  if (span) return source.slice(0, span.start) + value + source.slice(span.end);
  throw new UserError(`edit value: name must be one the cell gives a value to (${[...found.keys()].join(', ') || 'none'}), got '${name}'`);
}

interface Span {
  start: number;
  end: number;
}

async function typescriptValues(source: string): Promise<Map<string, Span>> {
  const { default: ts } = await import('typescript');
  const file = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.Latest, true);
  const declarations = file.statements.filter(ts.isVariableStatement).flatMap((statement) => [...statement.declarationList.declarations]);
  return new Map(
    declarations.flatMap(({ name, initializer }): [string, Span][] =>
      initializer ? [[name.getText(), { start: initializer.getStart(), end: initializer.getEnd() }]] : [],
    ),
  );
}

/** The values of one line each; a value that goes on in the next line is better edited as a whole. */
function pythonValues(source: string): Map<string, Span> {
  const found = new Map<string, Span>();
  for (const match of source.matchAll(/^([A-Za-z_]\w*)[ \t]*(?::[^=\n]+)?=(?!=)[ \t]*(.*)$/gm)) {
    const end = match.index + match[0].length;
    found.set(match[1], { start: end - match[2].length, end });
  }
  return found;
}
