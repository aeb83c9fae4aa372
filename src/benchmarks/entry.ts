/**
 * The normalised form of a benchmark: one JSON object per line; first all queries, then all documents (each sorted
 * by id, then language, in code-point order), then the qrels (sorted by direction, query, document).
 * The SHA-256 of these bytes is the benchmark's digest.
 */
export interface QueryEntry {
  type: 'query';
  id: string;
  language: string;
  text: string;
  /** What the query has in common with others, such as its passage; a bootstrap can draw groups instead of queries. */
  group?: string;
}
export interface DocumentEntry {
  type: 'document';
  id: string;
  language: string;
  title?: string;
  text: string;
}
export interface QrelEntry {
  type: 'qrel';
  queryLang: string;
  docLang: string;
  query: string;
  document: string;
  /** trec_eval's relevance level: 0 judged not relevant, 1.. relevant. */
  grade: number;
}
export type BenchmarkEntry = QueryEntry | DocumentEntry | QrelEntry;

export interface Direction {
  queryLang: string;
  docLang: string;
}

/** BEIR's and MTEB's convention for what is encoded of a document: `(title + " " + text).strip()`. */
export const documentText = (d: { title?: string; text: string }) => `${d.title ?? ''} ${d.text}`.trim();
