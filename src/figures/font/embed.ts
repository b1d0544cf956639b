import type { Face } from './faces.ts';
import { fontOf, isInvisible } from './faces.ts';
import { subsetTables } from './subset.ts';
import { writeWoff2 } from './woff2.ts';

/** The characters that a picture draws in each face. */
export type UsedCharacters = ReadonlyMap<Face, ReadonlySet<string>>;

const DESCRIPTORS: Record<Face, string> = {
  regular: 'font-weight:400;font-style:normal',
  bold: 'font-weight:700;font-style:normal',
  italic: 'font-weight:400;font-style:italic',
  boldItalic: 'font-weight:700;font-style:italic',
};

/**
 * Style rules that bring along the glyphs a picture needs, and no others: a few kilobytes a face.
 *
 * @param family name under which the picture asks for them; it should be the picture's own, for several can share a page
 */
export function fontRules(family: string, used: UsedCharacters): string {
  const rules = [];
  for (const face of Object.keys(DESCRIPTORS) as Face[]) {
    const characters = used.get(face);
    if (!characters) continue;
    const codes = Array.from(characters, (character) => character.codePointAt(0)!);
    const data = Buffer.from(writeWoff2(subsetTables(fontOf(face), codes))).toString('base64');
    rules.push(`@font-face{font-family:"${family}";${DESCRIPTORS[face]};src:url(data:font/woff2;base64,${data}) format("woff2")}`);
  }
  return rules.join('');
}

/** The characters, sorted, for which the family has no glyph; they come out as boxes. */
export function missingCharacters(used: UsedCharacters): string[] {
  const missing = new Set<string>();
  for (const [face, characters] of used) {
    const { glyphs } = fontOf(face);
    for (const character of characters) {
      const code = character.codePointAt(0)!;
      if (!glyphs.has(code) && !isInvisible(code)) missing.add(character);
    }
  }
  return [...missing].sort();
}
