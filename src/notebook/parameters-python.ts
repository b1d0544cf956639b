import type { Parameter, ParameterType } from './parameter-types.ts';

const ASSIGNMENT = /^([A-Za-z_]\w*)[ \t]*(?::([^=\n]+))?=(?!=)[ \t]*(.*)$/;
const ANNOTATED: Record<string, ParameterType> = {
  int: { kind: 'integer' },
  float: { kind: 'number' },
  str: { kind: 'string' },
  bool: { kind: 'boolean' },
  list: { kind: 'array', element: { kind: 'any' } },
  dict: { kind: 'object', fields: {}, rest: { kind: 'any' } },
};

/**
 * The parameters that a Python cell declares: its unindented `name = value` and `name: type = value`, with the type of the annotation or
 * else of the literal.
 */
export function pythonParameters(source: string): Parameter[] {
  return source.split('\n').flatMap((line) => {
    const assignment = ASSIGNMENT.exec(line);
    if (!assignment) return [];
    const [, name, annotation, value] = assignment;
    const type = ANNOTATED[annotation?.trim().replace(/\[.*$/, '').toLowerCase() ?? ''] ?? typeOfLiteral(value);
    const target = annotation ? `${name}: ${annotation.trim()}` : name;
    return [{ name, type, declare: (given: unknown) => `${target} = ${pythonLiteral(given)}` }];
  });
}

function typeOfLiteral(text: string): ParameterType {
  if (/^[+-]?\d[\d_]*\s*(#|$)/.test(text)) return ANNOTATED.int;
  if (/^[+-]?(\d[\d_]*\.?\d*|\.\d+)([eE][+-]?\d+)?\s*(#|$)/.test(text)) return ANNOTATED.float;
  if (/^(True|False)\b/.test(text)) return ANNOTATED.bool;
  if (/^[rbuf]?['"]/i.test(text)) return ANNOTATED.str;
  if (text.startsWith('[')) return ANNOTATED.list;
  return text.startsWith('{') ? ANNOTATED.dict : { kind: 'any' };
}

function pythonLiteral(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(', ')}]`;
  if (typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([key, item]) => `${JSON.stringify(key)}: ${pythonLiteral(item)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value);
}
