/** float32 of each of the 65,536 float16 numbers. Source: IEEE 754, binary16. */
const FROM_HALF = new Float32Array(65536);
for (let bits = 0; bits < 65536; bits++) {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const normal = (1 + fraction / 1024) * 2 ** (exponent - 15);
  const special = fraction === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
  const size = exponent === 0 ? fraction * 2 ** -24 : exponent < 31 ? normal : special;
  FROM_HALF[bits] = bits & 0x8000 ? -size : size;
}

/** float16 bits to numbers. */
export function fromHalf(bits: Uint16Array, out: Float32Array): void {
  for (let i = 0; i < bits.length; i++) out[i] = FROM_HALF[bits[i]];
}

/** bfloat16 bits to numbers: the upper half of a float32. */
export function fromBfloat(bits: Uint16Array, out: Float32Array): void {
  const words = new Uint32Array(out.buffer, out.byteOffset, out.length);
  for (let i = 0; i < bits.length; i++) words[i] = bits[i] << 16;
}

/** Numbers to bfloat16 bits, rounded to nearest, ties to even. */
export function toBfloat(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(words, (word) => {
    // A NaN must not be rounded to an infinity.
    if ((word & 0x7fffffff) > 0x7f800000) return (word >>> 16) | 64;
    return (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  });
}

/** Numbers to float16 bits, rounded to nearest, ties to even; what is too large becomes infinite. */
export function toHalf(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(words, (word) => {
    const sign = (word >>> 16) & 0x8000;
    const size = word & 0x7fffffff;
    if (size > 0x7f800000) return sign | 0x7e00;
    // From 65520 on, the number half-way between the largest and the next that there would be.
    if (size >= 0x477ff000) return sign | 0x7c00;
    const exponent = size >>> 23;
    // Below 2⁻¹⁴ steps are 2⁻²⁴.
    const shift = exponent < 113 ? 126 - exponent : 13;
    if (shift > 24) return sign;
    const fraction = exponent < 113 ? (size & 0x7fffff) | 0x800000 : size - (112 << 23);
    const whole = fraction >>> shift;
    const rest = fraction & ((1 << shift) - 1);
    const middle = 1 << (shift - 1);
    return sign | (whole + (rest > middle || (rest === middle && (whole & 1) === 1) ? 1 : 0));
  });
}
