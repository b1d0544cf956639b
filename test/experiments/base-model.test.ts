import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BASE_CONFIG, baseModel, baseTokenizer, baseVocabulary, scoreBase, UNDESCRIBED } from '../../src/experiments/index.ts';
import { TASKS } from '../../src/tasks/index.ts';

const FOLDER = new URL('../../data/base-model/', import.meta.url);

describe('base model', () => {
  it('has a token for every word of the instructions', () => {
    const words = new Set(baseVocabulary());
    expect(words.size).toBe(baseVocabulary().length);
    expect(words.size).toBeLessThanOrEqual(BASE_CONFIG.vocabulary);
    const ours = TASKS.filter(({ family }) => family === 'P' || family === 'O');
    expect(ours.length).toBeGreaterThan(20);
    for (const instruction of [UNDESCRIBED, ...ours.map((task) => task.instruction)]) {
      expect(instruction.split(' ').filter((word) => !words.has(word))).toEqual([]);
    }
  });

  it('was committed with the tokenizer and the configuration of this code', async () => {
    expect(JSON.parse(readFileSync(new URL('tokenizer.json', FOLDER), 'utf8'))).toEqual(baseTokenizer());
    expect((await baseModel()).config).toEqual(BASE_CONFIG);
  });

  it('answers as its record says', async () => {
    const { scores: recorded } = JSON.parse(readFileSync(new URL('scores.json', FOLDER), 'utf8'));
    const now = await scoreBase(await baseModel(), { skills: ['reverse', 'keep ones'], downstream: ['rm.x2'] });
    expect(now.map(({ name, kind }) => `${name}, ${kind}`)).toEqual([
      'reverse, skill',
      'keep ones, skill',
      'rm.x2, held out, described',
      'rm.x2, held out, undescribed',
    ]);
    for (const { name, kind, exact, rougeL } of now) {
      const before = recorded.find((score: (typeof now)[number]) => score.name === name && score.kind === kind);
      // Another processor may round otherwise and change an answer or two of 192.
      expect(Math.abs(exact - before.exact)).toBeLessThan(0.02);
      expect(Math.abs(rougeL - before.rougeL)).toBeLessThan(2);
    }
  });
});
