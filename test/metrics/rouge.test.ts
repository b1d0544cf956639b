import { describe, expect, it } from 'vitest';
import { porterStem, rougeL, rougeTokens } from '../../src/metrics/index.ts';
import { readGolden } from './golden.ts';

const golden = readGolden<{ pairs: [prediction: string, reference: string, f: number][]; stems: [word: string, stem: string][] }>('rouge');

describe('porterStem', () => {
  it('stems as NLTK does', () => {
    expect(golden.stems.length).toBeGreaterThan(2500);
    expect(golden.stems.filter(([word, stem]) => porterStem(word) !== stem).map(([word, stem]) => [word, stem, porterStem(word)])).toEqual(
      [],
    );
  });

  it.each([
    ['dies', 'die'],
    ['spied', 'spi'],
    ['enjoy', 'enjoy'],
    ['happy', 'happi'],
    ['skies', 'sky'],
    ['geology', 'geolog'],
    ['generalizations', 'gener'],
  ])('%s → %s', (word, stem) => {
    expect(porterStem(word)).toBe(stem);
  });
});

describe('rougeL', () => {
  it('scores as Google’s scorer does', () => {
    expect(golden.pairs.length).toBeGreaterThanOrEqual(500);
    const off = golden.pairs.filter(([prediction, reference, f]) => !(Math.abs(rougeL(prediction, [reference]) / 100 - f) <= 1e-12));
    expect(off).toEqual([]);
    const scores = golden.pairs.map(([, , f]) => f);
    expect(new Set(scores).size).toBeGreaterThan(100);
  });

  it.each([
    ['[3]', ['[3, 3]'], 66.66666666666667],
    ['[]', ['[]'], 0],
    ['-22', ['22'], 100],
    ['1.5', ['1, 5'], 100],
    ['removed numbers', ['remove the number'], 80],
    ['b', ['a', 'a b', 'b c d'], 66.66666666666667],
    ['', [''], 0],
    ['ß 9', ['9'], 100],
  ])('%s against %j', (prediction, references, score) => {
    expect(rougeL(prediction, references)).toBeCloseTo(score, 12);
  });

  it('leaves words of three letters as they are', () => {
    expect(rougeTokens('Yes, dies; SKIES_2nd')).toEqual(['yes', 'die', 'sky', '2nd']);
  });
});
