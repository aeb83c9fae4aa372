/** The best documents of each query, best first: row-major [n, k]. Where a pool has fewer than k, index -1. */
export interface Neighbours {
  k: number;
  indices: Int32Array;
  scores: Float32Array;
}

/**
 * Rows of `k` slots, each a binary heap with its worst slot first; `offer` takes what beats that slot. Better is a
 * higher score, then a higher index.
 */
export function openHeaps(n: number, k: number) {
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
