import type { WordsHit } from './by-words.ts';
import { type Fusion, fuse } from './fuse.ts';
import type { Neighbour, Shown } from './nearest.ts';

/** Where a way to search had a hit, and by what score. */
export interface Component {
  rank: number;
  score: number;
}

/** A text that was found, and by what; what is shown of it, where that came along. */
export interface Candidate extends Partial<Shown> {
  ordinal: number;
  unitOrdinal: number;
  language: string;
  /** Cosine similarity, BM25 or the sum of reciprocal ranks, by mode. */
  score: number;
  /** Cosine distance; null where vectors did not find it. */
  distance: number | null;
  vector: Component | null;
  lexical: Component | null;
}

export const byVector = (neighbour: Neighbour, i: number): Candidate => {
  const score = 1 - neighbour.distance;
  return { ...neighbour, score, vector: { rank: i + 1, score }, lexical: null };
};

export const byWords = (hit: WordsHit, i: number): Candidate => ({
  ...hit,
  ...{ distance: null, vector: null, lexical: { rank: i + 1, score: hit.score } },
});

export function fused(
  neighbours: Neighbour[],
  words: WordsHit[],
  { k, vectorWeight, lexicalWeight }: Fusion,
): Candidate[] {
  const [near, lexical] = [neighbours.map(byVector), words.map(byWords)];
  const ordinals = [near, lexical].map((list) => list.map(({ ordinal }) => ordinal));
  return fuse(ordinals, [vectorWeight, lexicalWeight], k).map(({ score, ranks: [n, w] }) => {
    const [a, b] = [near[n! - 1], lexical[w! - 1]];
    return { ...(a ?? b), score, vector: a?.vector ?? null, lexical: b?.lexical ?? null };
  });
}

/** The first text of each unit. */
export function bestOfUnits(hits: Candidate[]): Candidate[] {
  const seen = new Set<number>();
  return hits.filter(({ unitOrdinal }) => !seen.has(unitOrdinal) && seen.add(unitOrdinal));
}
