import { createRequire } from 'node:module';

/** A filled rectangle in pixels of the canvas. */
type Cell = { x: number; y: number; width: number; height: number; fill: string };

/** Above so many cells a heat map becomes an image: the picture file would be larger than the data. */
const MOST_CELLS = 20_000;

type Pixels = { width: number; height: number; data: Uint8ClampedArray };

/** What we use of @napi-rs/canvas, whose own types bring the whole browser library along. */
type CanvasPackage = {
  createCanvas(
    width: number,
    height: number,
  ): {
    getContext(kind: '2d'): {
      fillStyle: string;
      fillRect(x: number, y: number, width: number, height: number): void;
      createImageData(width: number, height: number): Pixels;
      putImageData(pixels: Pixels, x: number, y: number): void;
    };
    toDataURL(): string;
  };
};

/**
 * Stands behind the canvas elements on which Plotly paints heat maps. Rectangles are written down, so that they can be drawn
 * as rectangles in the figure, sharp at any size; pixels, which Plotly paints where smoothing was asked for, become an image.
 */
export class Canvas {
  fillStyle = '';
  private cells: Cell[] = [];
  private pixels: Pixels | undefined;

  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {}

  fillRect(x: number, y: number, width: number, height: number): void {
    if (width > 0 && height > 0) this.cells.push({ x, y, width, height, fill: this.fillStyle });
  }

  createImageData(width: number, height: number): Pixels {
    return { width, height, data: new Uint8ClampedArray(4 * width * height) };
  }

  putImageData(pixels: Pixels): void {
    this.pixels = pixels;
  }

  /** Whether what is painted are cells, which an enlarged image must not blur. */
  get isCells(): boolean {
    return this.pixels === undefined;
  }

  /** The cells as the outlines of one path for each colour, or undefined where the canvas holds pixels or too many cells. */
  toPaths(): { d: string; fill: string }[] | undefined {
    if (this.pixels || this.cells.length > MOST_CELLS) return undefined;
    const outlines = new Map<string, string>();
    for (const { x, y, width, height, fill } of this.cells) {
      outlines.set(fill, `${outlines.get(fill) ?? ''}M${x},${y}h${width}v${height}h${-width}Z`);
    }
    // Plotly paints missing values with an opacity of 0.
    return Array.from(outlines, ([fill, d]) => ({ d, fill })).filter(({ fill }) => !fill.endsWith(',0)'));
  }

  /** The canvas as a PNG image in a data address. */
  toDataURL(): string {
    const { createCanvas } = createRequire(import.meta.url)('@napi-rs/canvas') as CanvasPackage;
    const canvas = createCanvas(this.width, this.height);
    const context = canvas.getContext('2d');
    if (this.pixels) {
      const copy = context.createImageData(this.pixels.width, this.pixels.height);
      copy.data.set(this.pixels.data);
      context.putImageData(copy, 0, 0);
    }
    for (const { x, y, width, height, fill } of this.cells) {
      context.fillStyle = fill;
      context.fillRect(x, y, width, height);
    }
    return canvas.toDataURL();
  }
}
