import { inLanguage } from '#src/evaluation/pool.ts';
import { admits, isMixed, type JudgedPool } from './pools.ts';
import { type Ranking, rankOrder } from './rank.ts';

/**
 * Rankings over mixed pools, put together from searches of one language each. A model's scores lie on one scale, so
 * the best of all languages are among the best of each, and only one language's vectors are held at a time.
 */
export function openMixing(pools: JudgedPool[], depth: number) {
  const mixed = pools.filter(isMixed);
  /** Per pool: query -> what was found in each language. */
  const found = new Map(mixed.map((pool) => [pool, new Map<string, Ranking>()]));

  function put(pool: JudgedPool, query: string, language: string, { documents, scores }: Ranking) {
    const kept = found.get(pool)!;
    const known = kept.get(query) ?? { documents: [], scores: [] };
    kept.set(query, {
      documents: [...known.documents, ...documents.map((id) => inLanguage(language, id))],
      scores: [...Array.from(known.scores), ...Array.from(scores)],
    });
  }

  return {
    /** Takes what a search of one language found for a query, deep enough for what a pool leaves out. */
    take(queryLang: string, language: string, query: string, ranking: Ranking) {
      for (const pool of mixed) {
        if (pool.queryLang !== queryLang || !pool.docLangs.includes(language) || !pool.qrels.has(query))
          continue;
        if (pool.pool === 'MIXED_DISTRACTOR' && pool.docLang === language) continue; // see takeGold
        const kept = Array.from(ranking.documents.keys())
          .filter((i) => admits(pool, query, language, ranking.documents[i]))
          .slice(0, depth);
        put(pool, query, language, {
          documents: kept.map((i) => ranking.documents[i]),
          scores: kept.map((i) => ranking.scores[i]),
        });
      }
    },
    /** Takes the scores of a query's relevant documents, which a search would find only where they rank high. */
    takeGold: (pool: JudgedPool, query: string, ranking: Ranking) => put(pool, query, pool.docLang, ranking),
    *rankings(pool: JudgedPool): Generator<[query: string, Ranking]> {
      for (const query of pool.qrels.keys()) {
        const ranking = found.get(pool)!.get(query) ?? { documents: [], scores: [] };
        const order = rankOrder(ranking, { scores: 'FLOAT32', ties: 'DOCUMENT_DESCENDING' }).subarray(
          0,
          depth,
        );
        yield [
          query,
          {
            documents: Array.from(order, (i) => ranking.documents[i]),
            scores: Float32Array.from(order, (i) => ranking.scores[i]),
          },
        ];
      }
      found.delete(pool);
    },
  };
}
