import { isDeepStrictEqual } from 'node:util';
import type { Context } from '#src/api/context.ts';
import { badInput, UserError } from '#src/errors.ts';
import { resolveRef } from '#src/names/ref.ts';
import { loadClusters } from './benchmark-clusters.ts';
import { measureName, parseMeasure } from './measures.ts';
import { type PairedDirection, pairedTests, type Tested, type TestedAverage } from './paired.ts';
import type { Pool } from './pool.ts';
import type { ClusterBy, IntervalMethod } from './resampling.ts';
import { loadPerQuery, type ScoreRow, scoresOf } from './schema.ts';
import type { StoredConvention } from './scores.ts';
import { BM25, isForeign } from './system.ts';

export interface DirectionComparison extends Tested {
  queryLang: string;
  docLang: string;
  pool: Pool;
  scores: ScoreRow[];
}

export interface Comparison {
  benchmark: string;
  metric: string;
  systems: string[];
  directions: DirectionComparison[];
  averages: TestedAverage[];
}

export interface CompareOptions {
  metric: string;
  interval: IntervalMethod;
  cluster: ClusterBy;
}

/** Random samples behind a p-value or an interval; fixed, so that the same scores always compare alike. */
const sampling = { resamples: 10_000, seed: 0 };
/** Quadratic in the systems: 12 of them are 66 pairs a direction. */
const mostSystems = 12;

/**
 * Compares the latest scores of systems pair by pair on the queries of a benchmark that all of them have: difference of
 * means with its bootstrap interval, Fisher's paired randomisation test and Student's, adjusted by Holm (field standard:
 * Smucker et al. 2007). Scores of unlike conventions are other quantities, and are refused.
 */
export async function compare(
  context: Context,
  refs: string[],
  benchmarkRef: string,
  options: CompareOptions,
): Promise<Comparison> {
  const { pool } = context.lab.db;
  if (refs.length < 2 || refs.length > mostSystems)
    throw badInput('models', `compare 2 to ${mostSystems} systems at a time`);
  const metric = measureName(parseMeasure(options.metric, 'metric'));
  const benchmark = await resolveRef(pool, 'BENCHMARK', benchmarkRef, 'benchmark');
  const systems = await Promise.all(
    refs.map((ref, i) => {
      if (ref.toLowerCase() === BM25) return BM25;
      return isForeign(ref) ? ref.normalize('NFC') : resolveRef(pool, 'MODEL', ref, `models[${i}]`);
    }),
  );
  if (new Set(systems).size !== systems.length) throw badInput('models', 'a system is named twice');
  const scores = await Promise.all(systems.map((system) => scoresOf(context, system, benchmark, metric)));
  scores.forEach((rows, i) => {
    if (rows.length) return;
    const how = isForeign(systems[i])
      ? 'score its run file first (scoreRanking)'
      : 'evaluate it first (launchEvaluation)';
    const message = `"${refs[i]}" has no ${metric} on "${benchmarkRef}" yet; ${how}`;
    throw new UserError('NOT_FOUND', message, [{ path: `models[${i}]`, message }]);
  });
  const key = ({ queryLang, docLang, pool }: ScoreRow) => `${queryLang} ${docLang} ${pool}`;
  const common = scores[0]
    .map((row) => scores.map((rows) => rows.find((other) => key(other) === key(row))))
    .filter((row): row is ScoreRow[] => row.every((score) => score !== undefined));
  if (common.length === 0)
    throw badInput(
      'models',
      'the systems have no direction of the benchmark in common; evaluate them in one',
    );
  for (const row of common) checkConventions(row, refs);
  const paired = await Promise.all(common.map((row) => pairDirection(context, row)));
  const clusters = await loadClusters(pool, benchmark, options.cluster);
  const tested = await pairedTests(paired, systems.length, {
    ...sampling,
    method: options.interval,
    clusters,
  });
  return {
    ...{ benchmark, metric, systems },
    directions: common.map((row, d) => {
      const [{ queryLang, docLang, pool }] = row;
      return { queryLang, docLang, pool, scores: row, ...tested.directions[d] };
    }),
    averages: tested.averages,
  };
}

/** Intervals and missing queries aside: values per query do not depend on them. */
function meaning(score: ScoreRow) {
  const { interval: _, missingQueries: __, ...rest } = score.convention as StoredConvention;
  return rest;
}

function checkConventions(row: ScoreRow[], refs: string[]) {
  const other = row.findIndex((score) => !isDeepStrictEqual(meaning(score), meaning(row[0])));
  if (other > 0)
    throw badInput(
      `models[${other}]`,
      `"${refs[other]}" was scored by the convention of ${meaning(row[other]).reference}, "${refs[0]}" by that of ${meaning(row[0]).reference}; score both by one`,
    );
}

async function pairDirection(context: Context, row: ScoreRow[]): Promise<PairedDirection> {
  const perQuery = await Promise.all(row.map(async (score) => (await loadPerQuery(context, score.id))!));
  const values = perQuery.map(({ queryIds, values }) => new Map(queryIds.map((id, i) => [id, values[i]])));
  const queries = perQuery[0].queryIds.filter((id) => values.every((of) => of.has(id)));
  const { pool } = row[0];
  if (queries.length === 0)
    throw badInput(
      'models',
      `the systems have no query in common from ${row[0].queryLang} to ${row[0].docLang}; score missing queries as ZERO`,
    );
  return {
    kind: pool === 'MONO' || pool === 'CROSS' ? pool : 'MIXED',
    queries,
    values: values.map((of) => queries.map((id) => of.get(id)!)),
  };
}
