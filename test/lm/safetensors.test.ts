import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/index.ts';
import { type FileTensor, readSafetensors, writeSafetensors } from '../../src/lm/index.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'safetensors-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
const file = () => join(folder, 'x.safetensors');

const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 });
const tensor = shape.chain((dims): fc.Arbitrary<FileTensor> => {
  const size = { minLength: dims.reduce((a, b) => a * b, 1), maxLength: dims.reduce((a, b) => a * b, 1) };
  return fc.oneof(
    fc.float32Array(size).map((data) => ({ shape: dims, dtype: 'float32' as const, data })),
    fc.int32Array(size).map((data) => ({ shape: dims, dtype: 'int32' as const, data })),
    fc.uint8Array({ ...size, max: 1 }).map((data) => ({ shape: dims, dtype: 'bool' as const, data })),
    fc.bigInt64Array(size).map((data) => ({ shape: dims, dtype: 'int64' as const, data })),
  );
});
const name = fc.string({ unit: 'binary' }).filter((text) => text !== '__metadata__' && Buffer.from(text).toString() === text);
const tensors = fc.uniqueArray(fc.tuple(name, tensor), { selector: ([key]) => key, maxLength: 5 });

/** A file with any header and so many bytes after it. */
function writeRaw(header: unknown, dataBytes: number): void {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(file(), Buffer.concat([length, text, Buffer.alloc(dataBytes)]));
}

describe('safetensors', () => {
  it('reads what was written, whatever the names, shapes and types', async () => {
    await fc.assert(
      fc.asyncProperty(tensors, fc.dictionary(fc.string(), fc.string()), async (all, texts) => {
        const metadata = { ...texts };
        writeSafetensors(file(), all, { metadata });
        const read = await readSafetensors(file());
        expect([...read.tensors].sort()).toEqual([...all].sort());
        expect([...read.metadata].sort()).toEqual(Object.entries(metadata).sort());
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('rounds to the nearest float16 and bfloat16, ties to even', async () => {
    const values = Float32Array.of(
      1,
      1 + 2 ** -11,
      1 + 3 * 2 ** -11,
      65504,
      65519,
      65520,
      2 ** -24,
      2 ** -25,
      3 * 2 ** -26,
      1 / 3,
      5e-6,
      -0,
    );
    const round = async (floats: 'float16' | 'bfloat16', data: Float32Array) => {
      writeSafetensors(file(), [['x', { shape: [data.length], dtype: 'float32', data }]], { floats });
      return [...((await readSafetensors(file())).tensors.get('x')!.data as Float32Array)];
    };
    const infinity = Number.POSITIVE_INFINITY;
    const third = 0.333251953125;
    const half = [1, 1, 1 + 2 ** -9, 65504, 65504, infinity, 2 ** -24, 0, 2 ** -24, third, 84 * 2 ** -24, -0];
    expect(await round('float16', values)).toEqual(half);
    const brain = [1, 1 + 2 ** -8, 1 + 3 * 2 ** -8, -infinity, Number.NaN, 3.4e38];
    expect(await round('bfloat16', Float32Array.from(brain))).toEqual([1, 1, 1 + 2 ** -6, -infinity, Number.NaN, infinity]);
    expect(await round('float16', Float32Array.of(Number.NaN, -infinity))).toEqual([Number.NaN, -infinity]);
  });

  it('keeps every float16 and bfloat16 number as it is', async () => {
    for (const dtype of ['F16', 'BF16'] as const) {
      const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
      writeRaw({ x: { dtype, shape: [65536], data_offsets: [0, 131072] } }, 0);
      writeFileSync(file(), Buffer.concat([readFileSync(file()), Buffer.from(bits.buffer)]));
      const { tensors } = await readSafetensors(file());
      writeSafetensors(file(), tensors, { floats: dtype === 'F16' ? 'float16' : 'bfloat16' });
      const back = new Uint16Array(new Uint8Array(readFileSync(file()).subarray(-131072)).buffer);
      const isNone = (word: number) => (word & 0x7fff) > (dtype === 'F16' ? 0x7c00 : 0x7f80);
      expect(bits.findIndex((word) => (isNone(word) ? !isNone(back[word]) : back[word] !== word))).toBe(-1);
    }
  });

  it('says in a sentence what is wrong with a file', async () => {
    const f32 = (begin: number, end: number, dims = [1]) => ({ dtype: 'F32', shape: dims, data_offsets: [begin, end] });
    const cases: [unknown, number, string][] = [
      ['{"x": ', 0, 'the header must be JSON, got: '],
      ['[1]', 0, 'the header must be a JSON object, got [1]'],
      [{ x: { ...f32(0, 4), dtype: 'F8' } }, 4, `tensor 'x': dtype must be one of F32, F16, BF16, I32, I64, BOOL, got "F8"`],
      [{ x: { ...f32(0, 4), shape: [-1] } }, 4, `tensor 'x': shape must be a list of whole numbers, got [-1]`],
      [{ x: f32(0, 8) }, 4, `tensor 'x': data_offsets must be two rising places within 4 bytes, got [0,8]`],
      [{ x: f32(4, 0) }, 4, `tensor 'x': data_offsets must be two rising places within 4 bytes, got [4,0]`],
      [{ x: f32(0, 4, [2]) }, 4, `tensor 'x': F32 [2] must take 8 bytes, got 4`],
      [{ x: f32(0, 4), y: f32(0, 4) }, 4, `tensors must not overlap, got 'y' begin within 'x'`],
      [{ x: f32(4, 8) }, 8, `tensors must follow each other, got 4 bytes of nothing before 'x'`],
      [{ x: f32(0, 4) }, 6, 'the file must end with its last tensor at byte'],
      [{ x: null }, 0, `tensor 'x': dtype must be one of`],
      [{ __metadata__: { a: 1 } }, 0, '__metadata__ must map names to texts, got {"a":1}'],
    ];
    for (const [header, bytes, message] of cases) {
      writeRaw(header, bytes);
      await expect(readSafetensors(file())).rejects.toThrow(`readSafetensors: ${file()}: ${message}`);
    }
    writeFileSync(file(), Buffer.from('ffffffffffffff7f7b7d', 'hex'));
    await expect(readSafetensors(file())).rejects.toThrow('the header must have at most 2 bytes in a file of 10, got 9223372036854775807');
    writeFileSync(file(), 'short');
    await expect(readSafetensors(file())).rejects.toThrow("must begin with a header's length in 8 bytes, got 5 bytes");
    await expect(readSafetensors(join(folder, 'none'))).rejects.toThrow('none must be a file that can be read');
    expect(() => writeSafetensors(file(), [['__metadata__', { shape: [0], dtype: 'bool', data: new Uint8Array() }]])).toThrow(UserError);
  });

  it('never reads a file that was cut or altered as if it were whole', async () => {
    const data = Float32Array.of(1, 2, 3, 4, 5, 6);
    const write = () => writeSafetensors(file(), [['a', { shape: [2, 3], dtype: 'float32', data }]]);
    write();
    const size = readFileSync(file()).length;
    for (let length = 0; length < size; length += 3) {
      write();
      truncateSync(file(), length);
      await expect(readSafetensors(file())).rejects.toThrow(UserError);
    }
  });

  it('answers any header with tensors that fit the file, or with a sentence', async () => {
    const number = fc.oneof(fc.integer({ min: -2, max: 40 }), fc.constantFrom(2 ** 53, 1e300, 0.5, null));
    const entry = fc.record(
      {
        dtype: fc.constantFrom('F32', 'F16', 'I64', 'BOOL', 'X', 3),
        shape: fc.array(number, { maxLength: 3 }),
        data_offsets: fc.array(number, { maxLength: 3 }),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.oneof(entry, fc.jsonValue())), fc.nat(40), async (header, bytes) => {
        writeRaw(header, bytes);
        const result = await readSafetensors(file()).catch((thrown) => thrown);
        if (result instanceof Error) expect(result).toBeInstanceOf(UserError);
        else {
          const stored = { float32: [2, 4], int32: [4], int64: [8], bool: [1] };
          for (const { dtype, data, shape } of (result as { tensors: Map<string, FileTensor> }).tensors.values()) {
            expect(stored[dtype].some((width) => data.length * width <= bytes)).toBe(true);
            expect(data.length).toBe(shape.reduce((a, b) => a * b, 1));
          }
        }
      }),
      { numRuns: 200, seed: 2 },
    );
  });
});
