import type { ScoreEntry, ScoresFile } from '#src/evaluation/scores.ts';
import type { Params } from '#src/recipes/kinds.ts';
import type { Benchmark } from './benchmark.ts';
import { clustersOf } from './clusters.ts';
import { type Intervals, LEVEL, type Measured } from './summary.ts';

/** A scores file without scores yet. */
export function openScores(
  { bootstrap, seed, interval, cluster }: Params<'EVALUATION'>,
  benchmarks: Benchmark[],
): ScoresFile {
  return {
    bootstrap: {
      method: interval ?? 'PERCENTILE',
      cluster: cluster ?? 'QUERY',
      ...{ level: LEVEL, resamples: bootstrap, seed },
    },
    queries: benchmarks.flatMap(({ digest, directions }) =>
      directions.map(({ queryLang, docLang, pool, qrels }) => ({
        ...{ benchmark: digest, queryLang, docLang, pool },
        ids: [...qrels.keys()],
      })),
    ),
    scores: [],
    averages: [],
  };
}

/** Queries are named beside a score only where they are not all of its direction's. */
export function withQueries(score: ScoreEntry, directions: Measured[], { queries }: ScoresFile) {
  const same = (a: { queryLang: string; docLang: string; pool: string }) =>
    a.queryLang === score.queryLang && a.docLang === score.docLang && a.pool === score.pool;
  const all = queries.find((q) => q.benchmark === score.benchmark && same(q))!.ids;
  const own = directions.find(same)!.queries;
  return own.length === all.length ? score : { ...score, queries: own };
}

export const intervalsOf = ({ bootstrap }: ScoresFile, benchmark: Benchmark): Intervals => ({
  ...{
    resamples: bootstrap.resamples,
    seed: bootstrap.seed,
    method: bootstrap.method,
    cluster: bootstrap.cluster,
  },
  clusters: clustersOf(benchmark, bootstrap.cluster),
});
