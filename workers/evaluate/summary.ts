import type { Direction } from '#src/benchmarks/entry.ts';
import { ownRuns } from '#src/evaluation/convention.ts';
import type { AverageEntry, Estimate, ScoreEntry } from '#src/evaluation/scores.ts';
import { bootstrapMeans, mean, percentileInterval, type Resampling } from '#src/evaluation/statistics.ts';
import { byCodePoint } from '#workers/import/order.ts';

export const LEVEL = 0.95;

/** One metric in one direction. */
export interface Measured extends Direction {
  /** Ids, in the order of the values. */
  queries: string[];
  values: Float64Array;
}

/** A number that is computed from means, and the same computed from each resample. */
interface Sampled {
  value: number;
  replicates: Float64Array;
}

const average = (parts: Sampled[]): Sampled => ({
  value: mean(parts.map((p) => p.value)),
  replicates: parts[0].replicates.map((_, r) => mean(parts.map((p) => p.replicates[r]))),
});
const difference = (a: Sampled, b: Sampled): Sampled => ({
  value: a.value - b.value,
  replicates: a.replicates.map((x, r) => x - b.replicates[r]),
});

function estimate({ value, replicates }: Sampled): Estimate {
  const interval = percentileInterval(replicates, LEVEL);
  return { value, ciLow: interval?.low ?? null, ciHigh: interval?.high ?? null };
}

/**
 * One metric of one system on one benchmark: its score in each direction and the averages over directions, with
 * intervals. One bootstrap serves all: rows are query ids, drawn once for all directions in which a query stands, so
 * that averages and gaps keep the pairing of a query with its translations.
 */
export function summarise(
  of: { system: string; benchmark: string; metric: string },
  directions: Measured[],
  resampling: Resampling,
): { scores: ScoreEntry[]; averages: AverageEntry[] } {
  const rows = [...new Set(directions.flatMap((d) => d.queries))].sort(byCodePoint);
  const columns = directions.map(({ queries, values }) => {
    const known = new Map(queries.map((id, q) => [id, values[q]]));
    return rows.map((id) => known.get(id) ?? Number.NaN);
  });
  const sampled: Sampled[] = bootstrapMeans(columns, resampling).map((replicates, i) => ({
    value: mean(directions[i].values),
    replicates,
  }));

  const scores = directions.map(({ queryLang, docLang, queries, values }, i) => ({
    ...{ ...of, queryLang, docLang },
    ...estimate(sampled[i]),
    n: queries.length,
    convention: ownRuns,
    perQuery: Array.from(values),
  }));

  const averages: AverageEntry[] = [];
  const add = (name: AverageEntry['name'], what: Sampled, directions: number) =>
    averages.push({ ...of, name, ...estimate(what), directions });
  const [within, across] = [true, false].map((same) =>
    sampled.filter((_, i) => (directions[i].queryLang === directions[i].docLang) === same),
  );
  if (within.length) add('MONO', average(within), within.length);
  if (across.length) add('CLIR', average(across), across.length);
  if (within.length && across.length)
    add('GAP', difference(average(within), average(across)), directions.length);
  return { scores, averages };
}
