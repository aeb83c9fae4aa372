import { UserError } from '#src/errors.ts';
import type { Convention } from '#src/evaluation/convention.ts';
import { byCodePoint } from '#workers/import/order.ts';

/** The documents found for one query, in any order, and their retrieval scores, higher is better. */
export interface Ranking {
  documents: readonly string[];
  scores: ArrayLike<number>;
}

// A key is 32 bits of score over 21 bits of position, exact in a double: a typed array of them sorts in native
// code, some eight times as fast as a sort with a comparator (measured at 1,000 documents).
const POSITIONS = 2 ** 21;
const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Maps a float32 to 32 bits that ascend as the float descends. */
function descending(score: number): number {
  float[0] = Math.fround(score) + 0; // -0 and 0 tie; a tiny negative double becomes -0 only when rounded
  return bits[0] & 0x80000000 ? bits[0] : ~bits[0] & 0x7fffffff;
}

/**
 * Positions of the documents in rank order under a convention's precision and tie rule; code-point order of ids is
 * the order of their UTF-8 bytes, in which trec_eval compares them. The rank column of a run file plays no part.
 * @throws UserError when a score is not a number
 */
export function rankOrder(
  { documents, scores }: Ranking,
  convention: Pick<Convention, 'scores' | 'ties'>,
): Uint32Array {
  const n = documents.length;
  if (n > POSITIONS) throw new RangeError(`a ranking of ${n} documents; the most is ${POSITIONS}`);
  const keys = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    if (Number.isNaN(scores[i]))
      throw new UserError(
        'BAD_USER_INPUT',
        `the score of document ${JSON.stringify(documents[i])} is not a number`,
      );
    keys[i] = (descending(scores[i]) >>> 0) * POSITIONS + i;
  }
  keys.sort();

  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = keys[i] % POSITIONS;
  const sign = convention.ties === 'DOCUMENT_DESCENDING' ? -1 : 1;
  const tied =
    convention.ties === 'RUN_ORDER'
      ? (i: number, j: number) => i - j
      : (i: number, j: number) => sign * byCodePoint(documents[i], documents[j]);
  const within = (i: number, j: number) =>
    (convention.scores === 'FLOAT64' && scores[j] - scores[i]) || tied(i, j);
  for (let start = 0; start < n; ) {
    const score = Math.floor(keys[start] / POSITIONS);
    let end = start + 1;
    while (end < n && Math.floor(keys[end] / POSITIONS) === score) end++;
    if (end - start > 1) order.subarray(start, end).sort(within);
    start = end;
  }
  return order;
}
