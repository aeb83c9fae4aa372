import { generator } from '#src/evaluation/statistics.ts';

/**
 * Vectors as encoders give them, in small: clusters of topics, few directions in which texts of a topic differ, and
 * languages that lie apart. One text in ten is Korean, in clusters of its own, so a filter on Korean goes against the
 * neighbourhood of any English question; `n`, uniform over 0 to 999, is independent of the clusters.
 */
export interface Clustered {
  /** Unit vectors, [count, dimension]. */
  vectors: Float32Array;
  /** English questions, [questions, dimension]. */
  queries: Float32Array;
  korean: Uint8Array;
  n: Uint16Array;
}

const clusters = { en: 180, ko: 20 };
/** Directions in which the texts of a cluster differ. */
const rank = 32;
const spread = 0.68;

export function makeClustered(count: number, questions: number, dimension: number, seed: number): Clustered {
  const random = generator(seed);
  // A sum of three uniforms is near enough to normal; this one has variance 1.
  const normal = () => 2 * (random.unit() + random.unit() + random.unit() - 1.5);
  const matrix = (rows: number) => Float32Array.from({ length: rows * dimension }, normal);
  const basis = matrix(rank);
  const centres = { en: matrix(clusters.en), ko: matrix(clusters.ko) };
  const latent = new Float64Array(rank);

  function fill(into: Float32Array, row: number, language: 'en' | 'ko') {
    const centre = random.below(clusters[language]) * dimension;
    for (let r = 0; r < rank; r++) latent[r] = (spread * normal()) / Math.sqrt(rank);
    const start = row * dimension;
    let squares = 0;
    for (let d = 0; d < dimension; d++) {
      let x = centres[language][centre + d] + 0.1 * normal();
      for (let r = 0; r < rank; r++) x += latent[r] * basis[r * dimension + d];
      into[start + d] = x;
      squares += x * x;
    }
    for (let d = 0; d < dimension; d++) into[start + d] /= Math.sqrt(squares);
  }

  const vectors = new Float32Array(count * dimension);
  const korean = Uint8Array.from({ length: count }, (_, i) => (i % 10 === 0 ? 1 : 0));
  const n = Uint16Array.from({ length: count }, () => random.below(1000));
  for (let i = 0; i < count; i++) fill(vectors, i, korean[i] ? 'ko' : 'en');
  const queries = new Float32Array(questions * dimension);
  for (let i = 0; i < questions; i++) fill(queries, i, 'en');
  return { vectors, queries, korean, n };
}

/** The k nearest rows that pass, by inner product with every one of them in float64. */
export function trueNeighbours(
  { vectors, queries }: Clustered,
  dimension: number,
  passes: (row: number) => boolean,
  k: number,
): number[][] {
  const count = vectors.length / dimension;
  const rows = Array.from({ length: count }, (_, i) => i).filter(passes);
  return Array.from({ length: queries.length / dimension }, (_, q) => {
    const query = queries.subarray(q * dimension, (q + 1) * dimension);
    const best: { row: number; score: number }[] = [];
    for (const row of rows) {
      let score = 0;
      for (let d = 0, at = row * dimension; d < dimension; d++, at++) score += vectors[at] * query[d];
      if (best.length === k && score <= best[k - 1].score) continue;
      const place = best.findIndex((other) => score > other.score);
      best.splice(place < 0 ? best.length : place, 0, { row, score });
      if (best.length > k) best.pop();
    }
    return best.map(({ row }) => row);
  });
}
