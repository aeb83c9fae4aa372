import * as ort from 'onnxruntime-node';
import { GROUP, searchGraph } from './search-graph.ts';

/** The best documents of each query, best first: row-major [n, k]. Where a pool has fewer than k, index -1. */
export interface Neighbours {
  k: number;
  indices: Int32Array;
  scores: Float32Array;
}

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

/**
 * Rows of `k` slots, each a binary heap with its worst slot first; `offer` takes what beats that slot. Better is a
 * higher score, then a higher index.
 */
function openHeaps(n: number, k: number) {
  const scores = new Float32Array(n * k).fill(Number.NEGATIVE_INFINITY);
  const indices = new Int32Array(n * k).fill(-1);
  const worse = (score: number, index: number, slot: number) =>
    score < scores[slot] || (score === scores[slot] && index < indices[slot]);

  /** Puts a pair at the root of the heap of `size` slots that starts at `base`, and lets it sink. */
  function sink(base: number, size: number, score: number, index: number) {
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      if (child + 1 < size && worse(scores[base + child + 1], indices[base + child + 1], base + child))
        child++;
      if (worse(score, index, base + child)) break;
      scores[base + hole] = scores[base + child];
      indices[base + hole] = indices[base + child];
      hole = child;
    }
    scores[base + hole] = score;
    indices[base + hole] = index;
  }

  return {
    /** The score that a document must reach to enter row q. */
    threshold: (q: number) => scores[q * k],
    /** Returns the threshold thereafter. */
    offer(q: number, score: number, index: number): number {
      if (!worse(score, index, q * k)) sink(q * k, k, score, index);
      return scores[q * k];
    },
    /** Remembers rows [start, end); the function returned takes back what was offered to them since. */
    checkpoint(start: number, end: number) {
      const [keptScores, keptIndices] = [scores.slice(start * k, end * k), indices.slice(start * k, end * k)];
      return () => {
        scores.set(keptScores, start * k);
        indices.set(keptIndices, start * k);
      };
    },
    sorted(): Neighbours {
      for (let base = 0; base < n * k; base += k)
        for (let last = k - 1; last > 0; last--) {
          const [score, index] = [scores[base + last], indices[base + last]];
          scores[base + last] = scores[base];
          indices[base + last] = indices[base];
          sink(base, last, score, index);
        }
      return { k, indices, scores };
    },
  };
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
