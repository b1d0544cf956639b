import ts from 'typescript';
import { type Declared, hasModifier, importBindings, mentionedNames, topLevelDeclarations } from './declarations.ts';
import { CELL_SPECIFIER, type CellProgram } from './program.ts';
import { CELL_PARAMETERS, type CellImport, cellTransformer } from './transform.ts';

/** A compile-time complaint about a cell; line and column count from 1. */
export interface CellDiagnostic {
  line: number;
  column: number;
  /** Number of characters it is about, within the line. */
  length: number;
  message: string;
  /** TypeScript's number, as in TS2322. */
  code: number;
}

/** A cell ready to run. */
export interface CompiledCell {
  /** Text of an async function over the shared scope, its body starting on the second line. */
  code: string;
  /** Source map (version 3, JSON) from the body's lines to the cell's. */
  map: string;
  imports: CellImport[];
  /** Specifiers that it may import while it runs. */
  dynamicImports: string[];
  /** Names with a value that the cell declares. */
  declares: string[];
  /** Pass to `commit` once it ran. */
  id: string;
}

interface SessionName extends Declared {
  cell: string;
}

/** Cells may import packages that come without types; and a cell is a script, not a library. */
const TOLERATED = new Set([7016]);

/** What the cells run so far have declared, and the compilation of the next one against it. */
export class CellSession {
  readonly #program: CellProgram;
  #names = new Map<string, SessionName>();
  readonly #pending = new Map<string, Map<string, Declared>>();
  /** The earlier cells whose types a cell needs, for every cell that is kept. */
  readonly #uses = new Map<string, ReadonlySet<string>>();
  #counter = 0;

  constructor(program: CellProgram) {
    this.#program = program;
  }

  /** Type-checks a cell and compiles it; diagnostics mean that it must not run. */
  compile(source: string): CompiledCell | CellDiagnostic[] {
    const { id, file, declared } = this.#enter(source);
    const diagnostics = this.#diagnose(file, source);
    if (diagnostics.length > 0) {
      this.#remove(id);
      return diagnostics;
    }
    const imports: CellImport[] = [];
    const dynamicImports = new Set<string>();
    const shared = new Set([...this.#names].flatMap(([name, { value }]) => (value ? [name] : [])));
    for (const [name, { value }] of declared) if (value) shared.add(name);
    const { program } = this.#program;
    const output = { code: '', map: '' };
    program.emit(
      file,
      (name, text) => {
        if (name.endsWith('.map')) output.map = text;
        else if (name.endsWith('.js')) output.code = text;
      },
      undefined,
      false,
      { before: [cellTransformer(program.getTypeChecker(), shared, imports, dynamicImports)] },
    );
    // An imported name turns out to be a type when nothing asks for its value.
    const loaded = new Set(imports.flatMap(({ bindings }) => Object.keys(bindings)));
    for (const name of importedNames(file)) if (!loaded.has(name)) declared.set(name, { as: 'import', value: false });
    this.#pending.set(id, declared);
    const declares = [...declared].flatMap(([name, { value }]) => (value ? [name] : []));
    return { code: wrap(output.code), map: output.map, imports, dynamicImports: [...dynamicImports], declares, id };
  }

  /** Records that a cell ran and which of its names it left with a value; types count as soon as it was started. */
  commit(id: string, defined: readonly string[]): void {
    const declared = this.#pending.get(id);
    this.#pending.delete(id);
    if (!declared) return;
    let replaced = false;
    for (const [name, how] of declared) {
      if (how.value && !defined.includes(name)) continue;
      replaced ||= this.#names.has(name);
      this.#names.set(name, { ...how, cell: id });
    }
    if (declared.size === 0) this.#remove(id);
    else if (replaced) this.#prune();
  }

  /** Type-checks cells as if they ran one after another, and leaves no trace. */
  checkAll(sources: readonly string[]): CellDiagnostic[][] {
    const before = new Map(this.#names);
    const added: string[] = [];
    try {
      return sources.map((source) => {
        const { id, file, declared } = this.#enter(source);
        added.push(id);
        for (const [name, how] of declared) this.#names.set(name, { ...how, cell: id });
        return this.#diagnose(file, source);
      });
    } finally {
      this.#names = before;
      for (const id of added) this.#remove(id);
    }
  }

  /** A module that ends in the given text, for completion and inspection; `offset` is where the text starts in it. */
  probe(source: string): { path: string; offset: number } {
    const declared = topLevelDeclarations(parse(source));
    const prologue = this.#prologue(declared);
    this.#program.setCell('cell-0', `${prologue}${source}\n;export {};`);
    return { path: this.#program.cellPath('cell-0'), offset: prologue.length };
  }

  /** Forgets every name, as after the evaluator was replaced. */
  reset(): void {
    this.#names.clear();
    this.#pending.clear();
    this.#prune();
  }

  #enter(source: string): { id: string; file: ts.SourceFile; declared: Map<string, Declared> } {
    const text = withoutDefaultExports(source);
    const parsed = parse(text);
    const declared = topLevelDeclarations(parsed);
    const id = `cell-${++this.#counter}`;
    const mentioned = mentionedNames(parsed);
    this.#uses.set(id, new Set([...this.#names].flatMap(([name, { cell }]) => (mentioned.has(name) && !declared.has(name) ? [cell] : []))));
    const file = this.#program.setCell(id, this.#prologue(declared, mentioned) + text + epilogue(parsed, declared));
    return { id, file, declared };
  }

  /** Forgets the cells whose every name was declared anew since and whose types no other cell needs. */
  #prune(): void {
    const needed = new Set([...[...this.#names.values()].map(({ cell }) => cell), ...this.#pending.keys()]);
    for (const id of needed) for (const used of this.#uses.get(id) ?? []) needed.add(used); // a set grows while it is walked
    for (const id of this.#uses.keys()) if (!needed.has(id)) this.#remove(id);
  }

  #remove(id: string): void {
    this.#uses.delete(id);
    this.#program.removeCell(id);
  }

  /** One line that brings in the names of earlier cells, without those that the cell declares itself. */
  #prologue(declared: ReadonlyMap<string, Declared>, mentioned?: ReadonlySet<string>): string {
    let text = '';
    for (const [name, { as, cell }] of this.#names) {
      if (declared.has(name) || (mentioned && !mentioned.has(name))) continue;
      text += as === 'import' ? `import { ${name} } from './${cell}';` : `declare ${as} ${name}: typeof import('./${cell}').${name};`;
    }
    return `${text}\n`;
  }

  #diagnose(file: ts.SourceFile, source: string): CellDiagnostic[] {
    const { program } = this.#program;
    const syntactic = program.getSyntacticDiagnostics(file);
    const found = syntactic.length > 0 || isUnchecked(source) ? syntactic : program.getSemanticDiagnostics(file);
    const offset = file.text.indexOf('\n') + 1;
    return found.flatMap(({ start, length, messageText, code, category }) => {
      if (category !== ts.DiagnosticCategory.Error || TOLERATED.has(code) || start === undefined || start < offset) return [];
      const at = Math.min(start - offset, source.length);
      const before = source.slice(0, at);
      const line = before.split('\n').length;
      return [
        {
          line,
          column: at - before.lastIndexOf('\n'),
          length: length ?? 1,
          message: ts.flattenDiagnosticMessageText(messageText, '\n'),
          code,
        },
      ];
    });
  }
}

function parse(source: string): ts.SourceFile {
  return ts.createSourceFile('cell.ts', source, { languageVersion: ts.ScriptTarget.ES2023 }, false);
}

/** Whether a cell says `@ts-nocheck`; TypeScript itself no longer sees it behind the line that is put before the cell. */
function isUnchecked(source: string): boolean {
  const { checkJsDirective } = parse(source) as ts.SourceFile & { checkJsDirective?: { enabled: boolean } };
  return checkJsDirective?.enabled === false;
}

/**
 * A cell has no default export; a class or function that is marked as one is a declaration, or a value if it has no name.
 * Nothing moves to another line or column but what follows a nameless one on its last line.
 */
function withoutDefaultExports(source: string): string {
  let text = source;
  for (const statement of [...parse(source).statements].reverse()) {
    if (!hasModifier(statement, ts.SyntaxKind.DefaultKeyword)) continue;
    const { name } = statement as ts.ClassDeclaration | ts.FunctionDeclaration;
    const [from, to] = ['export', 'default'].map((word, i) => source.indexOf(word, statement.getFullStart()) + i * word.length);
    const end = name ? source.slice(to, statement.end) : `${source.slice(to, statement.end)})`;
    const blank = ' '.repeat(to - from);
    text = text.slice(0, from) + (name ? blank : `${blank.slice(1)}(`) + end + text.slice(statement.end);
  }
  return text;
}

/** Names that the import declarations of a cell itself bring in. */
function importedNames(file: ts.SourceFile): string[] {
  return file.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) || CELL_SPECIFIER.test((statement.moduleSpecifier as ts.StringLiteral).text)) return [];
    return importBindings(statement).map(({ local }) => local.text);
  });
}

/** Exports what a cell declares, for the cells after it; what it exports already is left to it. */
function epilogue(file: ts.SourceFile, declared: ReadonlyMap<string, Declared>): string {
  const exported = new Set<string>();
  for (const statement of file.statements) {
    if (ts.isExportDeclaration(statement) && statement.exportClause && ts.isNamedExports(statement.exportClause)) {
      for (const element of statement.exportClause.elements) exported.add(element.name.text);
    } else if (hasModifier(statement, ts.SyntaxKind.ExportKeyword)) {
      for (const name of topLevelDeclarations({ statements: [statement] } as unknown as ts.SourceFile).keys()) exported.add(name);
    }
  }
  return `\nexport { ${[...declared.keys()].filter((name) => !exported.has(name)).join(', ')} };`;
}

function wrap(body: string): string {
  const { scope, load, meta } = CELL_PARAMETERS;
  const text = body.replace(/^export \{\};$/m, '').replace(/^\/\/# sourceMappingURL=.*$/m, '');
  return `(async (${scope}, ${load}, ${meta}) => { 'use strict';\n${text}\n})`;
}
