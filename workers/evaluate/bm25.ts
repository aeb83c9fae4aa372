import { idf, weight } from '#src/lexical/bm25.ts';
import { terms } from '#src/lexical/words.ts';
import { type Neighbours, openHeaps } from './heaps.ts';

interface Postings {
  documents: number[];
  frequencies: number[];
}

export interface Bm25 {
  /** Takes in the next document. */
  add(text: string): void;
  /**
   * The up to k best documents that share a term with the query, best first, ties by higher index. Scores are
   * rounded to float32 before they are compared, as the run file's reader will compare them.
   * @param admitted which documents may be found, by index; absent: all
   */
  search(query: string, k: number, admitted?: (document: number) => boolean): Neighbours;
}

export function openBm25(): Bm25 {
  const index = new Map<string, Postings>();
  const lengths: number[] = [];
  let total = 0;
  /** Of the query at hand; zero between queries. */
  let scores = new Float64Array(0);

  return {
    add(text) {
      const found = terms(text);
      const frequencies = new Map<string, number>();
      for (const term of found) frequencies.set(term, (frequencies.get(term) ?? 0) + 1);
      for (const [term, frequency] of frequencies) {
        const postings = index.get(term) ?? { documents: [], frequencies: [] };
        index.set(term, postings);
        postings.documents.push(lengths.length);
        postings.frequencies.push(frequency);
      }
      lengths.push(found.length);
      total += found.length;
    },
    search(query, k, admitted) {
      const n = lengths.length;
      if (scores.length < n) scores = new Float64Array(n);
      const touched: number[] = [];
      // A term that the query repeats counts each time.
      for (const term of terms(query)) {
        const { documents, frequencies } = index.get(term) ?? { documents: [], frequencies: [] };
        const rarity = idf(n, documents.length);
        for (let i = 0; i < documents.length; i++) {
          const document = documents[i];
          if (scores[document] === 0) touched.push(document);
          scores[document] += weight(rarity, frequencies[i], lengths[document], n, total);
        }
      }
      const found = admitted ? touched.filter(admitted) : touched;
      const best = openHeaps(1, Math.min(k, found.length));
      for (const document of found) best.offer(0, Math.fround(scores[document]), document);
      for (const document of touched) scores[document] = 0;
      return best.sorted();
    },
  };
}
