/** One TrueType font as read from its file. Lengths are in font units unless said otherwise. */
export type TrueType = {
  /** The raw tables by their four-letter tag. */
  tables: ReadonlyMap<string, Uint8Array>;
  unitsPerEm: number;
  /** Height of the text cell above and below the baseline, as a fraction of the font size; both positive. */
  ascent: number;
  descent: number;
  glyphCount: number;
  /** Glyph number of each Unicode code point the font can draw. */
  glyphs: ReadonlyMap<number, number>;
  /** Advance width of a glyph. */
  advance(glyph: number): number;
  /** The outline bytes of a glyph; empty for one that draws nothing. */
  outline(glyph: number): Uint8Array;
};

/** A big-endian view on the bytes of a table. */
export function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readTables(bytes: Uint8Array): Map<string, Uint8Array> {
  // A Buffer's slice is no copy, so what cuts a piece out and changes it would change the font.
  const file = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = view(file);
  const tables = new Map<string, Uint8Array>();
  for (let i = 0; i < data.getUint16(4); i++) {
    const entry = 12 + 16 * i;
    const tag = String.fromCharCode(...file.subarray(entry, entry + 4));
    const offset = data.getUint32(entry + 8);
    tables.set(tag, file.subarray(offset, offset + data.getUint32(entry + 12)));
  }
  return tables;
}

/** Format 4: segments of the basic plane. */
function readSegments(cmap: DataView, at: number, glyphs: Map<number, number>): void {
  const count = cmap.getUint16(at + 6) / 2;
  for (let i = 0; i < count; i++) {
    const last = cmap.getUint16(at + 14 + 2 * i);
    const first = cmap.getUint16(at + 16 + 2 * (count + i));
    const delta = cmap.getUint16(at + 16 + 2 * (2 * count + i));
    const rangeAt = at + 16 + 2 * (3 * count + i);
    const range = cmap.getUint16(rangeAt);
    for (let code = first; code <= last && code < 0xffff; code++) {
      const listed = range === 0 ? code : cmap.getUint16(rangeAt + range + 2 * (code - first));
      const glyph = listed === 0 ? 0 : (listed + delta) & 0xffff;
      if (glyph !== 0) glyphs.set(code, glyph);
    }
  }
}

/** Format 12: groups of all planes. */
function readGroups(cmap: DataView, at: number, glyphs: Map<number, number>): void {
  for (let i = 0; i < cmap.getUint32(at + 12); i++) {
    const group = at + 16 + 12 * i;
    const first = cmap.getUint32(group);
    const last = cmap.getUint32(group + 4);
    for (let code = first; code <= last; code++) glyphs.set(code, cmap.getUint32(group + 8) + code - first);
  }
}

function readGlyphNumbers(table: Uint8Array): Map<number, number> {
  const cmap = view(table);
  const glyphs = new Map<number, number>();
  for (let i = 0; i < cmap.getUint16(2); i++) {
    const isUnicode = [0, 3].includes(cmap.getUint16(4 + 8 * i));
    const at = cmap.getUint32(8 + 8 * i);
    if (isUnicode && cmap.getUint16(at) === 4) readSegments(cmap, at, glyphs);
    if (isUnicode && cmap.getUint16(at) === 12) readGroups(cmap, at, glyphs);
  }
  return glyphs;
}

/**
 * Reads a TrueType file (glyf outlines, horizontal writing): enough of it to measure text and to cut a subset.
 *
 * Source: the OpenType specification, tables cmap, glyf, head, hhea, hmtx, loca, maxp.
 */
export function readTrueType(file: Uint8Array): TrueType {
  const tables = readTables(file);
  const head = view(tables.get('head')!);
  const hhea = view(tables.get('hhea')!);
  const hmtx = view(tables.get('hmtx')!);
  const loca = view(tables.get('loca')!);
  const glyf = tables.get('glyf')!;
  const unitsPerEm = head.getUint16(18);
  const metricCount = hhea.getUint16(34);
  const offset = head.getInt16(50) === 0 ? (glyph: number) => 2 * loca.getUint16(2 * glyph) : (glyph: number) => loca.getUint32(4 * glyph);
  return {
    tables,
    unitsPerEm,
    ascent: hhea.getInt16(4) / unitsPerEm,
    descent: -hhea.getInt16(6) / unitsPerEm,
    glyphCount: view(tables.get('maxp')!).getUint16(4),
    glyphs: readGlyphNumbers(tables.get('cmap')!),
    advance: (glyph) => hmtx.getUint16(4 * Math.min(glyph, metricCount - 1)),
    outline: (glyph) => glyf.subarray(offset(glyph), offset(glyph + 1)),
  };
}
