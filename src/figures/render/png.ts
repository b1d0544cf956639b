import { createRequire } from 'node:module';
import { FACES, FONT_FAMILY, fontFile } from '../font/faces.ts';

/**
 * Turns a drawn figure into a PNG image, with the same fonts it was measured with and none of the machine's.
 *
 * @param svg what `drawSvg` made
 * @param scale image pixels per CSS pixel
 */
export async function drawPng(svg: string, scale: number): Promise<Uint8Array> {
  const { renderAsync } = createRequire(import.meta.url)('@resvg/resvg-js') as typeof import('@resvg/resvg-js');
  const image = await renderAsync(svg, {
    fitTo: { mode: 'zoom', value: scale },
    font: { loadSystemFonts: false, fontFiles: FACES.map(fontFile), defaultFontFamily: FONT_FAMILY },
  });
  return image.asPng();
}
