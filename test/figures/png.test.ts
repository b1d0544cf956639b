import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/index.ts';
import { figure } from '../../src/figures/index.ts';

type Image = { width: number; height: number; data: Uint8ClampedArray };

/** The pixels of a PNG, by a decoder that had no part in making it. */
async function decoded(png: Uint8Array): Promise<Image> {
  const { createCanvas, loadImage } = createRequire(import.meta.url)('@napi-rs/canvas');
  const image = await loadImage(Buffer.from(png));
  const context = createCanvas(image.width, image.height).getContext('2d');
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, image.width, image.height);
}

const pixel = ({ data, width }: Image, x: number, y: number) => [...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)];

function share(image: Image, is: (r: number, g: number, b: number) => boolean): number {
  let hits = 0;
  for (let i = 0; i < image.data.length; i += 4) if (is(image.data[i], image.data[i + 1], image.data[i + 2])) hits++;
  return hits / (image.width * image.height);
}

describe('toPNG', () => {
  const checkers = figure({
    data: [
      {
        type: 'heatmap',
        z: [
          [0, 1, 0],
          [1, 0, 1],
        ],
        colorscale: [
          [0, '#ff0000'],
          [1, '#0000ff'],
        ],
        showscale: false,
      },
    ],
    layout: {
      width: 300,
      height: 200,
      margin: { l: 0, r: 0, t: 0, b: 0 },
      title: { automargin: false },
      xaxis: { visible: false },
      yaxis: { visible: false },
    },
  });
  let image: Image;
  beforeAll(async () => {
    image = await decoded(await checkers.toPNG({ scale: 1.5 }));
  });

  it('has the size of the layout times the scale', async () => {
    expect([image.width, image.height]).toEqual([450, 300]);
  });

  it('draws heat maps in hard cells: pure colours and nothing between', () => {
    expect([pixel(image, 10, 290), pixel(image, 225, 290), pixel(image, 10, 10)]).toEqual([
      [255, 0, 0],
      [0, 0, 255],
      [0, 0, 255],
    ]);
    expect(share(image, (r, g, b) => g === 0 && r + b === 255)).toBe(1);
    expect(share(image, (r) => r === 255)).toBeCloseTo(0.5, 2);
  });

  it('draws text, on white', async () => {
    const size = { width: 300, height: 100, xaxis: { visible: false }, yaxis: { visible: false } };
    const blank = await decoded(await figure({ data: [], layout: size }).toPNG({ scale: 1 }));
    const titled = await decoded(await figure({ data: [], layout: { ...size, title: { text: 'Λ ≤ <b>Θ</b>' } } }).toPNG({ scale: 1 }));
    const isInk = (r: number, g: number, b: number) => r + g + b < 3 * 100;
    expect(share(blank, (r, g, b) => r + g + b === 3 * 255)).toBe(1);
    expect(share(titled, isInk)).toBeGreaterThan(0.002);
  });

  it('is the same every time', async () => {
    expect(Buffer.compare(await checkers.toPNG({ scale: 1 }), await checkers.toPNG({ scale: 1 }))).toBe(0);
  });

  it('rejects a scale that makes no image', async () => {
    for (const scale of [0, -1, 11, Number.NaN]) {
      await expect(checkers.toPNG({ scale })).rejects.toThrow(new UserError(`toPNG: scale must be above 0 and at most 10, got ${scale}`));
    }
  });
});
