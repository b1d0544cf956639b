import { messageOf, UserError } from '../core/index.ts';

/** Element types of safetensors files that are read and written, and their bytes. */
export const BYTES = { F32: 4, F16: 2, BF16: 2, I32: 4, I64: 8, BOOL: 1 } as const;
export type StoredType = keyof typeof BYTES;

/** Where a tensor lies in a file. */
export interface Entry {
  name: string;
  dtype: StoredType;
  shape: number[];
  /** Bytes from the start of the file. */
  start: number;
  end: number;
}

/** What the format allows. */
export const LONGEST_HEADER = 100_000_000;

/**
 * The length of a header from a file's first 8 bytes.
 *
 * @throws UserError when no header of this length fits
 */
export function headerLength(where: string, first: Uint8Array, fileSize: number): number {
  const length = new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true);
  const most = Math.min(LONGEST_HEADER, fileSize - 8);
  if (length > BigInt(most)) {
    throw new UserError(`${where}: the header must have at most ${most} bytes in a file of ${fileSize}, got ${length} (is it truncated?)`);
  }
  return Number(length);
}

/**
 * The tensors that a header lists, in the order of the file, which they fill without gap or overlap.
 *
 * @param header the JSON text's bytes
 * @throws UserError with the first thing that is not as the format says
 */
export function readHeader(where: string, header: Uint8Array, fileSize: number): { entries: Entry[]; metadata: Map<string, string> } {
  const fields = parse(where, header);
  const dataStart = 8 + header.length;
  const dataLength = fileSize - dataStart;
  const entries: Entry[] = [];
  let metadata = new Map<string, string>();
  for (const [name, value] of Object.entries(fields)) {
    if (name === '__metadata__') metadata = readMetadata(where, value);
    else entries.push(readEntry(`${where}: tensor '${name}'`, name, value, dataStart, dataLength));
  }
  entries.sort((a, b) => a.start - b.start || a.end - b.end);
  let end = dataStart;
  for (const [i, entry] of entries.entries()) {
    if (entry.start < end) {
      throw new UserError(`${where}: tensors must not overlap, got '${entry.name}' begin within '${entries[i - 1].name}'`);
    }
    if (entry.start > end) {
      throw new UserError(`${where}: tensors must follow each other, got ${entry.start - end} bytes of nothing before '${entry.name}'`);
    }
    end = entry.end;
  }
  if (end !== fileSize) throw new UserError(`${where}: the file must end with its last tensor at byte ${end}, got ${fileSize} bytes`);
  return { entries, metadata };
}

function parse(where: string, header: Uint8Array): object {
  let fields: unknown;
  try {
    fields = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(header));
  } catch (thrown) {
    throw new UserError(`${where}: the header must be JSON, got: ${messageOf(thrown)}`, { cause: thrown });
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw new UserError(`${where}: the header must be a JSON object, got ${JSON.stringify(fields).slice(0, 60)}`);
  }
  return fields;
}

function readMetadata(where: string, value: unknown): Map<string, string> {
  const pairs = typeof value === 'object' && value !== null ? Object.entries(value) : [['', undefined]];
  if (!pairs.every(([, text]) => typeof text === 'string')) {
    throw new UserError(`${where}: __metadata__ must map names to texts, got ${JSON.stringify(value).slice(0, 60)}`);
  }
  return new Map(pairs as [string, string][]);
}

function readEntry(where: string, name: string, value: unknown, dataStart: number, dataLength: number): Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
  if (!Object.hasOwn(BYTES, String(dtype))) {
    throw new UserError(`${where}: dtype must be one of ${Object.keys(BYTES).join(', ')}, got ${JSON.stringify(dtype)}`);
  }
  const isCount = (x: unknown) => Number.isSafeInteger(x) && (x as number) >= 0;
  if (!(Array.isArray(shape) && shape.every(isCount))) {
    throw new UserError(`${where}: shape must be a list of whole numbers, got ${JSON.stringify(shape)}`);
  }
  if (!(Array.isArray(offsets) && offsets.length === 2 && offsets.every(isCount) && offsets[0] <= offsets[1] && offsets[1] <= dataLength)) {
    throw new UserError(`${where}: data_offsets must be two rising places within ${dataLength} bytes, got ${JSON.stringify(offsets)}`);
  }
  const bytes = BYTES[dtype as StoredType] * shape.reduce((a, b) => a * b, 1);
  if (offsets[1] - offsets[0] !== bytes) {
    throw new UserError(`${where}: ${dtype} [${shape.join(', ')}] must take ${bytes} bytes, got ${offsets[1] - offsets[0]}`);
  }
  return { name, dtype: dtype as StoredType, shape, start: dataStart + offsets[0], end: dataStart + offsets[1] };
}
