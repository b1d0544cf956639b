import ts from 'typescript';
import type { Parameter, ParameterType } from './parameter-types.ts';

const ANY: ParameterType = { kind: 'any' };
type Field = { type: ParameterType; optional: boolean };

const { PlusToken, MinusToken, AsteriskToken, SlashToken, PercentToken, AsteriskAsteriskToken } = ts.SyntaxKind;
const ARITHMETIC = new Set<ts.SyntaxKind>([PlusToken, MinusToken, AsteriskToken, SlashToken, PercentToken, AsteriskAsteriskToken]);

/**
 * The parameters that a TypeScript or JavaScript cell declares: its top-level `const`, `let` and `var` of one name each, with the type of
 * the annotation or else of the first value. A type that is not written out in the cell counts as any; the kernel's type check then still
 * sees the value.
 */
export function typescriptParameters(source: string): Parameter[] {
  const file = ts.createSourceFile('parameters.ts', source, ts.ScriptTarget.Latest, true);
  return file.statements.filter(ts.isVariableStatement).flatMap(({ declarationList }) => {
    const keyword = declarationList.flags & ts.NodeFlags.Const ? 'const' : 'let';
    return declarationList.declarations.flatMap((declaration) =>
      ts.isIdentifier(declaration.name) ? [parameterOf(declaration, keyword)] : [],
    );
  });
}

function parameterOf({ name, type: annotation, initializer }: ts.VariableDeclaration, keyword: string): Parameter {
  const type = annotation ? typeOfNode(annotation) : initializer ? typeOfValue(initializer) : ANY;
  // `const rank = 16` alone would have the type 16, and a comparison with 8 further on would no longer compile.
  const widened =
    initializer && !ts.isAsExpression(initializer) && ['number', 'string', 'boolean'].includes(type.kind) ? type.kind : undefined;
  const written = annotation?.getText() ?? widened;
  const target = `${keyword} ${name.getText()}${written ? `: ${written}` : ''}`;
  return { name: name.getText(), type, declare: (value) => `${target} = ${JSON.stringify(value)};` };
}

function typeOfNode(node: ts.TypeNode): ParameterType {
  if (ts.isParenthesizedTypeNode(node) || ts.isTypeOperatorNode(node)) return typeOfNode(node.type);
  if (ts.isArrayTypeNode(node)) return { kind: 'array', element: typeOfNode(node.elementType) };
  if (ts.isTupleTypeNode(node)) return { kind: 'array', element: ANY };
  if (ts.isUnionTypeNode(node)) return { kind: 'union', options: node.types.map(typeOfNode) };
  if (ts.isTypeLiteralNode(node)) return objectOf(node);
  if (ts.isTypeReferenceNode(node)) return referenced(node);
  if (ts.isLiteralTypeNode(node)) return literal(node.literal);
  switch (node.kind) {
    case ts.SyntaxKind.NumberKeyword:
      return { kind: 'number' };
    case ts.SyntaxKind.StringKeyword:
      return { kind: 'string' };
    case ts.SyntaxKind.BooleanKeyword:
      return { kind: 'boolean' };
    default:
      return ANY;
  }
}

function objectOf(node: ts.TypeLiteralNode): ParameterType {
  const fields = node.members.flatMap((member): [string, Field][] => {
    if (!ts.isPropertySignature(member) || ts.isComputedPropertyName(member.name)) return [];
    return [[nameOf(member.name), { type: member.type ? typeOfNode(member.type) : ANY, optional: member.questionToken !== undefined }]];
  });
  return { kind: 'object', fields: Object.fromEntries(fields), rest: fields.length < node.members.length ? ANY : undefined };
}

function referenced(node: ts.TypeReferenceNode): ParameterType {
  const args = node.typeArguments ?? [];
  switch (node.typeName.getText()) {
    case 'Array':
    case 'ReadonlyArray':
      return { kind: 'array', element: args[0] ? typeOfNode(args[0]) : ANY };
    case 'Record':
      return { kind: 'object', fields: {}, rest: args[1] ? typeOfNode(args[1]) : ANY };
    case 'Readonly':
      return args[0] ? typeOfNode(args[0]) : ANY;
    default:
      return ANY;
  }
}

function literal(node: ts.Expression): ParameterType {
  if (node.kind === ts.SyntaxKind.NullKeyword) return { kind: 'null' };
  if (node.kind === ts.SyntaxKind.TrueKeyword) return { kind: 'literal', value: true };
  if (node.kind === ts.SyntaxKind.FalseKeyword) return { kind: 'literal', value: false };
  if (ts.isStringLiteralLike(node)) return { kind: 'literal', value: node.text };
  const number = Number(node.getText());
  return Number.isNaN(number) ? ANY : { kind: 'literal', value: number };
}

function typeOfValue(node: ts.Expression): ParameterType {
  if (ts.isParenthesizedExpression(node) || ts.isSatisfiesExpression(node)) return typeOfValue(node.expression);
  if (ts.isAsExpression(node)) return ts.isConstTypeReference(node.type) ? typeOfValue(node.expression) : typeOfNode(node.type);
  if (ts.isArrayLiteralExpression(node)) return { kind: 'array', element: unified(node.elements.map(typeOfValue)) };
  if (ts.isObjectLiteralExpression(node)) return objectOfValue(node);
  if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) return { kind: 'string' };
  if (ts.isPrefixUnaryExpression(node)) return typeOfOperation(node.operator, [node.operand]);
  if (ts.isBinaryExpression(node)) return typeOfOperation(node.operatorToken.kind, [node.left, node.right]);
  switch (node.kind) {
    case ts.SyntaxKind.NumericLiteral:
      return { kind: 'number' };
    case ts.SyntaxKind.TrueKeyword:
    case ts.SyntaxKind.FalseKeyword:
      return { kind: 'boolean' };
    default:
      return ANY;
  }
}

function objectOfValue(node: ts.ObjectLiteralExpression): ParameterType {
  const fields = node.properties.flatMap((property): [string, Field][] => {
    if (!ts.isPropertyAssignment(property) || ts.isComputedPropertyName(property.name)) return [];
    return [[nameOf(property.name), { type: typeOfValue(property.initializer), optional: false }]];
  });
  return { kind: 'object', fields: Object.fromEntries(fields), rest: fields.length < node.properties.length ? ANY : undefined };
}

/** The type of `-x` or `x + y` where the operands tell it. */
function typeOfOperation(operator: ts.SyntaxKind, operands: ts.Expression[]): ParameterType {
  const type = ARITHMETIC.has(operator) ? unified(operands.map(typeOfValue)) : ANY;
  return type.kind === 'number' || type.kind === 'string' ? type : ANY;
}

/** The type of all of them when it is one and the same, otherwise any. */
function unified(types: ParameterType[]): ParameterType {
  const first = JSON.stringify(types[0]);
  return types.length > 0 && types.every((type) => JSON.stringify(type) === first) ? types[0] : ANY;
}

function nameOf(name: ts.PropertyName): string {
  return ts.isStringLiteralLike(name) ? name.text : name.getText();
}
