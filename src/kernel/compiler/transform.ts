import ts from 'typescript';
import { importBindings, isAmbient, isUsing, isVar } from './declarations.ts';
import { CELL_SPECIFIER } from './program.ts';

/** An import that the evaluator carries out before it runs a cell: `bindings` maps local names to exported ones (`*`: the namespace). */
export interface CellImport {
  specifier: string;
  bindings: Record<string, string>;
}

/** Names that compiled cells take as arguments. */
export const CELL_PARAMETERS = { scope: '$cells', load: '$import', meta: '$meta' } as const;

/**
 * Turns a type-checked cell into the body of an async function: top-level declarations become assignments to the shared
 * scope, references to such names become reads of it (so that every cell sees the latest value, as in a Python notebook),
 * import declarations are taken out into `imports`, and the last expression is returned in a one-element array.
 *
 * @param shared the names that live in the shared scope
 * @param imports filled with what the cell imports for its values
 * @param dynamicImports filled with the literal specifiers of `import()` calls
 */
export function cellTransformer(
  checker: ts.TypeChecker,
  shared: ReadonlySet<string>,
  imports: CellImport[],
  dynamicImports: Set<string>,
): ts.TransformerFactory<ts.SourceFile> {
  return (context) => (file) => {
    const { factory } = context;
    const topLevel = topLevelSymbols(checker, file, shared);
    const scope = (name: string): ts.Expression =>
      factory.createPropertyAccessExpression(factory.createIdentifier(CELL_PARAMETERS.scope), name);
    const isShared = (symbol: ts.Symbol | undefined): boolean => symbol !== undefined && topLevel.has(symbol);

    /** Functions, classes and enums keep a local binding too: inside them their own name means that. */
    const keepingOwnName = <T>(declaration: ts.NamedDeclaration, visitBody: () => T): T => {
      const name = declaration.name && ts.isIdentifier(declaration.name) ? declaration.name.text : undefined;
      const own = name === undefined ? [] : [...topLevel].filter((symbol) => symbol.name === name);
      for (const symbol of own) topLevel.delete(symbol);
      const result = visitBody();
      for (const symbol of own) topLevel.add(symbol);
      return result;
    };

    const visit = (node: ts.Node): ts.Node => {
      if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return node;
      if (ts.isIdentifier(node)) {
        return shared.has(node.text) && isShared(checker.getSymbolAtLocation(node)) ? at(scope(node.text), node) : node;
      }
      if (ts.isShorthandPropertyAssignment(node)) {
        const value = isShared(checker.getShorthandAssignmentValueSymbol(node)) ? scope(node.name.text) : undefined;
        const initial = node.objectAssignmentInitializer && (ts.visitNode(node.objectAssignmentInitializer, visit) as ts.Expression);
        if (!value) return initial ? factory.updateShorthandPropertyAssignment(node, node.name, initial) : node;
        return at(factory.createPropertyAssignment(node.name, initial ? factory.createAssignment(value, initial) : value), node);
      }
      if (ts.isCallExpression(node)) {
        if (node.expression.kind === ts.SyntaxKind.ImportKeyword) {
          if (node.arguments[0] && ts.isStringLiteralLike(node.arguments[0])) dynamicImports.add(node.arguments[0].text);
          const args = ts.visitNodes(node.arguments, visit) as ts.NodeArray<ts.Expression>;
          return at(factory.createCallExpression(factory.createIdentifier(CELL_PARAMETERS.load), undefined, args), node);
        }
        const visited = ts.visitEachChild(node, visit, context);
        // `f()` must not become `scope.f()` with the scope as `this`.
        if (ts.isIdentifier(node.expression) && visited.expression !== node.expression) {
          const callee = factory.createParenthesizedExpression(factory.createComma(factory.createNumericLiteral(0), visited.expression));
          return factory.updateCallExpression(visited, at(callee, node.expression), undefined, visited.arguments);
        }
        return visited;
      }
      if (ts.isTaggedTemplateExpression(node) && ts.isIdentifier(node.tag)) {
        const visited = ts.visitEachChild(node, visit, context);
        if (visited.tag === node.tag) return visited;
        const tag = factory.createParenthesizedExpression(factory.createComma(factory.createNumericLiteral(0), visited.tag));
        return factory.updateTaggedTemplateExpression(visited, tag, undefined, visited.template);
      }
      if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) {
        return at(factory.createIdentifier(CELL_PARAMETERS.meta), node);
      }
      if (ts.isForStatement(node) && node.initializer && isHoisted(node.initializer)) {
        const parts = node.initializer.declarations.flatMap((declaration) => assignment(declaration) ?? []);
        const initializer = parts.length > 0 ? parts.reduce((left, right) => factory.createComma(left, right)) : undefined;
        const body = ts.visitNode(node.statement, visit) as ts.Statement;
        const [condition, incrementor] = [node.condition, node.incrementor].map(
          (part) => part && (ts.visitNode(part, visit) as ts.Expression),
        );
        return factory.updateForStatement(node, initializer, condition, incrementor, body);
      }
      if (ts.isForOfStatement(node) && isHoisted(node.initializer)) {
        const [expression, body] = [ts.visitNode(node.expression, visit), ts.visitNode(node.statement, visit)];
        const target = pattern(node.initializer.declarations[0].name);
        return factory.updateForOfStatement(node, node.awaitModifier, target, expression as ts.Expression, body as ts.Statement);
      }
      if (ts.isForInStatement(node) && isHoisted(node.initializer)) {
        const [expression, body] = [ts.visitNode(node.expression, visit), ts.visitNode(node.statement, visit)];
        return factory.updateForInStatement(
          node,
          pattern(node.initializer.declarations[0].name),
          expression as ts.Expression,
          body as ts.Statement,
        );
      }
      if (ts.isVariableStatement(node) && isVar(node.declarationList) && isHoisted(node.declarationList)) return variables(node);
      return ts.visitEachChild(node, visit, context);
    };

    /** Whether `var` declarations, wherever they stand, belong to the cell rather than to a function inside it. */
    const isHoisted = (initializer: ts.ForInitializer): initializer is ts.VariableDeclarationList => {
      if (!ts.isVariableDeclarationList(initializer) || !isVar(initializer)) return false;
      let name: ts.BindingName | undefined = initializer.declarations[0].name;
      while (name && !ts.isIdentifier(name)) name = (name.elements as ts.NodeArray<ts.ArrayBindingElement>).find(ts.isBindingElement)?.name;
      return name !== undefined && topLevel.has(checker.getSymbolAtLocation(name) as ts.Symbol);
    };

    /** A binding pattern as the assignment pattern over the shared scope. */
    const pattern = (name: ts.BindingName): ts.Expression => {
      if (ts.isIdentifier(name)) return at(scope(name.text), name);
      const withDefault = (element: ts.BindingElement): ts.Expression => {
        const target = pattern(element.name);
        return element.initializer ? factory.createAssignment(target, ts.visitNode(element.initializer, visit) as ts.Expression) : target;
      };
      if (ts.isArrayBindingPattern(name)) {
        return factory.createArrayLiteralExpression(
          name.elements.map((element) => {
            if (ts.isOmittedExpression(element)) return element;
            return element.dotDotDotToken ? factory.createSpreadElement(pattern(element.name)) : withDefault(element);
          }),
        );
      }
      return factory.createObjectLiteralExpression(
        name.elements.map((element) => {
          if (element.dotDotDotToken) return factory.createSpreadAssignment(pattern(element.name));
          const key = element.propertyName ?? factory.createIdentifier((element.name as ts.Identifier).text);
          return factory.createPropertyAssignment(
            ts.visitNode(key, (k) => (ts.isComputedPropertyName(k) ? visit(k) : k)) as ts.PropertyName,
            withDefault(element),
          );
        }),
      );
    };

    /** The assignment that a variable declaration becomes; a `var` without a value becomes none. */
    const assignment = (declaration: ts.VariableDeclaration): ts.Expression | undefined => {
      const { name, initializer } = declaration;
      if (!initializer)
        return isVar(declaration.parent as ts.VariableDeclarationList)
          ? undefined
          : factory.createAssignment(pattern(name), factory.createVoidZero());
      let value = ts.visitNode(initializer, visit) as ts.Expression;
      // A function takes its name from the binding; an assignment to a property would leave it nameless.
      if (ts.isIdentifier(name) && isAnonymousFunction(initializer)) {
        value = factory.createPropertyAccessExpression(
          factory.createParenthesizedExpression(
            factory.createObjectLiteralExpression([factory.createPropertyAssignment(name.text, value)]),
          ),
          name.text,
        );
      }
      return at(factory.createAssignment(pattern(name), value), declaration);
    };

    const variables = (statement: ts.VariableStatement): ts.Statement => {
      const parts = statement.declarationList.declarations.flatMap((declaration) => assignment(declaration) ?? []);
      if (parts.length === 0) return factory.createEmptyStatement();
      const joined = parts.reduce((left, right) => factory.createComma(left, right));
      return at(
        factory.createExpressionStatement(
          ts.isObjectLiteralExpression(leftmost(joined)) ? factory.createParenthesizedExpression(joined) : joined,
        ),
        statement,
      );
    };

    const hoisted: ts.Statement[] = [];
    const body: ts.Statement[] = [];
    const share = (name: string): ts.Statement =>
      factory.createExpressionStatement(factory.createAssignment(scope(name), factory.createIdentifier(name)));

    // The last statement is the `export { … }` that every cell's text ends with.
    const statements = file.statements.slice(0, -1);
    const last = statements.findLast((statement) => !ts.isEmptyStatement(statement));
    for (const statement of statements) {
      if (isAmbient(statement) || ts.isExportDeclaration(statement)) continue;
      if (ts.isImportDeclaration(statement)) {
        const wanted = valueImport(checker, statement);
        if (wanted && !CELL_SPECIFIER.test(wanted.specifier)) imports.push(wanted);
      } else if (ts.isVariableStatement(statement) && !isUsing(statement.declarationList)) {
        body.push(variables(statement));
      } else if (ts.isFunctionDeclaration(statement)) {
        const visited = keepingOwnName(statement, () =>
          ts.visitEachChild(withoutExport(statement), visitFunctionChild(statement), context),
        );
        if (statement.name && statement.body) hoisted.push(visited, share(statement.name.text));
      } else if (ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement) || ts.isModuleDeclaration(statement)) {
        body.push(keepingOwnName(statement, () => ts.visitEachChild(withoutExport(statement), visit, context)));
        if (statement.name && ts.isIdentifier(statement.name) && shared.has(statement.name.text)) body.push(share(statement.name.text));
      } else if (ts.isImportEqualsDeclaration(statement)) {
        const { name, moduleReference } = statement;
        if (ts.isExternalModuleReference(moduleReference) || !isValue(checker, name)) continue;
        body.push(at(factory.createExpressionStatement(factory.createAssignment(scope(name.text), entity(moduleReference))), statement));
      } else if (ts.isExportAssignment(statement) || (ts.isExpressionStatement(statement) && statement === last)) {
        const value = ts.visitNode(statement.expression, visit) as ts.Expression;
        const result = at(factory.createReturnStatement(factory.createArrayLiteralExpression([value])), statement);
        body.push(statement === last ? result : at(factory.createExpressionStatement(value), statement));
      } else body.push(ts.visitNode(statement, visit) as ts.Statement);
    }
    return factory.updateSourceFile(file, ts.setTextRange(factory.createNodeArray([...hoisted, ...body]), file.statements));

    function at<T extends ts.Node>(made: T, original: ts.Node): T {
      return ts.setTextRange(ts.setSourceMapRange(made, ts.getSourceMapRange(original)), original);
    }

    /** Visits a function declaration's parts but leaves its own name. */
    function visitFunctionChild(declaration: ts.FunctionDeclaration): ts.Visitor {
      return (node) => (node === declaration.name ? node : visit(node));
    }

    function withoutExport<T extends ts.FunctionDeclaration | ts.ClassDeclaration | ts.EnumDeclaration | ts.ModuleDeclaration>(node: T): T {
      const modifiers = node.modifiers?.filter((modifier) => modifier.kind !== ts.SyntaxKind.ExportKeyword);
      if (!modifiers || modifiers.length === node.modifiers?.length) return node;
      return factory.replaceDecoratorsAndModifiers(node as ts.ClassDeclaration, modifiers) as unknown as T;
    }

    /** A qualified name as an expression. */
    function entity(name: ts.EntityName): ts.Expression {
      if (ts.isIdentifier(name)) return visit(name) as ts.Expression;
      return factory.createPropertyAccessExpression(entity(name.left), name.right);
    }
  };
}

/** The symbols of a cell's module scope: its own declarations and what earlier cells handed on. */
function topLevelSymbols(checker: ts.TypeChecker, file: ts.SourceFile, shared: ReadonlySet<string>): Set<ts.Symbol> {
  const inScope = (file as ts.SourceFile & { locals?: ts.SymbolTable }).locals ?? new Map<ts.__String, ts.Symbol>();
  const symbols = new Set<ts.Symbol>();
  const exported = checker.getSymbolAtLocation(file)?.exports;
  for (const name of shared) {
    const escaped = ts.escapeLeadingUnderscores(name);
    for (const symbol of [inScope.get(escaped), exported?.get(escaped)]) {
      if (symbol) symbols.add(symbol).add(checker.getExportSymbolOfSymbol(symbol));
    }
  }
  return symbols;
}

/** What an import declaration asks for at run time; undefined when it is for types alone. */
function valueImport(checker: ts.TypeChecker, statement: ts.ImportDeclaration): CellImport | undefined {
  const specifier = (statement.moduleSpecifier as ts.StringLiteral).text;
  if (!statement.importClause) return { specifier, bindings: {} };
  const bindings: Record<string, string> = {};
  for (const { local, imported, typeOnly } of importBindings(statement)) {
    if (!typeOnly && isValue(checker, local)) bindings[local.text] = imported;
  }
  return Object.keys(bindings).length > 0 ? { specifier, bindings } : undefined;
}

function isValue(checker: ts.TypeChecker, local: ts.Identifier): boolean {
  const symbol = checker.getSymbolAtLocation(local);
  if (!symbol || !(symbol.flags & ts.SymbolFlags.Alias)) return true;
  const target = checker.getAliasedSymbol(symbol);
  return target.escapedName === 'unknown' || (target.flags & ts.SymbolFlags.Value) !== 0;
}

function isAnonymousFunction(node: ts.Expression): boolean {
  return ts.isArrowFunction(node) || ((ts.isFunctionExpression(node) || ts.isClassExpression(node)) && !node.name);
}

function leftmost(expression: ts.Expression): ts.Expression {
  return ts.isBinaryExpression(expression) ? leftmost(expression.left) : expression;
}
