import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { driftOf, keepClaims } from '../../src/cli/drift.ts';
import type { Claim, FigureRecord } from '../../src/figures/index.ts';

let folder: string;
const file = () => join(folder, 'claims.json');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drift-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const record = (name: string, ...claims: Partial<Claim>[]): FigureRecord => ({
  name,
  title: name,
  caption: name,
  notebook: name,
  claims: claims.map((claim) => ({ claim: 'It falls', statistic: 's', verdict: 'reproduced', ...claim })),
  provenance: { date: '', node: '', package: '' },
  figure: { data: [], layout: {}, config: {} } as unknown as FigureRecord['figure'],
});

describe('driftOf', () => {
  const then: Partial<Claim> = { value: 10, interval: [9, 13] };

  it.each([
    ['the same', then, then],
    ['a value as near as half the interval', then, { ...then, value: 11.9 }],
    ['another interval', then, { ...then, interval: [0, 20] as [number, number] }],
    ['a value without an interval within 2 %', { value: -100 }, { value: -101.9 }],
    ['no number both times', { value: Number.NaN }, { value: Number.NaN }],
    ['text', { value: 'a to b' }, { value: 'a to b' }],
    ['no value', {}, {}],
  ])('passes over %s', (_, before, now) => {
    keepClaims(file(), [record('a', before)]);
    expect(driftOf(file(), [record('a', now)])).toEqual([]);
  });

  it.each([
    ['a value further away', then, { ...then, value: 12.1 }, 'a: It falls: reproduced (10.00) became reproduced (12.10)'],
    ['another verdict', then, { ...then, verdict: 'inconclusive' as const }, 'a: It falls: reproduced (10.00) became inconclusive (10.00)'],
    ['a number that is none any more', then, { ...then, value: Number.NaN }, 'a: It falls: reproduced (10.00) became reproduced (null)'],
    ['other text', { value: 'x' }, { value: 'y' }, 'a: It falls: reproduced (x) became reproduced (y)'],
  ])('names %s', (_, before, now, line) => {
    keepClaims(file(), [record('a', before)]);
    expect(driftOf(file(), [record('a', now)])).toEqual([line]);
  });

  it('names claims that are new or gone', () => {
    keepClaims(file(), [record('a', {}, { claim: 'It rises' })]);
    expect(driftOf(file(), [record('a', {}, { claim: 'It stays' })])).toEqual(['a: no longer there: It rises', 'a: new: It stays']);
  });

  it('says what to do about a figure that is not in the file, and about a file that is none', () => {
    keepClaims(file(), [record('a', {})]);
    expect(() => driftOf(file(), [record('b', {})])).toThrow(`drift: ${file()} must have the claims of b, got none`);
    expect(driftOf(file(), [record('c')])).toEqual([]);
    writeFileSync(file(), '{');
    expect(() => driftOf(file(), [record('a', {})])).toThrow('must be claims as JSON that colora reproduce wrote');
    expect(readFileSync(file(), 'utf8')).toBe('{');
  });
});

describe('keepClaims', () => {
  it('replaces the figures it is given and keeps the others, in the order of their names', () => {
    keepClaims(file(), [record('b', { value: 1 }), record('c', { value: 2 })]);
    keepClaims(file(), [record('c', { value: 3 }), record('a', { value: 4 }), record('none')]);
    const kept = JSON.parse(readFileSync(file(), 'utf8'));
    expect(Object.keys(kept)).toEqual(['a', 'b', 'c']);
    expect([kept.a[0].value, kept.b[0].value, kept.c[0].value]).toEqual([4, 1, 3]);
  });
});
