import type { Sql } from '#src/database/client.ts';
import { idf, weight } from './bm25.ts';
import { type InvertedIndex, keyOf, postingsTable } from './inverted-index.ts';
import { readPostings } from './postings.ts';

export interface Scored {
  ordinal: number;
  score: number;
}

export interface Scores {
  /** Texts that share a term with the question. */
  matches: number;
  /** Terms that were scored. */
  terms: string[];
  /** The `k` best, best first, equal scores by ordinal. */
  best(k: number): Scored[];
}

/** Different terms of one question that are scored; of more the rarest are, which say most (Lucene's limit of clauses). */
export const mostTerms = 1024;
/** Lists read at a time: common ones have hundreds of kilobytes each, and others are served between two reads. */
const batchTerms = 32;

/**
 * BM25 of every text that shares a term with a question, to the float32 that `openBm25` of workers/evaluate gives over
 * the same texts. What texts are rare among, and their mean length, are those of the languages asked for, as they are
 * those of a pool in evaluation.
 * @param question terms; one that is repeated counts each time
 * @param languages null: all
 * @param admitted ordinals that may be found; null: all
 * @param except an ordinal that may not be found; -1: none
 */
export async function scoreTexts(
  sql: Sql,
  index: InvertedIndex,
  question: string[],
  languages: string[] | null,
  admitted: number[] | null,
  except: number,
): Promise<Scores> {
  const asked = (languages ?? Object.keys(index.languages)).filter((language) =>
    Object.hasOwn(index.languages, language),
  );
  const texts = asked.reduce((sum, language) => sum + index.languages[language].texts, 0);
  const length = asked.reduce((sum, language) => sum + index.languages[language].length, 0);
  const frequencies = new Map<string, number>();
  for (const term of question) frequencies.set(term, (frequencies.get(term) ?? 0) + 1);
  const counted = await rarest(sql, index, [...frequencies.keys()], asked);

  const scores = new Float64Array(index.size);
  const touched: number[] = [];
  for (let start = 0; start < counted.length; start += batchTerms) {
    const some = counted.slice(start, start + batchTerms);
    const lists = await readLists(sql, index, some, asked);
    for (const term of some) {
      const found = lists.get(keyOf(term)) ?? [];
      const holding = found.reduce((sum, { documents }) => sum + documents, 0);
      const rarity = idf(texts, holding) * frequencies.get(term)!;
      for (const { list } of found)
        readPostings(list, (ordinal, frequency, terms) => {
          if (scores[ordinal] === 0) touched.push(ordinal);
          scores[ordinal] += weight(rarity, frequency, terms, texts, length);
        });
    }
  }
  if (except >= 0 && except < scores.length) scores[except] = 0;
  const allowed = admitted && new Set(admitted);
  const matching = Uint32Array.from(
    touched.filter((ordinal) => scores[ordinal] > 0 && (!allowed || allowed.has(ordinal))),
  );
  const rounded = Float32Array.from(matching, (ordinal) => scores[ordinal]);
  return {
    matches: matching.length,
    terms: counted,
    best(k) {
      const threshold = rounded.length > k ? rounded.toSorted()[rounded.length - k] : 0;
      const best: Scored[] = [];
      for (let i = 0; i < matching.length; i++)
        if (rounded[i] >= threshold) best.push({ ordinal: matching[i], score: rounded[i] });
      return best.sort((x, y) => y.score - x.score || x.ordinal - y.ordinal).slice(0, k);
    },
  };
}

/** Terms in their order; where they are too many, those which the fewest texts hold, but some do. */
async function rarest(
  sql: Sql,
  { id }: InvertedIndex,
  terms: string[],
  languages: string[],
): Promise<string[]> {
  if (terms.length <= mostTerms) return terms;
  const { rows } = await sql.query(
    `SELECT term FROM ${postingsTable(id)} WHERE term = ANY($1) AND language = ANY($2)
     GROUP BY term ORDER BY sum(documents), term LIMIT ${mostTerms}`,
    [terms.map(keyOf), languages],
  );
  const kept = new Set(rows.map(({ term }) => term));
  return terms.filter((term) => kept.has(keyOf(term)));
}

async function readLists(sql: Sql, { id }: InvertedIndex, terms: string[], languages: string[]) {
  const { rows } = await sql.query(
    `SELECT term, documents, list FROM ${postingsTable(id)} WHERE term = ANY($1) AND language = ANY($2)`,
    [terms.map(keyOf), languages],
  );
  return Map.groupBy(rows as { term: string; documents: number; list: Uint8Array }[], ({ term }) => term);
}
