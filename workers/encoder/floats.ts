import { endianness } from 'node:os';

/** Float formats of weights files that decode to fp32 without loss. */
export const floatDtypes = ['F32', 'F16', 'BF16'] as const;
export type FloatDtype = (typeof floatDtypes)[number];
export const isFloat = (dtype: string): dtype is FloatDtype => floatDtypes.includes(dtype as FloatDtype);

// Weights files and vectors are little-endian; so is every machine onnxruntime-node runs on.
if (endianness() !== 'LE') throw new Error('Isogloss needs a little-endian machine');

/** The little-endian bytes of a view, without a copy. */
export const floatBytes = (data: Float32Array) =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** Decode to fp32; F32 without a copy. `bytes` starts at a multiple of 4 in its buffer. */
export function decodeFloats(bytes: Uint8Array<ArrayBuffer>, dtype: FloatDtype): Float32Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes;
  if (dtype === 'F32') return new Float32Array(buffer, byteOffset, byteLength / 4);
  const halves = new Uint16Array(buffer, byteOffset, byteLength / 2);
  const out = new Float32Array(halves.length);
  if (dtype === 'BF16') {
    const bits = new Uint32Array(out.buffer);
    for (let i = 0; i < halves.length; i++) bits[i] = halves[i] << 16;
  } else {
    f16Values ??= Float32Array.from({ length: 65536 }, (_, h) => f16Value(h));
    for (let i = 0; i < halves.length; i++) out[i] = f16Values[halves[i]];
  }
  return out;
}

const numberArrays = {
  I8: Int8Array,
  U8: Uint8Array,
  I16: Int16Array,
  U16: Uint16Array,
  I32: Int32Array,
  U32: Uint32Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  F64: Float64Array,
};
export type NumberDtype = keyof typeof numberArrays;
export const isNumber = (dtype: string): dtype is NumberDtype => Object.hasOwn(numberArrays, dtype);

/** Decode to doubles; integers beyond 2^53 lose their last digits. `bytes` starts at a multiple of 8 in its buffer. */
export function decodeNumbers(bytes: Uint8Array<ArrayBuffer>, dtype: NumberDtype): Float64Array {
  const view = numberArrays[dtype];
  const values = new view(bytes.buffer, bytes.byteOffset, bytes.byteLength / view.BYTES_PER_ELEMENT);
  return Float64Array.from(values as ArrayLike<number | bigint>, Number);
}

/** IEEE 754 binary16; all 65,536 values are tabled, since a lookup is several times faster than the arithmetic. */
let f16Values: Float32Array | undefined;
function f16Value(h: number): number {
  const sign = h & 0x8000 ? -1 : 1;
  const exponent = (h >> 10) & 31;
  const fraction = h & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
