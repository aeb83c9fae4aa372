import { badInput } from '#src/errors.ts';
import { parallelIdOf } from '#src/evaluation/pool.ts';
import { type ClusterBy, passageClusters } from '#src/evaluation/resampling.ts';
import type { Benchmark } from './benchmark.ts';
import { isMixed } from './pools.ts';

/** Query -> cluster of a benchmark, over all its directions: a query and its translations are one row anyway. */
export function clustersOf(
  { directions, groups, digest }: Benchmark,
  by: ClusterBy,
): ReadonlyMap<string, string> | undefined {
  if (by === 'QUERY') return undefined;
  if (by === 'GROUP') {
    if (groups.size > 0) return groups;
    throw badInput(
      'input.cluster',
      `the queries of benchmark ${digest.slice(0, 12)} have no groups; import it with a groupField, or draw by QUERY or PASSAGE`,
    );
  }
  const relevant = new Map<string, string[]>();
  for (const pool of directions)
    for (const [query, grades] of pool.qrels) {
      const gold = [...grades].filter(([, grade]) => grade > 0).map(([document]) => document);
      const ids = isMixed(pool) ? gold.map(parallelIdOf) : gold;
      relevant.set(query, [...(relevant.get(query) ?? []), ...ids]);
    }
  return passageClusters(relevant);
}
