import { inspect } from 'node:util';

/** An error as Jupyter wants it. */
export interface ErrorContent {
  ename: string;
  evalue: string;
  traceback: string[];
}

/** Causes of causes that are shown. */
const MAX_DEPTH = 8;

/** Describes whatever was thrown; user code decides what that is, so nothing of it is trusted to behave. */
export function describeError(thrown: unknown): ErrorContent {
  try {
    return isErrorLike(thrown) ? describe(thrown, MAX_DEPTH) : plain('Thrown', inspect(thrown));
  } catch (second) {
    return plain('Thrown', `a value that cannot be shown (${second instanceof Error ? second.name : typeof second})`);
  }
}

function describe(error: Error, depth: number): ErrorContent {
  const [ename, evalue] = [String(error.name), String(error.message)];
  const headline = `${ename}: ${evalue}`;
  const stack = String(error.stack ?? '');
  const frames = stack.startsWith(headline)
    ? stack.slice(headline.length).split('\n').slice(1)
    : stack.split('\n').filter((line) => line.startsWith('    at '));
  const traceback = [`\x1b[31m${ename}\x1b[39m: ${evalue}`, ...frames, ...details(error)];
  const reasons: unknown[] = error instanceof AggregateError ? error.errors : [];
  const causes = [...reasons.map((reason) => ['Reason', reason]), ...(error.cause === undefined ? [] : [['Caused by', error.cause]])] as [
    string,
    unknown,
  ][];
  for (const [label, cause] of depth > 0 ? causes : []) {
    traceback.push('', `${label}:`, ...(isErrorLike(cause) ? describe(cause, depth - 1).traceback : [inspect(cause)]));
  }
  return { ename, evalue, traceback };
}

/** What an error carries beside its message, such as the `code` of a system error. */
function details(error: Error): string[] {
  const known = new Set(['name', 'message', 'stack', 'cause', 'errors']);
  const own = Object.entries(error).filter(([key]) => !known.has(key));
  return own.length > 0 ? [`    ${inspect(Object.fromEntries(own), { depth: 1, breakLength: Number.POSITIVE_INFINITY })}`] : [];
}

function plain(ename: string, evalue: string): ErrorContent {
  return { ename, evalue, traceback: [`\x1b[31m${ename}\x1b[39m: ${evalue}`] };
}

/** Errors of another realm are no instances of this one's Error. */
function isErrorLike(value: unknown): value is Error {
  return (
    value instanceof Error || (typeof value === 'object' && value !== null && 'stack' in value && 'message' in value && 'name' in value)
  );
}
