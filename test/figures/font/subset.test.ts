import { brotliDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fontOf } from '../../../src/figures/font/faces.ts';
import { subsetTables } from '../../../src/figures/font/subset.ts';
import type { TrueType } from '../../../src/figures/font/truetype.ts';
import { readTrueType, view } from '../../../src/figures/font/truetype.ts';
import { writeWoff2 } from '../../../src/figures/font/woff2.ts';

const codesOf = (text: string) => Array.from(text, (character) => character.codePointAt(0)!);

/** A font again from the tables of a subset, as an uncompressed file would hold them. */
function fontFrom(tables: ReadonlyMap<string, Uint8Array>): TrueType {
  const header = Buffer.alloc(12 + 16 * tables.size);
  header.writeUInt16BE(tables.size, 4);
  let at = header.length;
  [...tables].forEach(([tag, table], i) => {
    header.write(tag, 12 + 16 * i, 'latin1');
    header.writeUInt32BE(at, 20 + 16 * i);
    header.writeUInt32BE(table.length, 24 + 16 * i);
    at += table.length;
  });
  return readTrueType(Buffer.concat([header, ...tables.values()]));
}

describe('readTrueType', () => {
  // Golden values from fontTools: f = TTFont('DejaVuSans.ttf'); f['hmtx'][f.getBestCmap()[ord('A')]], f['maxp'].numGlyphs, …
  it('reads metrics and glyph numbers as another reader does', () => {
    const font = fontOf('regular');
    expect([font.unitsPerEm, font.glyphCount, font.glyphs.size]).toEqual([2048, 6253, 5918]);
    expect(codesOf('AiΛ×⁻').map((code) => font.advance(font.glyphs.get(code)!))).toEqual([1401, 569, 1401, 1716, 1081]);
    expect(font.ascent).toBeCloseTo(1901 / 2048, 12);
    expect(font.descent).toBeCloseTo(483 / 2048, 12);
  });

  it('covers the letters and signs of our figures in every face', () => {
    const codes = codesOf('aZ09ΛφξκγδΘαβσΩ⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺−×≤≥→±≈‖∥∈∇∞√∑°…–—’');
    for (const face of ['regular', 'bold', 'italic', 'boldItalic'] as const) {
      expect(codes.filter((code) => !fontOf(face).glyphs.has(code)).map((code) => String.fromCodePoint(code))).toEqual([]);
    }
  });
});

describe('subsetTables', () => {
  it('keeps the widths and the outlines of exactly the characters asked for', () => {
    const font = fontOf('regular');
    const codes = codesOf('Λ o−³');
    const small = fontFrom(subsetTables(font, codes));
    expect([...small.glyphs.keys()].sort()).toEqual([...codes].sort());
    for (const code of codes) {
      const [from, to] = [font.glyphs.get(code)!, small.glyphs.get(code)!];
      expect(small.advance(to)).toBe(font.advance(from));
      // Contour count and bounding box: the first ten bytes of an outline.
      expect([...small.outline(to).subarray(0, 10)]).toEqual([...font.outline(from).subarray(0, 10)]);
    }
    expect(small.outline(small.glyphs.get(codesOf('o')[0])!).length).toBeGreaterThan(20);
  });

  it('brings along what a composite glyph is made of, renumbered', () => {
    const small = fontFrom(subsetTables(fontOf('regular'), codesOf('Û')));
    const outline = small.outline(small.glyphs.get(codesOf('Û')[0])!);
    expect(view(outline).getInt16(0)).toBe(-1);
    expect(small.glyphCount).toBeGreaterThanOrEqual(4); // the box, Û, U and the accent
    expect(view(outline).getUint16(12)).toBeLessThan(small.glyphCount);
  });

  it('leaves the font as it was, so that the same subset can be cut again', () => {
    const font = fontOf('italic');
    const before = new Map([...font.tables].map(([tag, table]) => [tag, Buffer.from(table).toString('base64')]));
    const [first, second] = [subsetTables(font, codesOf('Ûé')), subsetTables(font, codesOf('Ûé'))];
    expect(second).toEqual(first);
    expect(new Map([...font.tables].map(([tag, table]) => [tag, Buffer.from(table).toString('base64')]))).toEqual(before);
  });

  it('keeps the licence', () => {
    const names = Buffer.from(subsetTables(fontOf('regular'), []).get('name')!)
      .swap16()
      .toString('utf16le');
    expect(names).toContain('Bitstream');
  });
});

describe('writeWoff2', () => {
  it('holds the tables, which any brotli decoder gives back', () => {
    const tables = subsetTables(fontOf('bold'), codesOf('Bold ≤ 1'));
    const file = Buffer.from(writeWoff2(tables));
    expect(file.toString('latin1', 0, 4)).toBe('wOF2');
    expect(file.readUInt32BE(8)).toBe(file.length);
    expect(file.readUInt16BE(12)).toBe(tables.size);
    const compressed = file.readUInt32BE(20);
    const start = [0, 1, 2, 3].map((padding) => file.length - compressed - padding);
    const contents = start.flatMap((at) => {
      try {
        return [brotliDecompressSync(file.subarray(at, at + compressed))];
      } catch {
        return [];
      }
    });
    expect(contents[0]?.equals(Buffer.concat([...tables.values()]))).toBe(true);
  });
});
