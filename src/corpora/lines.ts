import { createReadStream } from 'node:fs';

/**
 * The lines of a file of our own making. Not node:readline: it also ends lines at U+2028 and U+2029, which are
 * ordinary characters inside a JSON string.
 */
export async function* linesOfFile(path: string): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      rest.push(chunk.subarray(start, end));
      yield (rest.length === 1 ? rest[0] : Buffer.concat(rest)).toString('utf8');
      rest = [];
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
  if (rest.length) yield Buffer.concat(rest).toString('utf8');
}

/** The objects of a JSONL file, in batches of at most `size`. */
export async function* jsonlBatches<T>(path: string, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const line of linesOfFile(path)) {
    if (line === '') continue;
    batch.push(JSON.parse(line));
    if (batch.length === size) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length) yield batch;
}
