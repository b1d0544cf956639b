import type { Shape } from './decoder.ts';

/** A row of the table. */
export interface Size {
  name: string;
  shape: Shape;
  /** Whether every weight is trained, instead of adapters. */
  full: boolean;
}

const decoder = (d: number, layers: number, batch: number, length: number, heads: number, kvHeads: number, hidden: number): Shape => ({
  d,
  layers,
  heads,
  kvHeads,
  hidden,
  vocabulary: 4096,
  rank: 8,
  batch,
  length,
});

const size = (shape: Shape, full = false): Size => ({
  name: `${shape.d} × ${shape.layers}, ${shape.batch} × ${shape.length}${full ? ', all weights' : ''}`,
  shape: full ? { ...shape, rank: 0 } : shape,
  full,
});

/** Width × layers, batch × length. The last but one has the shape of a Llama of 135 million parameters. */
export const SIZES: Size[] = [
  size(decoder(128, 4, 16, 64, 4, 4, 352)),
  size(decoder(256, 6, 16, 64, 4, 4, 704)),
  size(decoder(512, 8, 8, 128, 8, 8, 1376)),
  size(decoder(576, 30, 8, 96, 9, 3, 1536)),
  size(decoder(256, 6, 16, 64, 4, 4, 704), true),
];
