import type { Convention } from '#src/evaluation/convention.ts';
import type { Pool } from '#src/evaluation/pool.ts';
import { type ClusterBy, clusterIndex, type IntervalMethod } from '#src/evaluation/resampling.ts';
import type { AverageEntry, Estimate, ScoreEntry } from '#src/evaluation/scores.ts';
import {
  combined,
  intervalBy,
  type Resampling,
  type Sampled,
  sampleMeans,
} from '#src/evaluation/statistics.ts';
import { byCodePoint } from '#workers/import/order.ts';

export const LEVEL = 0.95;

/** One metric in one direction. */
export interface Measured {
  queryLang: string;
  docLang: string;
  pool: Pool;
  /** Ids, in the order of the values. */
  queries: string[];
  values: Float64Array;
}

export interface Intervals extends Resampling {
  method: IntervalMethod;
  cluster: ClusterBy;
  /** Query -> cluster; absent: every query by itself. */
  clusters?: ReadonlyMap<string, string>;
}

/**
 * One metric of one system on one benchmark: its score in each direction and the averages over the directions of one
 * document language, with intervals. One bootstrap serves all: rows are query ids, drawn once for all directions in
 * which a query stands, so that averages and gaps keep the pairing of a query with its translations.
 */
export function summarise(
  of: { system: string; benchmark: string; metric: string },
  directions: Measured[],
  { method, cluster, clusters, ...resampling }: Intervals,
  convention: Partial<Convention> & { reference: string },
): { scores: ScoreEntry[]; averages: AverageEntry[] } {
  const rows = [...new Set(directions.flatMap((d) => d.queries))].sort(byCodePoint);
  const columns = directions.map(({ queries, values }) => {
    const known = new Map(queries.map((id, q) => [id, values[q]]));
    return rows.map((id) => known.get(id) ?? Number.NaN);
  });
  const sampled = sampleMeans(
    columns,
    resampling,
    clusters && clusterIndex(rows.map((id) => clusters.get(id) ?? `query ${id}`)),
  );
  const estimate = (what: Sampled): Estimate => {
    const interval = intervalBy(method, what, LEVEL);
    return { value: what.value, ciLow: interval?.low ?? null, ciHigh: interval?.high ?? null };
  };
  const interval = { method, cluster, level: LEVEL, ...resampling };

  const scores = directions.map(({ queries, values, ...direction }, i) => ({
    ...of,
    ...direction,
    ...estimate(sampled[i]),
    n: queries.length,
    convention: { ...convention, interval },
    perQuery: Array.from(values),
  }));

  const averages: AverageEntry[] = [];
  const partsOf = (pool: Pool) => sampled.filter((_, i) => directions[i].pool === pool);
  const [within, across] = [partsOf('MONO'), partsOf('CROSS')];
  const terms = (parts: Sampled[], sign = 1) => parts.map((part) => [part, sign / parts.length] as const);
  const add = (name: AverageEntry['name'], what: Sampled, directions: number) =>
    averages.push({ ...of, name, ...estimate(what), directions });
  if (within.length) add('MONO', combined(terms(within)), within.length);
  if (across.length) add('CLIR', combined(terms(across)), across.length);
  if (within.length && across.length)
    add('GAP', combined([...terms(within), ...terms(across, -1)]), within.length + across.length);
  return { scores, averages };
}
