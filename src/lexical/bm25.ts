/**
 * BM25 (Robertson et al. 1994) with the usual constants; idf and the saturation without (k1 + 1) are Lucene's. One
 * formula for the system that evaluation measures and for the search by words.
 */
const k1 = 1.2;
const b = 0.75;

/** How much a term says that `holding` of `documents` hold; above 0 always. */
export const idf = (documents: number, holding: number) =>
  Math.log(1 + (documents - holding + 0.5) / (holding + 0.5));

/**
 * What one term of the query adds to a document's score.
 * @param length of the document, in terms
 * @param documents how many there are, together `total` terms long
 */
export const weight = (
  idf: number,
  frequency: number,
  length: number,
  documents: number,
  total: number,
): number => (idf * frequency) / (frequency + k1 * (1 - b + (b * length * documents) / total));
