/** The three wire types of Protocol Buffers that ONNX needs, written length-first so that nothing is copied twice. */
export interface Part {
  /** Bytes with tag. */
  size: number;
  write(into: Uint8Array, at: number): void;
}
export interface Message extends Part {
  /** The message alone, as the root of a file. */
  body(): Uint8Array;
}

const encoder = new TextEncoder();

function varintBytes(value: number): number[] {
  // Negative integers are their 64-bit two's complement.
  let rest = BigInt.asUintN(64, BigInt(value));
  const out: number[] = [];
  while (rest > 127n) {
    out.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...out, Number(rest)];
}

const raw = (data: ArrayLike<number>): Part => ({
  size: data.length,
  write: (into, at) => into.set(data, at),
});
const joined = (parts: readonly Part[]): Part => ({
  size: parts.reduce((n, p) => n + p.size, 0),
  write(into, at) {
    for (const p of parts) {
      p.write(into, at);
      at += p.size;
    }
  },
});
const tag = (field: number, wireType: number) => varintBytes(field * 8 + wireType);

export const varint = (field: number, value: number): Part => raw([...tag(field, 0), ...varintBytes(value)]);
export const float32 = (field: number, value: number): Part =>
  raw([...tag(field, 5), ...new Uint8Array(Float32Array.of(value).buffer)]);
export const bytes = (field: number, data: Uint8Array): Part =>
  joined([raw([...tag(field, 2), ...varintBytes(data.length)]), raw(data)]);
export const text = (field: number, value: string): Part => bytes(field, encoder.encode(value));

export function message(field: number, parts: readonly Part[]): Message {
  const content = joined(parts);
  const whole = joined([raw([...tag(field, 2), ...varintBytes(content.size)]), content]);
  return {
    ...whole,
    body() {
      const out = new Uint8Array(content.size);
      content.write(out, 0);
      return out;
    },
  };
}
