import { createRequire } from 'node:module';
import type { Font } from 'fontkit';

/** The one type family of all figures: measured, embedded and drawn from these files, never from what the machine has installed. */
export const FONT_FAMILY = 'DejaVu Sans';

const FILES = { regular: 'DejaVuSans', bold: 'DejaVuSans-Bold', italic: 'DejaVuSans-Oblique', boldItalic: 'DejaVuSans-BoldOblique' };

/** One of the four styles of the family. */
export type Face = keyof typeof FILES;

/** All four, in the order in which pictures embed them. */
export const FACES = Object.keys(FILES) as Face[];

/** The style for a weight and a slant. */
export function faceOf(bold: boolean, italic: boolean): Face {
  if (bold) return italic ? 'boldItalic' : 'bold';
  return italic ? 'italic' : 'regular';
}

const require = createRequire(import.meta.url);

/** Path of a face's TrueType file. */
export function fontFile(face: Face): string {
  return require.resolve(`dejavu-fonts-ttf/ttf/${FILES[face]}.ttf`);
}

const loaded = new Map<Face, Font>();

/** A face's font, read at first use. */
export function fontOf(face: Face): Font {
  let font = loaded.get(face);
  if (!font) {
    const { openSync } = require('fontkit') as typeof import('fontkit');
    font = openSync(fontFile(face)) as Font;
    loaded.set(face, font);
  }
  return font;
}

/** Whether a character steers the layout and draws nothing, such as the zero-width spaces that Plotly puts around sub- and superscripts. */
export function isInvisible(character: string): boolean {
  return /\p{Default_Ignorable_Code_Point}/u.test(character);
}

/**
 * Width of a text in pixels: the sum of the advance widths, as a font without kerning is drawn.
 *
 * @param size font size in pixels
 */
export function textWidth(text: string, size: number, face: Face): number {
  const font = fontOf(face);
  let units = 0;
  for (const character of text) {
    if (!isInvisible(character)) units += font.glyphForCodePoint(character.codePointAt(0)!).advanceWidth;
  }
  return (units * size) / font.unitsPerEm;
}
