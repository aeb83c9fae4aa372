import type { Database } from '#src/database/client.ts';
import { invertedIndex } from '#src/lexical/build.ts';
import { scoreTexts } from '#src/lexical/score.ts';
import type { Condition } from './filter.ts';
import { partition } from './partition.ts';
import type { SearchableSet } from './set.ts';

export interface WordsQuestion {
  terms: string[];
  condition: Condition;
  /** Rows that pass the filter, where they are known. */
  ordinals: number[] | null;
  /** Ordinal of a text that is no answer to itself; -1: none. */
  except: number;
  limit: number;
}

export interface WordsHit {
  ordinal: number;
  unitOrdinal: number;
  language: string;
  /** BM25, above 0. */
  score: number;
}

export interface FoundByWords {
  hits: WordsHit[];
  /** Texts in the languages asked for that share a term with the question; of a filter's few, those alone. */
  matches: number;
  /** Of the question, as they were counted. */
  terms: string[];
}

/** Best texts looked up first; so many times more each time that the filter leaves too few of them. */
const firstLook = 500;
const growth = 4;

/**
 * The best texts by BM25 among all that pass the filter. Where it is not known which rows pass, the best texts are asked
 * for in turn until enough have passed or none is left, so that nothing is lost.
 */
export async function bestByWords(
  db: Database,
  set: SearchableSet,
  { terms, condition, ordinals, except, limit }: WordsQuestion,
): Promise<FoundByWords> {
  const index = await invertedIndex(db, set.id);
  const scores = await scoreTexts(db.pool, index, terms, condition.languages, ordinals, except);
  const hits: WordsHit[] = [];
  for (let seen = 0, look = Math.max(firstLook, limit); hits.length < limit && seen < scores.matches; ) {
    const some = scores.best(look).slice(seen);
    const values: unknown[] = [some.map(({ ordinal }) => ordinal)];
    const passes = ordinals ? 'true' : condition.where((value) => `$${values.push(value)}`);
    const { rows } = await db.pool.query(
      `SELECT e.ordinal, e.unit_ordinal AS "unitOrdinal", e.language FROM ${partition(set.id)} e ${condition.joins}
       WHERE e.ordinal = ANY($1::int[]) AND ${passes}`,
      values,
    );
    const passing = new Map(rows.map((row) => [row.ordinal, row]));
    for (const { ordinal, score } of some)
      if (passing.has(ordinal)) hits.push({ ...passing.get(ordinal), score });
    seen += some.length;
    look *= growth;
  }
  return { hits: hits.slice(0, limit), matches: scores.matches, terms: scores.terms };
}
