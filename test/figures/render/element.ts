import { createRequire } from 'node:module';
import type { DomElement } from '../../../src/figures/render/dom.ts';

const { JSDOM } = createRequire(import.meta.url)('jsdom');

/** The element that some SVG markup stands for; parsing fails on markup that is not well formed. */
export function svgElement(markup: string): DomElement {
  const document = new JSDOM(`<svg xmlns="http://www.w3.org/2000/svg">${markup}</svg>`, { contentType: 'image/svg+xml' }).window.document;
  return document.documentElement.firstChild;
}
