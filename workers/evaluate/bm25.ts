import { terms } from './words.ts';

/** Robertson et al. 1994 with the usual constants; idf and the saturation without (k1 + 1) are Lucene's. */
const k1 = 1.2;
const b = 0.75;

interface Postings {
  documents: number[];
  frequencies: number[];
}

export interface Bm25 {
  /**
   * The up to k best documents that share a term with the query, best first, ties by higher index. Scores are
   * rounded to float32 before they are compared, as the run file's reader will compare them.
   */
  search(query: string, k: number): { indices: number[]; scores: number[] };
}

export function indexBm25(texts: readonly string[]): Bm25 {
  const index = new Map<string, Postings>();
  const lengths = new Float64Array(texts.length);
  texts.forEach((text, document) => {
    const found = terms(text);
    lengths[document] = found.length;
    const frequencies = new Map<string, number>();
    for (const term of found) frequencies.set(term, (frequencies.get(term) ?? 0) + 1);
    for (const [term, frequency] of frequencies) {
      const postings = index.get(term) ?? { documents: [], frequencies: [] };
      index.set(term, postings);
      postings.documents.push(document);
      postings.frequencies.push(frequency);
    }
  });
  const average = lengths.reduce((sum, n) => sum + n, 0) / texts.length;
  const norms = lengths.map((n) => k1 * (1 - b + (b * n) / average));
  const scores = new Float64Array(texts.length);

  return {
    search(query, k) {
      const touched: number[] = [];
      // A term that the query repeats counts each time.
      for (const term of terms(query)) {
        const postings = index.get(term);
        if (!postings) continue;
        const df = postings.documents.length;
        const idf = Math.log(1 + (texts.length - df + 0.5) / (df + 0.5));
        for (let i = 0; i < df; i++) {
          const document = postings.documents[i];
          if (scores[document] === 0) touched.push(document);
          scores[document] += (idf * postings.frequencies[i]) / (postings.frequencies[i] + norms[document]);
        }
      }
      const found = touched.map((document) => ({ document, score: Math.fround(scores[document]) }));
      for (const document of touched) scores[document] = 0;
      found.sort((x, y) => y.score - x.score || y.document - x.document);
      const kept = found.slice(0, k);
      return { indices: kept.map((f) => f.document), scores: kept.map((f) => f.score) };
    },
  };
}
