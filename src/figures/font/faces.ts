import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { TrueType } from './truetype.ts';
import { readTrueType } from './truetype.ts';

/** The one type family of all figures: measured, embedded and drawn from these files, never from what the machine has installed. */
export const FONT_FAMILY = 'DejaVu Sans';

const FILES = { regular: 'DejaVuSans', bold: 'DejaVuSans-Bold', italic: 'DejaVuSans-Oblique', boldItalic: 'DejaVuSans-BoldOblique' };

/** One of the four styles of the family. */
export type Face = keyof typeof FILES;

/** The style for a weight and a slant. */
export function faceOf(bold: boolean, italic: boolean): Face {
  if (bold) return italic ? 'boldItalic' : 'bold';
  return italic ? 'italic' : 'regular';
}

/** Path of a face's TrueType file. */
export function fontFile(face: Face): string {
  return createRequire(import.meta.url).resolve(`dejavu-fonts-ttf/ttf/${FILES[face]}.ttf`);
}

const loaded = new Map<Face, TrueType>();

/** A face's font, read at first use. */
export function fontOf(face: Face): TrueType {
  let font = loaded.get(face);
  if (!font) {
    font = readTrueType(readFileSync(fontFile(face)));
    loaded.set(face, font);
  }
  return font;
}

/** Characters that steer the layout and draw nothing; Plotly puts zero-width spaces around sub- and superscripts. */
export function isInvisible(code: number): boolean {
  return (code >= 0x200b && code <= 0x200f) || (code >= 0x2060 && code <= 0x2064) || code === 0xfeff;
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
    const code = character.codePointAt(0)!;
    if (!isInvisible(code)) units += font.advance(font.glyphs.get(code) ?? 0);
  }
  return (units * size) / font.unitsPerEm;
}
