import { createRequire } from 'node:module';
import type { Font } from 'fontkit';
import { create } from 'fontkit';
import { describe, expect, it } from 'vitest';
import { subsetFace } from '../../../src/figures/font/embed.ts';
import type { Face } from '../../../src/figures/font/faces.ts';
import { FACES, fontFile, fontOf, textWidth } from '../../../src/figures/font/faces.ts';

const codesOf = (text: string) => Array.from(text, (character) => character.codePointAt(0)!);
const subset = async (face: Face, text: string) => create(await subsetFace(face, new Set(text))) as Font;

describe('subsetFace', () => {
  it('keeps the widths and the outlines of exactly the characters asked for', async () => {
    const text = 'Λ o−³';
    for (const face of FACES) {
      const [font, small] = [fontOf(face), await subset(face, text)];
      // U+FFFF closes the list of characters, and is none.
      expect(small.characterSet.filter((code) => small.hasGlyphForCodePoint(code)).sort()).toEqual(codesOf(text).sort());
      for (const code of codesOf(text)) {
        const [from, to] = [font.glyphForCodePoint(code), small.glyphForCodePoint(code)];
        expect(to.advanceWidth).toBe(from.advanceWidth);
        expect(to.path.toSVG()).toBe(from.path.toSVG());
      }
      expect(small.glyphForCodePoint(codesOf('o')[0]).path.toSVG().length).toBeGreaterThan(20);
    }
  });

  it('brings along what a composite glyph is made of', async () => {
    const small = await subset('regular', 'Û');
    const outline = (font: Font) => font.glyphForCodePoint(codesOf('Û')[0]).path.toSVG();
    expect(outline(small)).toBe(outline(fontOf('regular')));
    expect(small.numGlyphs).toBeGreaterThanOrEqual(4); // the box, Û, U and the accent
  });

  it('gives the same bytes again, also when asked for at once', async () => {
    const first = await subsetFace('italic', 'Ûé');
    for (const again of await Promise.all([subsetFace('italic', 'Ûé'), subsetFace('italic', 'Ûé')])) {
      expect(again.equals(first)).toBe(true);
    }
  });

  it('keeps the licence', async () => {
    const { copyright, name } = (await subset('regular', '')) as Font & { name: { records: { license: { en: string } } } };
    expect(copyright).toContain('Bitstream');
    expect(name.records.license.en).toContain('Permission is hereby granted');
  });

  it('is laid out by Skia as the plain sum of the advance widths, which the whole font is not', async () => {
    const { GlobalFonts, createCanvas } = createRequire(import.meta.url)('@napi-rs/canvas');
    const text = 'AVA fi';
    GlobalFonts.registerFromPath(fontFile('bold'), 'embed-test-whole');
    GlobalFonts.register(await subsetFace('bold', text), 'embed-test-subset');
    const excess = (family: string) => {
      const context = Object.assign(createCanvas(10, 10).getContext('2d'), { font: `100px ${family}` });
      return Math.abs(context.measureText(text).width - textWidth(text, 100, 'bold'));
    };
    expect(excess('embed-test-whole')).toBeGreaterThan(5);
    expect(excess('embed-test-subset')).toBeLessThan(0.5);
  });
});
