/** What a score means beyond its measure's name. Stored with every score: two scores compare only if these agree. */
export interface Convention {
  /** The tool whose values these are, at the version that the golden values were made with. */
  reference: string;
  /** Precision at which retrieval scores are compared: what one rounds to a tie the other tells apart. */
  scores: 'FLOAT32' | 'FLOAT64';
  /** Order of documents with equal scores: by the bytes of their ids, or as the run lists them. */
  ties: 'DOCUMENT_DESCENDING' | 'DOCUMENT_ASCENDING' | 'RUN_ORDER';
  /** Where the tool computes RR apart from its other measures, the order that RR sees. */
  reciprocalRank?: Pick<Convention, 'scores' | 'ties'>;
  /** nDCG's gain of a grade g above 0: g, 2^g - 1 (Burges et al. 2005), or 1. */
  gain: 'LINEAR' | 'EXPONENTIAL' | 'BINARY';
  /** What AP with a cut k divides by: all R relevant documents, or min(k, R). */
  apDivisor: 'RELEVANT' | 'RELEVANT_WITHIN_CUT';
  /** Queries that have qrels and no ranking. ZERO is trec_eval's `-c`. */
  missingQueries: MissingQueries;
  /** Queries whose qrels hold no grade above 0: they count, mostly as 0, or are left out of the mean. */
  irrelevantQueries: 'COUNT' | 'SKIP';
  /** DROP: a document with the query's own id is taken out of the ranking, as BEIR does. */
  identicalIds: 'KEEP' | 'DROP';
}

export const missingQueries = ['SKIP', 'ZERO', 'REFUSE'] as const;
export type MissingQueries = (typeof missingQueries)[number];

/** trec_eval 9.0.8 and the 2016 version that pytrec_eval, BEIR and MTEB run. */
export const trecEval9: Convention = {
  reference: 'trec_eval 9',
  scores: 'FLOAT32',
  ties: 'DOCUMENT_DESCENDING',
  gain: 'LINEAR',
  apDivisor: 'RELEVANT',
  missingQueries: 'SKIP',
  irrelevantQueries: 'COUNT',
  identicalIds: 'KEEP',
};

/** trec_eval 10.0: scores are doubles, and a missing query ends the program. */
export const trecEval10: Convention = {
  ...trecEval9,
  reference: 'trec_eval 10',
  scores: 'FLOAT64',
  missingQueries: 'REFUSE',
};

/** pytrec_eval after dropping a query's own document; MRR is Python's stable sort of the run as it came. */
const beir: Convention = {
  ...trecEval9,
  reference: 'BEIR 2.2',
  reciprocalRank: { scores: 'FLOAT64', ties: 'RUN_ORDER' },
  identicalIds: 'DROP',
};

/** pytrec_eval; MRR is Python's own sort, of doubles, ties by document descending since 2.20. */
const mteb: Convention = {
  ...trecEval9,
  reference: 'MTEB 2.26',
  reciprocalRank: { scores: 'FLOAT64', ties: 'DOCUMENT_DESCENDING' },
};

/** InformationRetrievalEvaluator: relevance is a set, and queries without relevant documents are left out. */
const sentenceTransformers: Convention = {
  reference: 'sentence-transformers 6.2',
  scores: 'FLOAT64',
  ties: 'DOCUMENT_ASCENDING',
  gain: 'BINARY',
  apDivisor: 'RELEVANT_WITHIN_CUT',
  missingQueries: 'ZERO',
  irrelevantQueries: 'SKIP',
  identicalIds: 'KEEP',
};

/** ranx sorts with numba's quicksort: ties keep the run's order up to 15 documents, and have no defined order beyond. */
const ranx: Convention = {
  ...trecEval9,
  reference: 'ranx 0.3',
  scores: 'FLOAT64',
  ties: 'RUN_ORDER',
  missingQueries: 'REFUSE',
};

export const conventions = {
  TREC_EVAL_9: trecEval9,
  TREC_EVAL_10: trecEval10,
  BEIR: beir,
  MTEB: mteb,
  SENTENCE_TRANSFORMERS: sentenceTransformers,
  RANX: ranx,
} as const satisfies Record<string, Convention>;
export type ConventionName = keyof typeof conventions;
export const conventionNames = Object.keys(conventions) as ConventionName[];

/** A convention by name, with another rule for missing queries where one is asked for. */
export const conventionOf = (name: ConventionName, missing?: MissingQueries): Convention => ({
  ...conventions[name],
  ...(missing && { missingQueries: missing }),
});

/**
 * Every query of the qrels counts. BM25 finds nothing for a query without a known term; skipping such queries
 * would give each system a mean over other queries.
 */
export const ownRuns: Convention = conventionOf('TREC_EVAL_9', 'ZERO');
