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

/** Blocks of about `size` rows, all of nearly one length. */
function* blocks(rows: number, size: number, multiple: number) {
  const length = Math.ceil(rows / Math.ceil(rows / size) / multiple) * multiple;
  for (let start = 0; start < rows; start += length) yield { start, end: Math.min(rows, start + length) };
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
      // A block's product is 64 MiB for k up to 1,000; smaller blocks spend more on selection, larger ones memory.
      const documentRows = Math.min(Math.max(4 * GROUP * k, 2 ** 16), 2 ** 18);
      const queryRows = 2 ** 24 / documentRows;

      for (const pool of blocks(m, documentRows, GROUP)) {
        const groups = Math.ceil((pool.end - pool.start) / GROUP);
        let block = documents.subarray(pool.start * dimension, pool.end * dimension);
        if (block.length < groups * GROUP * dimension) {
          const padded = new Float32Array(groups * GROUP * dimension);
          padded.set(block);
          block = padded;
        }
        const pooled = new ort.Tensor('float32', block, [groups * GROUP, dimension]);

        /** Offers the best `count` groups of the block to rows `asked`; false if a group left out may hold more. */
        const search = async (asked: { start: number; end: number }, count: number): Promise<boolean> => {
          const rows = asked.end - asked.start;
          const found = await session.run({
            queries: new ort.Tensor(
              'float32',
              queries.subarray(asked.start * dimension, asked.end * dimension),
              [rows, dimension],
            ),
            documents: pooled,
            count: new ort.Tensor('int32', Int32Array.of(count), [1]),
          });
          const group = found.groups.data as Int32Array;
          const best = found.best.data as Float32Array;
          const scores = found.scores.data as Float32Array;
          let complete = true;
          for (let q = 0; q < rows; q++) {
            let threshold = heaps.threshold(asked.start + q);
            let least = Number.POSITIVE_INFINITY;
            for (let at = q * count; at < (q + 1) * count; at++) {
              if (best[at] < least) least = best[at];
              if (best[at] < threshold) continue;
              const first = pool.start + group[at] * GROUP;
              for (let i = 0; i < GROUP; i++) {
                const score = scores[at * GROUP + i];
                if (score >= threshold && first + i < pool.end)
                  threshold = heaps.offer(asked.start + q, score, first + i);
              }
            }
            complete &&= least < threshold;
          }
          return complete || count === groups;
        };

        for (const asked of blocks(n, queryRows, 1)) {
          signal?.throwIfAborted();
          const takeBack = heaps.checkpoint(asked.start, asked.end);
          let count = Math.min(k + MARGIN, groups);
          while (!(await search(asked, count))) {
            // Many equal scores around the last place, as copies of one text give.
            count = Math.min(4 * count, groups);
            takeBack();
          }
        }
      }
      return heaps.sorted();
    },
    close: () => session.release(),
  };
}
