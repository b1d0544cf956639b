import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/core/index.ts';
import { candidates, type Sampling } from '../../src/lm/index.ts';
import { draw } from '../../src/lm/sampling.ts';

const { logits, cases } = JSON.parse(readFileSync(join(import.meta.dirname, 'golden', 'sampling.json'), 'utf8'));

describe('candidates', () => {
  it.each(cases as { temperature: number; topK: number | null; topP: number | null; probabilities: number[] }[])(
    'temperature $temperature, top $topK, top $topP, as transformers has them (golden/make.py)',
    ({ temperature, topK, topP, probabilities }) => {
      const sampling: Sampling = { temperature, topK: topK ?? undefined, topP: topP ?? undefined };
      const { tokens, shares } = candidates(Float32Array.from(logits), sampling);
      const actual = new Float64Array(probabilities.length);
      tokens.forEach((token, i) => {
        actual[token] = shares[i];
      });
      expect(Math.max(...actual.map((share, i) => Math.abs(share - probabilities[i])))).toBeLessThan(1e-6);
    },
  );
});

describe('draw', () => {
  it('takes each token as often as its share says', () => {
    const random = new Random(1);
    const counts = [0, 0, 0];
    const n = 20_000;
    for (let i = 0; i < n; i++) counts[draw({ tokens: Int32Array.of(2, 0, 1), shares: Float64Array.of(0.7, 0.2, 0.1) }, random)]++;
    // Five standard errors.
    [0.2, 0.1, 0.7].forEach((share, token) => {
      expect(Math.abs(counts[token] / n - share)).toBeLessThan(5 * Math.sqrt((share * (1 - share)) / n));
    });
  });
});
