import ts from 'typescript';

/** How later cells see a name that a cell declared at its top level. */
export interface Declared {
  /** `variable`: re-declared with the type it had; `import`: imported, which carries values and types alike. */
  as: 'const' | 'let' | 'import';
  /** Whether the name has a value at run time. */
  value: boolean;
}

/** The names declared at the top level of a parsed cell, in order; `using` declarations end with the cell and are left out. */
export function topLevelDeclarations(file: ts.SourceFile): Map<string, Declared> {
  const names = new Map<string, Declared>();
  const add = (name: string, declared: Declared): void => {
    const other = names.get(name);
    names.set(name, other ? { as: 'import', value: other.value || declared.value } : declared);
  };
  const addBindings = (name: ts.BindingName, as: 'const' | 'let'): void => {
    if (ts.isIdentifier(name)) {
      // A `var` may be declared more than once.
      names.set(name.text, { as, value: true });
      return;
    }
    for (const element of name.elements) if (ts.isBindingElement(element)) addBindings(element.name, as);
  };
  const addVariables = (list: ts.VariableDeclarationList, ambient = false): void => {
    if (isUsing(list)) return;
    const as = list.flags & ts.NodeFlags.Const ? 'const' : 'let';
    for (const { name } of list.declarations) {
      if (ambient && ts.isIdentifier(name)) names.set(name.text, { as, value: false });
      else addBindings(name, as);
    }
  };
  const addHoistedVars = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isModuleDeclaration(node)) return;
    if (ts.isVariableDeclarationList(node) && isVar(node)) addVariables(node);
    ts.forEachChild(node, addHoistedVars);
  };
  for (const statement of file.statements) {
    // What is only declared has its value, if any, in the global scope.
    const value = !isAmbient(statement);
    if (ts.isVariableStatement(statement)) addVariables(statement.declarationList, !value);
    else if (ts.isFunctionDeclaration(statement)) {
      if (statement.name) names.set(statement.name.text, { as: 'let', value });
    } else if (ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement)) {
      if (statement.name) add(statement.name.text, { as: 'import', value });
    } else if (ts.isModuleDeclaration(statement)) {
      if (!ts.isIdentifier(statement.name) || isGlobalAugmentation(statement)) continue;
      add(statement.name.text, { as: 'import', value: value && hasValues(statement) });
    } else if (ts.isImportEqualsDeclaration(statement)) {
      add(statement.name.text, { as: 'import', value: !statement.isTypeOnly });
    } else if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) {
      add(statement.name.text, { as: 'import', value: false });
    } else if (ts.isImportDeclaration(statement)) {
      for (const { local } of importBindings(statement)) add(local.text, { as: 'import', value: true });
    } else addHoistedVars(statement);
  }
  return names;
}

/** One name that an import declaration brings in; `imported` is `*` for a namespace. */
export interface ImportBinding {
  local: ts.Identifier;
  imported: string;
  typeOnly: boolean;
}

export function importBindings(statement: ts.ImportDeclaration): ImportBinding[] {
  const clause = statement.importClause;
  if (!clause) return [];
  const typeOnly = clause.phaseModifier === ts.SyntaxKind.TypeKeyword;
  const bindings: ImportBinding[] = [];
  if (clause.name) bindings.push({ local: clause.name, imported: 'default', typeOnly });
  const named = clause.namedBindings;
  if (named && ts.isNamespaceImport(named)) bindings.push({ local: named.name, imported: '*', typeOnly });
  if (named && ts.isNamedImports(named)) {
    for (const element of named.elements) {
      bindings.push({
        local: element.name,
        imported: (element.propertyName ?? element.name).text,
        typeOnly: typeOnly || element.isTypeOnly,
      });
    }
  }
  return bindings;
}

/** The text of every identifier that stands in a file. */
export function mentionedNames(file: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) names.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

/** The module specifiers that a file imports, in declarations, types and calls with a literal. */
export function importedSpecifiers(file: ts.SourceFile): Set<string> {
  const specifiers = new Set<string>();
  const add = (node: ts.Node | undefined): void => {
    if (node && ts.isStringLiteralLike(node)) specifiers.add(node.text);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0]);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return specifiers;
}

/** Whether a statement is marked `declare`. */
export function isAmbient(statement: ts.Statement): boolean {
  return hasModifier(statement, ts.SyntaxKind.DeclareKeyword);
}

export function hasModifier(statement: ts.Statement, kind: ts.ModifierSyntaxKind): boolean {
  return ts.canHaveModifiers(statement) && (ts.getModifiers(statement)?.some((modifier) => modifier.kind === kind) ?? false);
}

/** Whether a namespace holds more than types. */
function hasValues({ body }: ts.ModuleDeclaration): boolean {
  if (!body || !ts.isModuleBlock(body)) return body !== undefined && ts.isModuleDeclaration(body) && hasValues(body);
  return body.statements.some((statement) => {
    if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement) || isAmbient(statement)) return false;
    return !ts.isModuleDeclaration(statement) || hasValues(statement);
  });
}

/** Whether a file adds to the global scope or to another module, which only a new program can see. */
export function hasAugmentations(file: ts.SourceFile): boolean {
  return file.statements.some(
    (statement) => ts.isModuleDeclaration(statement) && (ts.isStringLiteral(statement.name) || isGlobalAugmentation(statement)),
  );
}

/** Whether a variable list is `var` (hoisted to the cell) rather than let, const or using. */
export function isVar(list: ts.VariableDeclarationList): boolean {
  return (list.flags & ts.NodeFlags.BlockScoped) === 0;
}

/** Whether a variable list is `using` or `await using`. */
export function isUsing(list: ts.VariableDeclarationList): boolean {
  const scoped = list.flags & ts.NodeFlags.BlockScoped;
  return scoped === ts.NodeFlags.Using || scoped === ts.NodeFlags.AwaitUsing;
}

function isGlobalAugmentation(statement: ts.ModuleDeclaration): boolean {
  return (statement.flags & ts.NodeFlags.GlobalAugmentation) !== 0;
}
