import { UserError } from '#src/errors.ts';
import type { Convention } from '#src/evaluation/convention.ts';
import type { Measure } from '#src/evaluation/measures.ts';
import { type Judged, scoreOf, UNJUDGED } from './metrics.ts';
import { type Ranking, rankOrder } from './rank.ts';

/** Document -> grade, of one query. */
export type Grades = ReadonlyMap<string, number>;

/** Joins one query's ranking with its qrels. */
export function judge(query: string, ranking: Ranking, qrels: Grades, convention: Convention): Judged {
  function gradesBy(order: Pick<Convention, 'scores' | 'ties'>): Int32Array {
    const ranked = new Int32Array(ranking.documents.length);
    let n = 0;
    for (const i of rankOrder(ranking, order)) {
      const document = ranking.documents[i];
      if (convention.identicalIds === 'DROP' && document === query) continue;
      ranked[n++] = qrels.get(document) ?? UNJUDGED;
    }
    return ranked.subarray(0, n);
  }
  const { reciprocalRank } = convention;
  return {
    ranked: gradesBy(convention),
    grades: Int32Array.from(qrels.values()).sort().reverse(),
    ...(reciprocalRank && { rankedForRR: gradesBy(reciprocalRank) }),
  };
}

/** The queries of the qrels that a convention counts, whatever was found for them. */
export const countedQueries = (qrels: ReadonlyMap<string, Grades>, { irrelevantQueries }: Convention) =>
  [...qrels.keys()].filter((query) => irrelevantQueries === 'COUNT' || hasRelevant(qrels.get(query)!));

export const hasRelevant = (grades: Grades) => grades.values().some((grade) => grade > 0);

export interface RunScores {
  /** Ids of the queries counted, in the qrels' order. */
  queries: string[];
  /** One row per measure in the order asked for, one value per query. */
  values: Float64Array[];
}

/**
 * Scores a run against qrels (query -> document -> grade). Queries of the run without qrels count nowhere; a query
 * whose qrels hold no relevant document counts 0, as in trec_eval.
 * @throws UserError when a query of the qrels is missing and the convention refuses that
 */
export function scoreRun(
  run: ReadonlyMap<string, Ranking>,
  qrels: ReadonlyMap<string, Grades>,
  measures: Measure[],
  convention: Convention,
): RunScores {
  const queries = countedQueries(qrels, convention).filter((query) => {
    if (run.has(query) || convention.missingQueries === 'ZERO') return true;
    if (convention.missingQueries === 'SKIP') return false;
    throw new UserError(
      'BAD_USER_INPUT',
      `query ${JSON.stringify(query)} of the qrels has no ranking in the run; add one, or score with missing queries counted as zero`,
    );
  });
  const values = measures.map(() => new Float64Array(queries.length));
  queries.forEach((query, q) => {
    const judged = judge(
      query,
      run.get(query) ?? { documents: [], scores: [] },
      qrels.get(query)!,
      convention,
    );
    measures.forEach((measure, m) => {
      values[m][q] = scoreOf(judged, measure, convention);
    });
  });
  return { queries, values };
}
