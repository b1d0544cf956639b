/** The type of a notebook parameter, as far as its declaration tells. `any` stands for what it does not tell. */
export type ParameterType =
  | { kind: 'number' | 'integer' | 'string' | 'boolean' | 'null' | 'any' }
  | { kind: 'literal'; value: string | number | boolean }
  | { kind: 'array'; element: ParameterType }
  | { kind: 'object'; fields: Record<string, { type: ParameterType; optional: boolean }>; rest?: ParameterType }
  | { kind: 'union'; options: ParameterType[] };

/** A parameter that a notebook declares. */
export interface Parameter {
  name: string;
  type: ParameterType;
  /** Source that declares the same name with another value; `value` is JSON data. */
  declare: (value: unknown) => string;
}

/** Whether JSON data is of the type. */
export function matches(type: ParameterType, value: unknown): boolean {
  switch (type.kind) {
    case 'any':
      return true;
    case 'null':
      return value === null;
    case 'integer':
      return Number.isInteger(value);
    case 'number':
    case 'string':
    case 'boolean':
      return typeof value === type.kind;
    case 'literal':
      return value === type.value;
    case 'array':
      return Array.isArray(value) && value.every((item) => matches(type.element, item));
    case 'object':
      return isRecord(value) && matchesFields(type, value);
    case 'union':
      return type.options.some((option) => matches(option, value));
  }
}

/** The type in words, for "must be …". */
export function describeType(type: ParameterType): string {
  switch (type.kind) {
    case 'any':
      return 'a value';
    case 'null':
      return 'null';
    case 'number':
    case 'string':
      return `a ${type.kind}`;
    case 'integer':
      return 'an integer';
    case 'boolean':
      return 'true or false';
    case 'literal':
      return JSON.stringify(type.value);
    case 'array':
      return type.element.kind === 'any' ? 'a JSON array' : `a JSON array, each item ${describeType(type.element)}`;
    case 'object':
      return `a JSON object${describeFields(type)}`;
    case 'union':
      return type.options.map(describeType).join(' or ');
  }
}

/**
 * The JSON data that a word of the command line stands for: the word itself where the type is text, otherwise a number or JSON.
 * @returns nothing when the word fits the type in no way
 */
export function readWord(type: ParameterType, word: string): { value: unknown } | undefined {
  const candidates: unknown[] = isText(type) ? [word] : [...readJson(word), ...readNumber(word), word];
  const fitting = candidates.filter((candidate) => matches(type, candidate));
  return fitting.length > 0 ? { value: fitting[0] } : undefined;
}

function isText(type: ParameterType): boolean {
  if (type.kind === 'union') return type.options.every(isText);
  return type.kind === 'string' || (type.kind === 'literal' && typeof type.value === 'string');
}

function readJson(word: string): unknown[] {
  try {
    return [JSON.parse(word)];
  } catch {
    return [];
  }
}

function readNumber(word: string): number[] {
  return word.trim() !== '' && Number.isFinite(Number(word)) ? [Number(word)] : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function matchesFields({ fields, rest }: Extract<ParameterType, { kind: 'object' }>, value: Record<string, unknown>): boolean {
  const known = Object.entries(fields).every(([name, { type, optional }]) =>
    Object.hasOwn(value, name) ? matches(type, value[name]) : optional,
  );
  const others = Object.keys(value).filter((name) => !Object.hasOwn(fields, name));
  return known && others.every((name) => rest !== undefined && matches(rest, value[name]));
}

function describeFields({ fields, rest }: Extract<ParameterType, { kind: 'object' }>): string {
  const described = Object.entries(fields).map(([name, { type, optional }]) => `${name}${optional ? '?' : ''} ${describeType(type)}`);
  if (described.length > 0) return ` with ${described.join(', ')}`;
  return rest && rest.kind !== 'any' ? `, each value ${describeType(rest)}` : '';
}
