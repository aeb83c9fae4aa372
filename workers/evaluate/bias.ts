import { chiSquaredTail } from '#src/evaluation/distributions.ts';
import type { Measure } from '#src/evaluation/measures.ts';
import { languageOf, parallelIdOf } from '#src/evaluation/pool.ts';
import type { Grades } from './score.ts';

/**
 * What a ranking over a MIXED_PARALLEL pool says about languages. Documents are named `ko:id`; every measure lies in
 * [0, 1], and NaN where it says nothing about a query.
 */
export interface MixedRanking {
  /** The query's language. */
  queryLang: string;
  /** Best first. */
  documents: readonly string[];
  /** Grades of the pool's documents for this query. */
  grades: Grades;
}

/** Share of a language among the documents down to the cut; NaN where nothing was found. */
export function languageShare({ documents }: MixedRanking, lang: string, cutoff: number): number {
  const top = documents.slice(0, cutoff);
  return top.filter((document) => languageOf(document) === lang).length / top.length;
}

/**
 * Recall of the relevant documents that are not in the query's language (SHIFT, arXiv:2606.18801); NaN for a query
 * that has none.
 */
export function otherLanguageRecall(
  { queryLang, documents, grades }: MixedRanking,
  cutoff: number,
  rel: number,
) {
  const gold = [...grades.keys()].filter(
    (document) => grades.get(document)! >= rel && languageOf(document) !== queryLang,
  );
  const top = new Set(documents.slice(0, cutoff));
  return gold.filter((document) => top.has(document)).length / gold.length;
}

/**
 * Probability of Equal Expected Rank (Yang et al., SIGIR 2024): the p-value of Kruskal and Wallis' test that relevant
 * documents of all languages rank alike, 1 for no sign of bias; graded relevance level by level, averaged over
 * `levels`, where a level that the query lacks adds nothing. Documents beyond the cut X share the mean of the n ranks
 * behind it, X + (n + 1) / 2. peer_measure 0.0.1 gives them the mean of those behind the number of documents judged,
 * which can lie before documents that were found.
 */
export function equalExpectedRank(
  { documents, grades }: MixedRanking,
  cutoff: number,
  levels: readonly number[],
) {
  const rankOf = new Map(documents.slice(0, cutoff).map((document, i) => [document, i + 1]));
  let sum = 0;
  for (const level of levels) {
    const relevant = [...grades.keys()].filter((document) => grades.get(document) === level);
    if (relevant.length === 0) continue;
    const missing = relevant.filter((document) => !rankOf.has(document)).length;
    const behind = cutoff + (missing + 1) / 2;
    const groups = new Map<string, number[]>();
    for (const document of relevant) {
      const language = languageOf(document);
      groups.set(language, [...(groups.get(language) ?? []), rankOf.get(document) ?? behind]);
    }
    sum += missing === relevant.length ? 1 : kruskalWallis([...groups.values()]);
  }
  return sum / levels.length;
}

/** p-value of H = (N - 1) * between-group / total sum of squares, which is H with its correction for ties. */
export function kruskalWallis(groups: readonly (readonly number[])[]): number {
  const all = groups.flat();
  const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
  const centre = mean(all);
  const total = all.reduce((sum, x) => sum + (x - centre) ** 2, 0);
  if (groups.length < 2 || total === 0) return 1;
  const between = groups.reduce((sum, group) => sum + group.length * (mean(group) - centre) ** 2, 0);
  return chiSquaredTail(((all.length - 1) * between) / total, groups.length - 1);
}

/** Documents as themselves, or translations as one, at their first rank. */
export const identities = (documents: readonly string[], { by }: Measure) =>
  by === 'document' ? documents : [...new Set(documents.map(parallelIdOf))];
