import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** The objects of a JSONL file of our own making, in batches of at most `size`. */
export async function* jsonlBatches<T>(path: string, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  // crlfDelay: a lone \r inside a JSON string is escaped, so only \n ends a line of ours.
  for await (const line of createInterface({
    input: createReadStream(path),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    if (line === '') continue;
    batch.push(JSON.parse(line));
    if (batch.length === size) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length) yield batch;
}
