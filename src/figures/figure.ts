import { inspect } from 'node:util';
import { UserError } from '../core/index.ts';
import { describe } from './describe.ts';
import { drawPng } from './render/png.ts';
import type { Drawing } from './render/svg.ts';
import { drawSvg } from './render/svg.ts';
import type { FigureInput, FigureSpec } from './spec.ts';
import { checkInput, inWords, toPlain } from './spec.ts';
import { withDefaults, withTemplate } from './template.ts';

/** What a notebook asks a value for, to show it: a method that returns contents by their mime type. */
const DISPLAY = Symbol.for('Jupyter.display');

/** A figure that does not change any more. It is drawn when a picture of it is first asked for. */
export class Figure {
  readonly #json: string;
  #drawing: Drawing | undefined;

  /** @param spec a complete specification; `figure` makes one */
  constructor(spec: FigureSpec) {
    this.#json = JSON.stringify(spec);
  }

  /** A copy of the complete specification, house template included: what any Plotly draws alike. */
  toJSON(): FigureSpec {
    return JSON.parse(this.#json) as FigureSpec;
  }

  /** One line: title, trace names, numbers of points. */
  toString(): string {
    return describe(this.toJSON());
  }

  /**
   * Draws the figure as an SVG document that brings its own font; the same bytes every time.
   *
   * @throws UserError for attributes and values that Plotly does not know
   */
  async toSVG(): Promise<string> {
    if (!this.#drawing) {
      const drawing = await drawSvg(this.toJSON());
      for (const warning of drawing.warnings) console.warn(warning);
      this.#drawing = drawing;
    }
    return this.#drawing.svg;
  }

  /**
   * Draws the figure as a PNG image.
   *
   * @param options.scale image pixels per pixel of the layout's size, above 0 and up to 10
   * @throws UserError as `toSVG` does, and for a scale out of range
   */
  async toPNG({ scale = 2 }: { scale?: number } = {}): Promise<Uint8Array> {
    if (!(scale > 0 && scale <= 10)) throw new UserError(`toPNG: scale must be above 0 and at most 10, got ${inWords(scale)}`);
    return drawPng(await this.toSVG(), scale);
  }

  /** What `console.log` shows. */
  [inspect.custom](): string {
    return this.toString();
  }

  /**
   * The figure for a notebook: live for front ends that have Plotly, as a picture for the others, as a line of text for the rest. The
   * PNG is for JupyterLab, which shows SVG only in a notebook that it was told to trust.
   */
  async [DISPLAY](): Promise<Record<string, unknown>> {
    return {
      'application/vnd.plotly.v1+json': this.toJSON(),
      'image/svg+xml': await this.toSVG(),
      'image/png': Buffer.from(await this.toPNG({ scale: 1 })).toString('base64'),
      'text/plain': this.toString(),
    };
  }
}

/**
 * Makes a figure from Plotly's traces and layout, in the house style.
 *
 * Arrays may be typed arrays; dates may be `Date`s; NaN and ±Infinity are gaps. Text is Unicode with `<b>`, `<i>`, `<sub>`, `<sup>` and `<br>`.
 * Default size 720 × 440 px.
 *
 * @param input.data the traces, of any type that Plotly draws as vectors
 * @param input.layout what differs from the house template
 * @param input.config Plotly's configuration where the figure is live
 * @throws UserError for anything that is not a specification; unknown attributes are found when the figure is drawn
 */
export function figure(input: FigureInput): Figure {
  checkInput(input);
  const { data, layout = {}, config = {} } = input;
  return new Figure({
    data: toPlain([...data], 'data'),
    layout: withTemplate(toPlain(layout, 'layout')),
    config: withDefaults(toPlain(config, 'config')),
  });
}
