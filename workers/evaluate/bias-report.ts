import type { Measure } from '#src/evaluation/measures.ts';
import { rankBiasedOverlap } from '#src/evaluation/overlap.ts';
import {
  equalExpectedRank,
  identities,
  languageShare,
  type MixedRanking,
  otherLanguageRecall,
} from './bias.ts';
import type { JudgedPool } from './pools.ts';

/** A pool's rankings, query -> documents, best first. */
export type Listed = ReadonlyMap<string, readonly string[]>;

export interface BiasValues {
  pool: JudgedPool;
  measure: Measure;
  /** In the order of the pool's queries; NaN where the measure says nothing. */
  values: Float64Array;
}

/**
 * The language-bias figures of one system on a benchmark's MIXED_PARALLEL pools. `Share` becomes a figure per language
 * of the pool, `RBO` one per other query language, unless the measure names one.
 */
export function biasOf(lists: ReadonlyMap<JudgedPool, Listed>, measures: readonly Measure[]): BiasValues[] {
  return [...lists].flatMap(([pool, lists1]) =>
    measures.flatMap((measure) =>
      spelledOut(measure, pool, [...lists.keys()]).map((figure) => ({
        ...{ pool, measure: figure },
        values: Float64Array.from(pool.qrels.keys(), forQuery(figure, pool, lists1)),
      })),
    ),
  );

  function forQuery(figure: Measure, pool: JudgedPool, own: Listed): (query: string) => number {
    const { family, cutoff, lang, rel, p } = figure;
    const ranking = (query: string): MixedRanking => ({
      queryLang: pool.queryLang,
      documents: own.get(query)!,
      grades: pool.qrels.get(query)!,
    });
    if (family === 'Share') return (query) => languageShare(ranking(query), lang!, cutoff!);
    if (family === 'TLR') return (query) => otherLanguageRecall(ranking(query), cutoff!, rel);
    if (family === 'PEER') {
      const levels = gradesOf(pool);
      return (query) => equalExpectedRank(ranking(query), cutoff!, levels);
    }
    const [, other] = [...lists].find(([{ queryLang }]) => queryLang === lang)!;
    return (query) => {
      const translated = other.get(query);
      if (!translated) return Number.NaN;
      const [a, b] = [own.get(query)!, translated].map((list) => identities(list.slice(0, cutoff), figure));
      return rankBiasedOverlap(a, b, p!);
    };
  }
}

/** The figures that a measure stands for on a pool; none where it names a language that the pool does not have. */
function spelledOut(measure: Measure, pool: JudgedPool, all: JudgedPool[]): Measure[] {
  const languages =
    measure.family === 'Share'
      ? pool.docLangs
      : measure.family === 'RBO'
        ? all.map(({ queryLang }) => queryLang).filter((language) => language !== pool.queryLang)
        : undefined;
  if (!languages) return [measure];
  return languages
    .filter((lang) => measure.lang === undefined || measure.lang === lang)
    .map((lang) => ({ ...measure, lang }));
}

/** Grades above 0 that a pool has; PEER weighs them alike. */
const gradesOf = ({ qrels }: JudgedPool) =>
  [...new Set([...qrels.values()].flatMap((grades) => [...grades.values()]))].filter((grade) => grade > 0);
