import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Face } from './faces.ts';
import { FACES, fontFile, fontOf, isInvisible } from './faces.ts';

/** The characters that a picture draws in each face. */
export type UsedCharacters = ReadonlyMap<Face, ReadonlySet<string>>;

/** What we use of subset-font; the types that are published for it are older than these options. */
type SubsetFont = (
  font: Buffer,
  text: string,
  options: { targetFormat: 'woff'; noHinting: boolean; dropTables: string[]; preserveNameIds: number[] },
) => Promise<Buffer>;

const DESCRIPTORS: Record<Face, string> = {
  regular: 'font-weight:400;font-style:normal',
  bold: 'font-weight:700;font-style:normal',
  italic: 'font-weight:400;font-style:italic',
  boldItalic: 'font-weight:700;font-style:italic',
};

/** The tables of kerning, ligatures and other substitutions, which bring more glyphs along. */
const LAYOUT_TABLES = ['GDEF', 'GPOS', 'GSUB', 'MATH'];

/** Where a font's name table has its licence. */
const LICENCE = 13;

const require = createRequire(import.meta.url);

/**
 * Cuts a face down to the characters given, as WOFF: outlines, widths and licence stay; hinting, kerning, ligatures and other
 * substitutions go, so that every program lays the text out as the plain sum of the advance widths.
 */
export function subsetFace(face: Face, characters: Iterable<string>): Promise<Buffer> {
  const subsetFont = require('subset-font') as SubsetFont;
  const options = { targetFormat: 'woff' as const, noHinting: true, dropTables: LAYOUT_TABLES, preserveNameIds: [LICENCE] };
  return subsetFont(readFileSync(fontFile(face)), [...characters].join(''), options);
}

/** Makes the next subset start afresh: those asked for wait for the ones before, even for one that was broken off and never ends. */
export function forgetSubsetter(): void {
  delete require.cache[require.resolve('subset-font')];
}

/**
 * Style rules that bring along the glyphs a picture needs, and no others: a few kilobytes a face.
 *
 * @param family name under which the picture asks for them; it should be the picture's own, for several can share a page
 */
export async function fontRules(family: string, used: UsedCharacters): Promise<string> {
  const rules = [];
  for (const face of FACES) {
    const characters = used.get(face);
    if (!characters) continue;
    const data = (await subsetFace(face, characters)).toString('base64');
    rules.push(`@font-face{font-family:"${family}";${DESCRIPTORS[face]};src:url(data:font/woff;base64,${data}) format("woff")}`);
  }
  return rules.join('');
}

/** The characters, sorted, for which the family has no glyph; they come out as boxes. */
export function missingCharacters(used: UsedCharacters): string[] {
  const missing = [...used].flatMap(([face, characters]) =>
    [...characters].filter((character) => !isInvisible(character) && !fontOf(face).hasGlyphForCodePoint(character.codePointAt(0)!)),
  );
  return [...new Set(missing)].sort();
}
