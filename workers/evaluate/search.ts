import * as ort from 'onnxruntime-node';
import { type Neighbours, openHeaps } from './heaps.ts';
import { GROUP, searchGraph } from './search-graph.ts';

export interface Searcher {
  /**
   * Exact top k by inner product. Equal fp32 scores rank by higher document index first: with documents in
   * ascending order of their ids that is trec_eval's tie rule.
   * @param queries row-major [n, dimension], finite
   * @param documents row-major [m, dimension], finite
   */
  topK(
    queries: Float32Array,
    documents: Float32Array,
    dimension: number,
    k: number,
    signal?: AbortSignal,
  ): Promise<Neighbours>;
  close(): Promise<void>;
}

/** Rows [start, end) of a matrix. */
interface Rows {
  start: number;
  end: number;
}

/** Blocks of about `size` rows, all of nearly one length. */
function* blocks(rows: number, size: number, multiple: number): Generator<Rows> {
  const length = Math.ceil(rows / Math.ceil(rows / size) / multiple) * multiple;
  for (let start = 0; start < rows; start += length) yield { start, end: Math.min(rows, start + length) };
}

/** The rows as a matrix whose height is a multiple of GROUP, zeros below. Copied only if it is none yet. */
function inGroups(matrix: Float32Array, { start, end }: Rows, width: number): ort.Tensor {
  const height = Math.ceil((end - start) / GROUP) * GROUP;
  let rows = matrix.subarray(start * width, end * width);
  if (end - start < height) {
    const padded = new Float32Array(height * width);
    padded.set(rows);
    rows = padded;
  }
  return new ort.Tensor('float32', rows, [height, width]);
}

/**
 * Offers the documents of the groups found, best group first, to heaps of k. False when a group left out may hold a
 * document that belongs there: the worst group found then ties with the worst document kept.
 */
function offerGroups(
  found: ort.InferenceSession.ReturnType,
  heaps: ReturnType<typeof openHeaps>,
  k: number,
  asked: Rows,
  pool: Rows,
): boolean {
  const group = found.groups.data as Int32Array;
  const best = found.best.data as Float32Array;
  const scores = found.scores.data as Float32Array;
  const count = found.groups.dims[1];
  let complete = true;
  for (let query = asked.start, at = 0; query < asked.end; query++) {
    // The best of k groups are k documents. One group more, since the best of the last may be a row of zeros below it.
    const floor = count > k ? best[at + k] : Number.NEGATIVE_INFINITY;
    let threshold = Math.max(floor, heaps.threshold(query));
    const end = at + count;
    const least = best[end - 1];
    for (; at < end && best[at] >= threshold; at++) {
      const first = pool.start + group[at] * GROUP;
      for (let i = 0; i < GROUP; i++) {
        const score = scores[at * GROUP + i];
        if (score >= threshold && first + i < pool.end)
          threshold = Math.max(floor, heaps.offer(query, score, first + i));
      }
    }
    at = end;
    complete &&= least < threshold;
  }
  return complete;
}

/** More groups than k, so that a few ties at the last place do not need a second run. */
const MARGIN = 16;

export async function openSearcher({ threads }: { threads: number }): Promise<Searcher> {
  const session = await ort.InferenceSession.create(searchGraph(), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
  });

  return {
    async topK(queries, documents, dimension, k, signal) {
      const n = queries.length / dimension;
      const m = documents.length / dimension;
      const heaps = openHeaps(n, k);
      // A block's product is 128 MiB for k up to 1,000; one of 64 MiB packs documents for the product twice as often (8 % slower).
      const documentRows = Math.min(Math.max(4 * GROUP * k, 2 ** 16), 2 ** 18);
      const queryRows = 2 ** 25 / documentRows;

      for (const pool of blocks(m, documentRows, GROUP)) {
        const pooled = inGroups(documents, pool, dimension);
        const groups = pooled.dims[0] / GROUP;
        for (const asked of blocks(n, queryRows, 1)) {
          const rows = queries.subarray(asked.start * dimension, asked.end * dimension);
          const takeBack = heaps.checkpoint(asked.start, asked.end);
          // Many equal scores around the last place, as copies of one text give, need more groups than these.
          for (let count = Math.min(k + MARGIN, groups); ; count = Math.min(4 * count, groups)) {
            signal?.throwIfAborted();
            const found = await session.run({
              queries: new ort.Tensor('float32', rows, [asked.end - asked.start, dimension]),
              documents: pooled,
              count: new ort.Tensor('int32', Int32Array.of(count), [1]),
            });
            if (offerGroups(found, heaps, k, asked, pool) || count === groups) break;
            takeBack();
          }
        }
      }
      return heaps.sorted();
    },
    close: () => session.release(),
  };
}
