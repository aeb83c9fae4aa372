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
 * Scores rankings as they come, in any order of queries. Queries without qrels count nowhere; a query whose qrels hold
 * no relevant document counts as the convention has it. An empty ranking is a missing one, since no run file can hold it.
 */
export function openScorer(
  qrels: ReadonlyMap<string, Grades>,
  measures: readonly Measure[],
  convention: Convention,
) {
  const counted = countedQueries(qrels, convention);
  const place = new Map(counted.map((query, q) => [query, q]));
  const values = measures.map(() => new Float64Array(counted.length));
  const found = new Uint8Array(counted.length);

  return {
    /** False when the query does not count. */
    take(query: string, ranking: Ranking): boolean {
      const q = place.get(query);
      if (q === undefined) return false;
      if (ranking.documents.length === 0) return true;
      found[q] = 1;
      const judged = judge(query, ranking, qrels.get(query)!, convention);
      measures.forEach((measure, m) => {
        values[m][q] = scoreOf(judged, measure, convention);
      });
      return true;
    },
    /** @throws UserError when a query is missing and the convention refuses that */
    finish(): RunScores {
      const missing = counted.filter((_, q) => !found[q]);
      if (convention.missingQueries === 'ZERO' || missing.length === 0) return { queries: counted, values };
      if (convention.missingQueries === 'REFUSE')
        throw new UserError(
          'BAD_USER_INPUT',
          `query ${JSON.stringify(missing[0])} of the qrels has no ranking in the run; add one, or score with missing queries counted as zero`,
        );
      return {
        queries: counted.filter((_, q) => found[q]),
        values: values.map((row) => row.filter((_, q) => found[q])),
      };
    },
  };
}

/**
 * Scores a run against qrels (query -> document -> grade).
 * @throws UserError when a query of the qrels is missing and the convention refuses that
 */
export function scoreRun(
  run: ReadonlyMap<string, Ranking>,
  qrels: ReadonlyMap<string, Grades>,
  measures: readonly Measure[],
  convention: Convention,
): RunScores {
  const scorer = openScorer(qrels, measures, convention);
  for (const [query, ranking] of run) scorer.take(query, ranking);
  return scorer.finish();
}
