import { evaluate, type MathNode, OperatorNode, parse } from 'mathjs';
import { messageOf, UserError } from '../core/index.ts';

/** Operators that mathjs takes as matrix algebra, and the same element by element. */
const ELEMENTWISE: Record<string, [operator: '.^' | '.*' | './', name: 'dotPow' | 'dotMultiply' | 'dotDivide']> = {
  '^': ['.^', 'dotPow'],
  '*': ['.*', 'dotMultiply'],
  '/': ['./', 'dotDivide'],
};

/**
 * The values that a formula stands for: `8`, `[4, 8, 16]`, `2^(1:4)` (2, 4, 8, 16), `0:0.25:1`, `1e-3 * [1, 3, 10]`. Operators work
 * element by element. Source: ours, on mathjs.
 *
 * @throws UserError when the text is no formula, or does not give finite numbers
 */
export function gridValues(formula: string): number[] {
  let value: unknown;
  try {
    value = evaluate(elementwise(parse(formula)).toString());
  } catch (error) {
    throw new UserError(`gridValues: formula must be one of numbers, such as 2^(1:4), got '${formula}' (${messageOf(error)})`);
  }
  const plain = typeof value === 'object' && value !== null && 'toArray' in value ? (value as { toArray(): unknown }).toArray() : value;
  const values = [plain].flat(2);
  if (values.length === 0 || !values.every((x) => typeof x === 'number' && Number.isFinite(x))) {
    throw new UserError(`gridValues: formula must give finite numbers, got '${formula}', which gives ${JSON.stringify(values)}`);
  }
  return values as number[];
}

/** A formula with every operator of matrix algebra replaced. */
function elementwise(node: MathNode): MathNode {
  const inner = node.map(elementwise);
  if (inner.type !== 'OperatorNode') return inner;
  const { op, args } = inner as OperatorNode<'.*', 'dotMultiply'>;
  const replaced = ELEMENTWISE[op];
  return replaced === undefined ? inner : new OperatorNode(...replaced, args);
}

/**
 * Every combination of the values of some formulas, the last name changing fastest.
 *
 * @param formulas a formula for each name, as `gridValues` takes it
 * @throws UserError as `gridValues`
 */
export function parameterGrid<Name extends string>(formulas: Record<Name, string>): Record<Name, number>[] {
  let rows: Record<string, number>[] = [{}];
  for (const [name, formula] of Object.entries<string>(formulas)) {
    const values = gridValues(formula);
    rows = rows.flatMap((row) => values.map((value) => ({ ...row, [name]: value })));
  }
  return rows as Record<Name, number>[];
}
