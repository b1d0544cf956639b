import { fromBfloat, fromHalf } from './half.ts';

/** An element type of GGUF files: a block of so many numbers takes so many bytes. Source: ggml. */
export interface GgufType {
  name: 'F32' | 'F16' | 'BF16' | 'Q8_0' | 'Q4_0' | 'Q4_1';
  /** The number that stands for it in files. */
  number: number;
  block: number;
  bytes: number;
}

/** The types that are read. */
export const GGUF_TYPES: readonly GgufType[] = [
  { name: 'F32', number: 0, block: 1, bytes: 4 },
  { name: 'F16', number: 1, block: 1, bytes: 2 },
  { name: 'Q4_0', number: 2, block: 32, bytes: 18 },
  { name: 'Q4_1', number: 3, block: 32, bytes: 20 },
  { name: 'Q8_0', number: 8, block: 32, bytes: 34 },
  { name: 'BF16', number: 30, block: 1, bytes: 2 },
];

/**
 * Bytes of a file as numbers.
 *
 * @param bytes whole blocks, beginning at an even place of its buffer
 * @param out as many numbers as the blocks have
 */
export function dequantize({ name, block, bytes: blockBytes }: GgufType, bytes: Uint8Array, out: Float32Array): void {
  const words = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  if (name === 'F32') new Uint8Array(out.buffer, out.byteOffset, out.byteLength).set(bytes);
  else if (name === 'F16') fromHalf(words, out);
  else if (name === 'BF16') fromBfloat(words, out);
  else dequantizeBlocks(name, block, blockBytes, bytes, words, out);
}

function dequantizeBlocks(
  name: GgufType['name'],
  block: number,
  blockBytes: number,
  bytes: Uint8Array,
  words: Uint16Array,
  out: Float32Array,
): void {
  const scale = new Float32Array(1);
  const shift = new Float32Array(1);
  for (let at = 0, o = 0; at < bytes.length; at += blockBytes, o += block) {
    fromHalf(words.subarray(at / 2, at / 2 + 1), scale);
    const [d] = scale;
    if (name === 'Q8_0') {
      for (let i = 0; i < 32; i++) out[o + i] = ((bytes[at + 2 + i] << 24) >> 24) * d;
      continue;
    }
    // Low halves of the bytes are the first 16 numbers, high halves the others.
    if (name === 'Q4_1') fromHalf(words.subarray(at / 2 + 1, at / 2 + 2), shift);
    const [m] = name === 'Q4_1' ? shift : [-8 * d];
    const start = at + blockBytes - 16;
    for (let i = 0; i < 16; i++) {
      out[o + i] = (bytes[start + i] & 15) * d + m;
      out[o + 16 + i] = (bytes[start + i] >> 4) * d + m;
    }
  }
}
