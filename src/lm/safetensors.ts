import { UserError, writeFileSafely } from '../core/index.ts';
import type { TensorData } from '../engine/index.ts';
import { fromBfloat, fromHalf, toBfloat, toHalf } from './half.ts';
import { type OpenFile, withFile } from './read-at.ts';
import { BYTES, type Entry, headerLength, LONGEST_HEADER, readHeader, type StoredType } from './safetensors-header.ts';

/** A tensor of a file: as the engine takes it, or 64-bit integers, which are kept as they are. */
export type FileTensor = TensorData | { readonly shape: readonly number[]; readonly dtype: 'int64'; readonly data: BigInt64Array };

/** How float32 tensors are stored. */
export type FloatType = 'float32' | 'float16' | 'bfloat16';

// Written here, since npm has no reader for Node: `safetensors` there is for browsers and checks nothing.

/**
 * Reads a safetensors file, each tensor straight into its array; float16 and bfloat16 become float32.
 * Source: the format of huggingface/safetensors.
 *
 * @param wanted which tensors to read; all by default
 * @throws UserError when the file is missing, truncated or not what its header says
 */
export async function readSafetensors(
  path: string,
  wanted: (name: string) => boolean = () => true,
): Promise<{ tensors: Map<string, FileTensor>; metadata: Map<string, string> }> {
  return await withFile('readSafetensors', path, async (file) => {
    const where = `readSafetensors: ${path}`;
    const first = new Uint8Array(8);
    if (file.size < 8) throw new UserError(`${where}: the file must begin with a header's length in 8 bytes, got ${file.size} bytes`);
    await file.read(first, 0);
    const header = new Uint8Array(headerLength(where, first, file.size));
    await file.read(header, 8);
    const { entries, metadata } = readHeader(where, header, file.size);
    const tensors = new Map<string, FileTensor>();
    for (const entry of entries) if (wanted(entry.name)) tensors.set(entry.name, await readTensor(file, entry));
    return { tensors, metadata };
  });
}

/**
 * Writes a safetensors file, which appears whole or not at all.
 *
 * @param options `floats`: the type that float32 tensors are rounded to; `metadata`: texts for the header
 */
export function writeSafetensors(
  path: string,
  tensors: Iterable<readonly [string, FileTensor]>,
  options: { floats?: FloatType; metadata?: Record<string, string> } = {},
): void {
  const { floats = 'float32', metadata } = options;
  const all = [...new Map(tensors)];
  if (all.some(([name]) => name === '__metadata__')) {
    throw new UserError(`writeSafetensors: ${path}: a tensor must not be named __metadata__, which is where the format keeps texts`);
  }
  let end = 0;
  const fields = all.map(([name, tensor]) => {
    const dtype = storedType(tensor, floats);
    const start = end;
    end += tensor.data.length * BYTES[dtype];
    return [name, { dtype, shape: tensor.shape, data_offsets: [start, end] }] as const;
  });
  const text = JSON.stringify(Object.fromEntries<unknown>([...(metadata ? [['__metadata__', metadata] as const] : []), ...fields]));
  const header = new TextEncoder().encode(text);
  // Tensors begin at a multiple of 8 bytes, as the format asks.
  const length = Math.ceil(header.length / 8) * 8;
  if (length > LONGEST_HEADER) {
    throw new UserError(`writeSafetensors: ${path}: the header must have at most ${LONGEST_HEADER} bytes, got ${length}`);
  }
  const file = new Uint8Array(8 + length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.set(header, 8);
  file.fill(0x20, 8 + header.length, 8 + length);
  all.forEach(([, tensor], i) => {
    const stored = asStored(tensor, fields[i][1].dtype);
    file.set(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength), 8 + length + fields[i][1].data_offsets[0]);
  });
  writeFileSafely(path, file);
}

async function readTensor(file: OpenFile, { dtype, shape, start, end }: Entry): Promise<FileTensor> {
  const length = (end - start) / BYTES[dtype];
  const fill = async <T extends ArrayBufferView>(array: T): Promise<T> => {
    await file.read(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), start);
    return array;
  };
  switch (dtype) {
    case 'F32':
      return { shape, dtype: 'float32', data: await fill(new Float32Array(length)) };
    case 'I32':
      return { shape, dtype: 'int32', data: await fill(new Int32Array(length)) };
    case 'I64':
      return { shape, dtype: 'int64', data: await fill(new BigInt64Array(length)) };
    case 'BOOL':
      return { shape, dtype: 'bool', data: await fill(new Uint8Array(length)) };
    case 'F16':
    case 'BF16':
      return { shape, dtype: 'float32', data: await readNarrow(file, dtype, start, length) };
  }
}

/** Numbers of 2 bytes, converted a piece at a time. */
async function readNarrow(file: OpenFile, dtype: 'F16' | 'BF16', start: number, length: number): Promise<Float32Array> {
  const data = new Float32Array(length);
  const piece = new Uint16Array(Math.min(length, 2 ** 20));
  const convert = dtype === 'F16' ? fromHalf : fromBfloat;
  for (let done = 0; done < length; done += piece.length) {
    const part = piece.subarray(0, Math.min(piece.length, length - done));
    await file.read(new Uint8Array(part.buffer, 0, part.byteLength), start + 2 * done);
    convert(part, data.subarray(done, done + part.length));
  }
  return data;
}

function storedType({ dtype }: FileTensor, floats: FloatType): StoredType {
  if (dtype === 'float32') return ({ float32: 'F32', float16: 'F16', bfloat16: 'BF16' } as const)[floats];
  return ({ int32: 'I32', int64: 'I64', bool: 'BOOL' } as const)[dtype];
}

function asStored({ data }: FileTensor, dtype: StoredType): ArrayBufferView {
  if (dtype === 'F16') return toHalf(data as Float32Array);
  if (dtype === 'BF16') return toBfloat(data as Float32Array);
  return data;
}
