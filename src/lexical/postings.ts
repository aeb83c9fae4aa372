/**
 * Which texts hold a term, how often, and how long they are: three numbers a text, the first as its distance from the
 * text before, each in groups of seven bits, the lowest first (LEB128). Some 3.3 bytes a text on documentation, where
 * plain integers take 12; with the lengths inside, a search reads nothing else.
 */
export interface Postings {
  /** Texts must come in ascending order. */
  add(text: number, frequency: number, length: number): void;
  readonly texts: number;
  bytes(): Uint8Array;
}

export function openPostings(): Postings {
  let buffer = new Uint8Array(8);
  let used = 0;
  let last = 0;
  let texts = 0;
  const write = (value: number) => {
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) buffer[used++] = (rest & 0x7f) | 0x80;
    buffer[used++] = rest;
  };
  return {
    add(text, frequency, length) {
      // Three numbers of 32 bits take five bytes each at most.
      if (used + 15 > buffer.length) {
        const larger = new Uint8Array(2 * buffer.length + 15);
        larger.set(buffer);
        buffer = larger;
      }
      write(text - last);
      write(frequency);
      write(length);
      last = text;
      texts++;
    },
    get texts() {
      return texts;
    },
    bytes: () => buffer.subarray(0, used),
  };
}

/** Tells `each` text of a list that `openPostings` wrote. */
export function readPostings(
  bytes: Uint8Array,
  each: (text: number, frequency: number, length: number) => void,
): void {
  let at = 0;
  const read = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  };
  for (let text = 0; at < bytes.length; ) {
    text += read();
    const frequency = read();
    each(text, frequency, read());
  }
}
