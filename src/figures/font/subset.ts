import type { TrueType } from './truetype.ts';
import { view } from './truetype.ts';

// Flags of one part of a composite glyph, from the glyf table's specification.
const WORDS = 0x0001;
const SCALE = 0x0008;
const MORE = 0x0020;
const SCALE_XY = 0x0040;
const MATRIX = 0x0080;
const INSTRUCTIONS = 0x0100;

const isComposite = (outline: Uint8Array): boolean => outline.length > 0 && view(outline).getInt16(0) < 0;

/** Where each part of a composite glyph starts, and where the last one ends. */
function partsOf(outline: Uint8Array): { parts: number[]; end: number } {
  const data = view(outline);
  const parts: number[] = [];
  let at = 10;
  for (let flags = MORE; flags & MORE; ) {
    flags = data.getUint16(at);
    parts.push(at);
    at += 4 + (flags & WORDS ? 4 : 2) + (flags & SCALE ? 2 : flags & SCALE_XY ? 4 : flags & MATRIX ? 8 : 0);
  }
  return { parts, end: at };
}

/** The glyphs drawn for some code points, with those they are composed of; glyph 0, the box for a missing one, is first. */
function closure(font: TrueType, codePoints: Iterable<number>): number[] {
  const wanted = new Set([0]);
  for (const code of codePoints) wanted.add(font.glyphs.get(code) ?? 0);
  // A set grows while it is walked, so the parts of parts are reached as well.
  for (const glyph of wanted) {
    const outline = font.outline(glyph);
    if (!isComposite(outline)) continue;
    for (const part of partsOf(outline).parts) wanted.add(view(outline).getUint16(part + 2));
  }
  return [...wanted].sort((a, b) => a - b);
}

/** A glyph without its hinting program, its parts renumbered. */
function withoutHints(outline: Uint8Array, renumber: Map<number, number>): Uint8Array {
  if (outline.length === 0) return outline;
  if (isComposite(outline)) {
    const { parts, end } = partsOf(outline);
    const copy = outline.slice(0, end);
    const data = view(copy);
    for (const part of parts) {
      data.setUint16(part, data.getUint16(part) & ~INSTRUCTIONS);
      data.setUint16(part + 2, renumber.get(data.getUint16(part + 2))!);
    }
    return copy;
  }
  const data = view(outline);
  const lengthAt = 10 + 2 * data.getInt16(0);
  const instructions = data.getUint16(lengthAt);
  const copy = new Uint8Array(outline.length - instructions);
  copy.set(outline.subarray(0, lengthAt));
  copy.set(outline.subarray(lengthAt + 2 + instructions), lengthAt + 2);
  return copy;
}

/** A cmap with one table of format 12, which covers every plane. */
function writeGlyphNumbers(pairs: [code: number, glyph: number][]): Uint8Array {
  const bytes = new Uint8Array(28 + 12 * pairs.length);
  const data = view(bytes);
  data.setUint16(2, 1);
  data.setUint16(4, 3);
  data.setUint16(6, 10);
  data.setUint32(8, 12);
  data.setUint16(12, 12);
  data.setUint32(16, bytes.length - 12);
  data.setUint32(24, pairs.length);
  pairs.forEach(([code, glyph], i) => {
    data.setUint32(28 + 12 * i, code);
    data.setUint32(32 + 12 * i, code);
    data.setUint32(36 + 12 * i, glyph);
  });
  return bytes;
}

function writeOutlines(outlines: Uint8Array[]): { glyf: Uint8Array; loca: Uint8Array } {
  const padded = (length: number) => (length + 3) & ~3;
  const glyf = new Uint8Array(outlines.reduce((sum, outline) => sum + padded(outline.length), 0));
  const loca = new Uint8Array(4 * (outlines.length + 1));
  let at = 0;
  outlines.forEach((outline, i) => {
    glyf.set(outline, at);
    at += padded(outline.length);
    view(loca).setUint32(4 * (i + 1), at);
  });
  return { glyf, loca };
}

/** The names and the licence once, in English for Windows, the form that browsers read; fonts repeat them for other systems. */
function englishNames(table: Uint8Array): Uint8Array {
  const name = view(table);
  const records = Array.from({ length: name.getUint16(2) }, (_, i) => table.subarray(6 + 12 * i, 18 + 12 * i));
  const kept = records
    .filter((record) => view(record).getUint16(0) === 3 && view(record).getUint16(4) === 0x0409)
    .map((record) => record.slice());
  const strings: Uint8Array[] = [];
  let at = 0;
  for (const record of kept) {
    const start = name.getUint16(4) + view(record).getUint16(10);
    strings.push(table.subarray(start, start + view(record).getUint16(8)));
    view(record).setUint16(10, at);
    at += strings.at(-1)!.length;
  }
  const head = new Uint8Array(6);
  view(head).setUint16(2, kept.length);
  view(head).setUint16(4, 6 + 12 * kept.length);
  return Buffer.concat([head, ...kept, ...strings]);
}

/**
 * Cuts a font down to the characters given: outlines, widths and names stay; hinting, kerning, ligatures and other substitutions go,
 * so that every program lays the text out as the plain sum of the advance widths.
 *
 * @param codePoints Unicode code points; those the font lacks become its box glyph
 * @returns the tables of the smaller font, in the order WOFF2 wants them
 */
export function subsetTables(font: TrueType, codePoints: Iterable<number>): Map<string, Uint8Array> {
  const codes = [...new Set(codePoints)].filter((code) => font.glyphs.has(code)).sort((a, b) => a - b);
  const kept = closure(font, codes);
  const renumber = new Map(kept.map((glyph, index) => [glyph, index]));
  const { glyf, loca } = writeOutlines(kept.map((glyph) => withoutHints(font.outline(glyph), renumber)));

  const head = font.tables.get('head')!.slice();
  view(head).setUint32(8, 0); // the file's checksum, which its reader computes anew
  view(head).setInt16(50, 1); // long offsets in loca
  const hhea = font.tables.get('hhea')!.slice();
  view(hhea).setUint16(34, kept.length);
  const maxp = font.tables.get('maxp')!.slice();
  view(maxp).setUint16(4, kept.length);
  const hmtx = new Uint8Array(4 * kept.length);
  kept.forEach((glyph, i) => {
    const outline = font.outline(glyph);
    view(hmtx).setUint16(4 * i, font.advance(glyph));
    // The left bearing is the outline's smallest x in every font whose head table says so, and unhinted drawing needs no other.
    view(hmtx).setInt16(4 * i + 2, outline.length > 0 ? view(outline).getInt16(2) : 0);
  });
  const post = font.tables.get('post')!.slice(0, 32);
  view(post).setUint32(0, 0x00030000); // no glyph names
  return new Map([
    ['OS/2', font.tables.get('OS/2')!],
    ['cmap', writeGlyphNumbers(codes.map((code) => [code, renumber.get(font.glyphs.get(code)!)!]))],
    ['glyf', glyf],
    ['loca', loca],
    ['head', head],
    ['hhea', hhea],
    ['hmtx', hmtx],
    ['maxp', maxp],
    ['name', englishNames(font.tables.get('name')!)],
    ['post', post],
  ]);
}
