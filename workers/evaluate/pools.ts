import type { Direction } from '#src/benchmarks/entry.ts';
import { badInput } from '#src/errors.ts';
import { inLanguage, type Pool, poolOf, SEVERAL } from '#src/evaluation/pool.ts';
import { byCodePoint } from '#workers/import/order.ts';
import type { Grades } from './score.ts';

/** Queries of one language against one pool, and what is relevant there. */
export interface JudgedPool extends Direction {
  pool: Pool;
  /** Languages of the documents. A document of a mixed pool is named `ko:id`, here and in rankings. */
  docLangs: string[];
  /** Query -> document -> grade, in the order of the ids. */
  qrels: Map<string, Map<string, number>>;
}

export const isMixed = ({ pool }: { pool: Pool }) => pool === 'MIXED_PARALLEL' || pool === 'MIXED_DISTRACTOR';

export const showDirection = ({ queryLang, docLang }: Direction) => `${queryLang} against ${docLang}`;

/**
 * The pools asked for, from the directions that a benchmark judges: those of one language as they stand, then for each
 * query language the mixed ones of all its document languages.
 * @throws UserError when none of the directions makes such a pool
 */
export function poolsOf(directions: JudgedPool[], asked: readonly Pool[] | undefined): JudgedPool[] {
  if (!asked) return directions;
  const queryLangs = [...new Set(directions.map((d) => d.queryLang))];
  const groups = queryLangs.map((queryLang) => directions.filter((d) => d.queryLang === queryLang));
  const several = groups.filter((group) => group.length > 1);
  const made: Record<Pool, JudgedPool[]> = {
    MONO: directions.filter((d) => d.pool === 'MONO'),
    CROSS: directions.filter((d) => d.pool === 'CROSS'),
    MIXED_PARALLEL: several.map(parallel),
    MIXED_DISTRACTOR: several.flatMap((group) => group.map((gold) => distractor(gold, group))),
  };
  for (const pool of new Set(asked))
    if (made[pool].length === 0)
      throw badInput(
        'input.pools',
        `the directions ${directions.map(showDirection).join(', ')} make no ${pool} pool` +
          (pool.startsWith('MIXED') ? ': it takes queries judged against documents in two languages' : ''),
      );
  const single = directions.filter((d) => asked.includes(d.pool));
  return [
    ...single,
    ...(['MIXED_PARALLEL', 'MIXED_DISTRACTOR'] as const)
      .filter((pool) => asked.includes(pool))
      .flatMap((pool) => made[pool]),
  ];
}

export const judgedDirection = (direction: Direction): JudgedPool => ({
  ...direction,
  pool: poolOf(direction),
  docLangs: [direction.docLang],
  qrels: new Map(),
});

/** In the order in which code points put `ko:id`. */
const languagesOf = (group: JudgedPool[]) =>
  group.map((d) => d.docLang).sort((a, b) => (`${a}:` < `${b}:` ? -1 : 1));

const sortedById = <T>(map: Map<string, T>) => new Map([...map].sort(([a], [b]) => byCodePoint(a, b)));

function parallel(group: JudgedPool[]): JudgedPool {
  const qrels: JudgedPool['qrels'] = new Map();
  for (const { docLang, qrels: judged } of group)
    for (const [query, grades] of judged) {
      const all = qrels.get(query) ?? new Map<string, number>();
      qrels.set(query, all);
      for (const [document, grade] of grades) all.set(inLanguage(docLang, document), grade);
    }
  const [{ queryLang }] = group;
  return {
    ...{ queryLang, docLang: SEVERAL, pool: 'MIXED_PARALLEL', docLangs: languagesOf(group) },
    qrels: sortedById(qrels),
  };
}

/** The gold direction's relevant documents, and what the other directions judge not relevant. */
function distractor(gold: JudgedPool, group: JudgedPool[]): JudgedPool {
  const qrels: JudgedPool['qrels'] = new Map();
  for (const [query, grades] of gold.qrels) {
    const kept = new Map<string, number>();
    for (const [document, grade] of grades)
      if (grade > 0) kept.set(inLanguage(gold.docLang, document), grade);
    for (const { docLang, qrels: judged } of group)
      if (docLang !== gold.docLang)
        for (const [document, grade] of judged.get(query) ?? [])
          if (grade <= 0 && !isGold(grades, document)) kept.set(inLanguage(docLang, document), grade);
    qrels.set(query, kept);
  }
  return { ...gold, pool: 'MIXED_DISTRACTOR', docLangs: languagesOf(group), qrels };
}

const isGold = (grades: Grades, document: string) => (grades.get(document) ?? 0) > 0;

/**
 * Whether a document may stand in a query's ranking. Of MIXED_DISTRACTOR a pool's gold language holds relevant
 * documents only, and the other languages all but their translations.
 */
export function admits({ pool, docLang, qrels }: JudgedPool, query: string, language: string, id: string) {
  if (pool !== 'MIXED_DISTRACTOR') return true;
  return isGold(qrels.get(query)!, inLanguage(docLang, id)) === (language === docLang);
}

/** Ids of the relevant documents in a language of a mixed pool. */
export function goldIn({ qrels }: JudgedPool, query: string, language: string): string[] {
  const prefix = inLanguage(language, '');
  return [...qrels.get(query)!]
    .filter(([document, grade]) => grade > 0 && document.startsWith(prefix))
    .map(([document]) => document.slice(prefix.length));
}
