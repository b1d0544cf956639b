import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import type { Face } from '../../../src/figures/font/faces.ts';
import { FACES, fontFile, fontOf, textWidth } from '../../../src/figures/font/faces.ts';

const codesOf = (text: string) => Array.from(text, (character) => character.codePointAt(0)!);

describe('fontOf', () => {
  // Golden values from fontTools: f = TTFont('DejaVuSans.ttf'); f['hmtx'][f.getBestCmap()[ord('A')]], f['maxp'].numGlyphs, …
  it('reads metrics and glyph numbers as another reader does', () => {
    const font = fontOf('regular');
    expect([font.unitsPerEm, font.numGlyphs, font.characterSet.length]).toEqual([2048, 6253, 5918]);
    expect(codesOf('AiΛ×⁻').map((code) => font.glyphForCodePoint(code).advanceWidth)).toEqual([1401, 569, 1401, 1716, 1081]);
    expect([font.ascent, font.descent]).toEqual([1901, -483]);
  });

  it('covers the letters and signs of our figures in every face', () => {
    const codes = codesOf('aZ09ΛφξκγδΘαβσΩ⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺−×≤≥→±≈‖∥∈∇∞√∑°…–—’');
    for (const face of FACES) {
      expect(codes.filter((code) => !fontOf(face).hasGlyphForCodePoint(code)).map((code) => String.fromCodePoint(code))).toEqual([]);
    }
  });
});

describe('textWidth', () => {
  it('agrees with Skia on the same file, kerning left out', () => {
    const { GlobalFonts, createCanvas } = createRequire(import.meta.url)('@napi-rs/canvas');
    for (const face of ['regular', 'bold', 'italic'] as Face[]) {
      GlobalFonts.registerFromPath(fontFile(face), `figure-test-${face}`);
      const context = createCanvas(10, 10).getContext('2d');
      context.font = `100px figure-test-${face}`;
      context.fontKerning = 'none';
      for (const text of ['Subspace distance', 'κ ≤ 10⁻³, ‖Λ − Θ‖ → 0', 'AVAVA']) {
        expect(Math.abs(context.measureText(text).width - textWidth(text, 100, face))).toBeLessThan(0.5);
      }
    }
  });

  it('counts zero-width spaces as nothing', () => {
    for (const face of FACES) expect(textWidth('a\u200bb\ufeff', 12, face)).toBe(textWidth('ab', 12, face));
  });
});
