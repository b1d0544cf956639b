/**
 * Writes Protocol Buffers messages: exactly what ONNX files need, and nothing that is optional there. Source: ours, after the
 * wire format's description.
 *
 * A nested message is a writer of its own that `message` appends, so lengths are known without a second pass.
 */
export class ProtoWriter {
  #buffer: Uint8Array;
  #length = 0;

  /** @param capacity bytes reserved at the start; grows by doubling */
  constructor(capacity = 64) {
    this.#buffer = new Uint8Array(capacity);
  }

  /** A varint field: int32, int64, enum or bool. Negative numbers take ten bytes, as the format asks. Zero is written too. */
  integer(field: number, value: number | bigint): this {
    this.#varint(field << 3);
    this.#varint(value);
    return this;
  }

  /** A float field, rounded to 32 bits. */
  float(field: number, value: number): this {
    this.#varint((field << 3) | 5);
    this.#reserve(4);
    new DataView(this.#buffer.buffer).setFloat32(this.#length, value, true);
    this.#length += 4;
    return this;
  }

  /** A bytes field, copied. */
  bytes(field: number, value: Uint8Array): this {
    this.#varint((field << 3) | 2);
    this.#varint(value.length);
    this.#reserve(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  /** A string field. */
  text(field: number, value: string): this {
    // Names in a graph are ASCII nearly always, and short: a loop beats TextEncoder there.
    for (let i = 0; i < value.length; i++) if (value.charCodeAt(i) > 127) return this.bytes(field, new TextEncoder().encode(value));
    this.#varint((field << 3) | 2);
    this.#varint(value.length);
    this.#reserve(value.length);
    for (let i = 0; i < value.length; i++) this.#buffer[this.#length++] = value.charCodeAt(i);
    return this;
  }

  /** A nested message, copied. */
  message(field: number, value: ProtoWriter): this {
    return this.bytes(field, value.finish());
  }

  /** Repeated integers of one field, packed. */
  integers(field: number, values: Iterable<number | bigint>): this {
    const packed = new ProtoWriter();
    for (const value of values) packed.#varint(value);
    return this.message(field, packed);
  }

  /** What has been written: a view, valid until the next write. */
  finish(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  #varint(value: number | bigint): void {
    this.#reserve(10);
    if (typeof value === 'number' && value >= 0 && value < 0x80000000) {
      let rest = value;
      while (rest > 127) {
        this.#buffer[this.#length++] = (rest & 127) | 128;
        rest >>>= 7;
      }
      this.#buffer[this.#length++] = rest;
      return;
    }
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 127n) {
      this.#buffer[this.#length++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.#buffer[this.#length++] = Number(rest);
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#buffer.length));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
  }
}
