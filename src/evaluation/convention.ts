/** What a score means beyond its measure's name. Stored with every score: two scores compare only if these agree. */
export interface Convention {
  /** The tool whose values these are. */
  reference: 'trec_eval 9' | 'trec_eval 10';
  /** Precision at which retrieval scores are compared: what one rounds to a tie the other tells apart. */
  scores: 'FLOAT32' | 'FLOAT64';
  /** Order of documents with equal scores, by the bytes of their ids. */
  ties: 'DOCUMENT_DESCENDING' | 'DOCUMENT_ASCENDING';
  /** nDCG's gain of a grade g: g, or 2^g - 1 (Burges et al. 2005). */
  gain: 'LINEAR' | 'EXPONENTIAL';
  /** Queries that have qrels and no ranking. ZERO is trec_eval's `-c`. */
  missingQueries: 'SKIP' | 'ZERO' | 'REFUSE';
  /** DROP: a document with the query's own id is taken out of the ranking, as BEIR does. */
  identicalIds: 'KEEP' | 'DROP';
}

/** trec_eval 9.0.8 and the 2016 version that pytrec_eval, BEIR and MTEB run. */
export const trecEval9: Convention = {
  reference: 'trec_eval 9',
  scores: 'FLOAT32',
  ties: 'DOCUMENT_DESCENDING',
  gain: 'LINEAR',
  missingQueries: 'SKIP',
  identicalIds: 'KEEP',
};

/** trec_eval 10.0: scores are doubles, and a missing query ends the program. */
export const trecEval10: Convention = {
  ...trecEval9,
  reference: 'trec_eval 10',
  scores: 'FLOAT64',
  missingQueries: 'REFUSE',
};

/**
 * Every query of the qrels counts. BM25 finds nothing for a query without a known term; skipping such queries
 * would give each system a mean over other queries.
 */
export const ownRuns: Convention = { ...trecEval9, missingQueries: 'ZERO' };
