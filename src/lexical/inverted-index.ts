import { createHash } from 'node:crypto';
import type { Sql } from '#src/database/client.ts';

/**
 * The inverted index of an embedding set's texts. PostgreSQL's own full text search was measured and left: it has no
 * parser for Korean, its rankings know no rarity of terms and no mean length, and BM25 over its `tsvector`s must take
 * every candidate's apart (docs/search.md has the numbers).
 */
export interface InvertedIndex {
  id: number;
  languages: Record<string, LanguageTotals>;
  /** The highest ordinal of a text, plus 1. */
  size: number;
}

export interface LanguageTotals {
  texts: number;
  /** Of all texts together, in terms. */
  length: number;
}

/** Postings of one index; the name is made of an integer of our own. */
export const postingsTable = (index: number) => `posting_${index}`;

/** Longer ones than PostgreSQL's indexes take are kept by their digest; "#" is in no term. */
export const keyOf = (term: string) =>
  term.length <= 100 ? term : `#${createHash('sha256').update(term).digest('hex')}`;

/** Those that are ready never change, and ids are never given again. */
const known = new WeakMap<object, Map<number, InvertedIndex>>();

/** The index of a set, null where none is ready. */
export async function readIndex(pool: Sql, set: number): Promise<InvertedIndex | null> {
  let indexes = known.get(pool);
  if (!indexes) {
    indexes = new Map();
    known.set(pool, indexes);
  }
  const found = indexes.get(set);
  if (found) return found;
  const { rows } = await pool.query(
    'SELECT id, languages, size FROM inverted_index WHERE set_id = $1 AND ready',
    [set],
  );
  if (!rows.length) return null;
  indexes.set(set, rows[0]);
  return rows[0];
}
