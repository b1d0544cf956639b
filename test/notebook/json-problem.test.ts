import { describe, expect, it } from 'vitest';
import { jsonProblem } from '../../src/notebook/json-problem.ts';

describe('jsonProblem', () => {
  it.each([
    ['', 'an empty file'],
    [' \n', 'an empty file'],
    ['{"a": 1\n "b": 2}', `"\\"b\\": 2}" in line 2, column 2 where ',' or '}' should be`],
    ['{a: 1}', `"a: 1}" in line 1, column 2 where a name in double quotes should be`],
    ['{"a": 1,}', `"}" in line 1, column 9 where a name in double quotes should be`],
    ['{"a" 1}', `"1}" in line 1, column 6 where ':' should be`],
    ['[1, 2', `the end of the file in line 1, column 6 where ',' or ']' should be`],
    ['{"a": "b\nc"}', '"" in line 1, column 9 where the end of a string or an escaped character should be'],
    ['{"a": "b', 'the end of the file in line 1, column 9 where the end of a string should be'],
    ['{} x', '"x" in line 1, column 4 where the end of the file should be'],
    ['{"a": undefined}', '"undefined}" in line 1, column 7 where a value should be'],
    ['{\n<<<<<<< HEAD\n', 'a git conflict marker in line 2 (resolve the conflict)'],
  ])('%j: %s', (text, problem) => {
    expect(jsonProblem(text)).toBe(problem);
  });
});
