import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatJson, parseJson, WrittenNumber } from '../../src/notebook/json.ts';

describe('parseJson', () => {
  it.each(['1.0', '1e-07', '1e+20', '12345678901234567890', '-0.0', 'NaN', '-Infinity'])('keeps %s as it is written', (written) => {
    const value = parseJson(`{"a": [${written}]}`) as { a: unknown[] };
    expect(value.a[0]).toEqual(new WrittenNumber(written));
    expect(formatJson(value)).toBe(`{\n "a": [\n  ${written}\n ]\n}`);
  });

  it.each([
    ['0', 0],
    ['-12', -12],
    ['2.5', 2.5],
    ['100000', 100000],
  ])('reads %s as a number', (written, number) => {
    expect(parseJson(written)).toBe(number);
  });

  it('leaves numbers and quotes inside strings alone', () => {
    const text = JSON.stringify({ 'k"1.0': 'a "1.0" \\" 1e-07 NaN', b: '\\' });
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  it('reads a string of 20 MB', () => {
    const image = 'A'.repeat(20_000_000);
    expect((parseJson(`{"a": "${image}", "b": 1.0}`) as { a: string }).a.length).toBe(image.length);
  });

  it.each(['{', '{"a" 1.0}', '[1.0,]', '"'])('throws for %s', (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });
});

describe('formatJson', () => {
  it('writes what parseJson reads back', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        expect(JSON.stringify(sorted(parseJson(formatJson(value))))).toBe(JSON.stringify(sorted(value)));
      }),
    );
  });

  it('sorts keys as text, also those that look like numbers', () => {
    expect(formatJson({ b: 1, 9: 2, 10: 3 })).toBe('{\n "10": 3,\n "9": 2,\n "b": 1\n}');
  });

  it('leaves out what is undefined', () => {
    expect(formatJson({ a: undefined, b: [] })).toBe('{\n "b": []\n}');
  });
});

function sorted(value: unknown): unknown {
  if (value instanceof WrittenNumber) return Number(value.text);
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .map(([key, item]) => [key, sorted(item)])
    .sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1));
}
