import { builder } from '#src/api/builder.ts';
import { page } from '#src/api/connection.ts';
import { batched, type Context, inOrder } from '#src/api/context.ts';
import { BenchmarkType } from '#src/benchmarks/schema.ts';
import { loadRef, loadRow, type ModelRow } from '#src/lineage/entity.ts';
import { ModelType } from '#src/models/schema.ts';
import { resolveRef } from '#src/names/ref.ts';
import { PoolEnum } from './enums.ts';
import { measureName, parseMeasure } from './measures.ts';
import type { Pool } from './pool.ts';
import { isModel } from './system.ts';

export interface ScoreRow {
  id: string;
  runId: string;
  system: string;
  benchmark: string;
  queryLang: string;
  docLang: string;
  pool: Pool;
  metric: string;
  value: number;
  ciLow: number | null;
  ciHigh: number | null;
  queries: number;
  convention: unknown;
}

export interface AverageRow {
  system: string;
  benchmark: string;
  metric: string;
  name: 'MONO' | 'CLIR' | 'GAP';
  value: number;
  ciLow: number | null;
  ciHigh: number | null;
  directions: number;
}

const scoreColumns = `id, run_id AS "runId", system, benchmark, query_lang AS "queryLang", doc_lang AS "docLang", pool, metric, value,
  ci_low AS "ciLow", ci_high AS "ciHigh", queries, convention`;

/** "bm25", the ref of the model, or "run:" and the name of a foreign system. */
export const systemName = (context: Context, system: string) =>
  isModel(system) ? loadRef(context, { kind: 'MODEL', digest: system }) : Promise.resolve(system);

interface PerQuery {
  scoreId: string;
  queryIds: string[];
  values: number[];
}

/** Per-query values are fetched for all scores of an operation that ask for them at once. */
export const loadPerQuery = batched<string, PerQuery | null>(async (ids, { lab }) => {
  const { rows } = await lab.db.pool.query(
    'SELECT score_id::text AS "scoreId", query_ids AS "queryIds", values FROM query_scores WHERE score_id = ANY($1::bigint[])',
    [ids],
  );
  return inOrder(ids, rows as PerQuery[], (row) => row.scoreId);
});

const QueryScoreType = builder
  .objectRef<{ query: string; value: number; index: number }>('QueryScore')
  .implement({
    fields: (t) => ({ query: t.exposeString('query'), value: t.exposeFloat('value') }),
  });
const QueryScoreConnection = builder.connectionObject({ type: QueryScoreType, name: 'QueryScoreConnection' });

export const ScoreType = builder.objectRef<ScoreRow>('Score');
ScoreType.implement({
  description: 'One metric of one system in one direction and pool of a benchmark.',
  fields: (t) => ({
    system: t.string({
      description:
        '"bm25", the ref of the model, or "run:" and the name of a system whose run file was scored.',
      resolve: (score, _args, context) => systemName(context, score.system),
    }),
    model: t.field({
      type: ModelType,
      nullable: true,
      resolve: (score, _args, context) =>
        (isModel(score.system)
          ? loadRow(context, 'MODEL', score.system)
          : null) as Promise<ModelRow | null> | null,
    }),
    benchmark: t.field({
      type: BenchmarkType,
      resolve: async (score, _args, context) => (await loadRow(context, 'BENCHMARK', score.benchmark))!,
    }),
    queryLang: t.exposeString('queryLang'),
    docLang: t.exposeString('docLang', { description: '"mul" where all languages are searched.' }),
    pool: t.expose('pool', { type: PoolEnum }),
    metric: t.exposeString('metric', { description: "In ir_measures' spelling." }),
    value: t.exposeFloat('value'),
    ciLow: t.exposeFloat('ciLow', {
      nullable: true,
      description: '95 % bootstrap interval; `convention` has the method and what was drawn.',
    }),
    ciHigh: t.exposeFloat('ciHigh', { nullable: true }),
    queries: t.exposeInt('queries', { description: 'Queries in the mean.' }),
    convention: t.expose('convention', {
      type: 'JSON',
      description: 'How ties, gains and missing queries are treated, and how the interval was made.',
    }),
    perQuery: t.field({
      type: QueryScoreConnection,
      args: t.arg.connectionArgs(),
      resolve: async (score, args, context) => {
        const row = await loadPerQuery(context, score.id);
        const all = (row?.queryIds ?? []).map((query, index) => ({
          query,
          value: row!.values[index],
          index,
        }));
        return page<{ query: string; value: number; index: number }>(
          args,
          (item) => [item.index],
          1,
          async (after, limit) => {
            const start = after ? Number(after[0]) + 1 : 0;
            return all.slice(start, start + limit);
          },
          async () => all.length,
        );
      },
    }),
  }),
});

export const AverageNameEnum = builder.enumType('AverageName', {
  values: {
    MONO: { description: 'Mean over the directions within a language.' },
    CLIR: { description: 'Mean over the directions across languages.' },
    GAP: { description: 'MONO - CLIR.' },
  },
});

export const ScoreAverageType = builder.objectRef<AverageRow>('ScoreAverage').implement({
  fields: (t) => ({
    system: t.string({ resolve: (average, _args, context) => systemName(context, average.system) }),
    benchmark: t.field({
      type: BenchmarkType,
      resolve: async (average, _args, context) => (await loadRow(context, 'BENCHMARK', average.benchmark))!,
    }),
    metric: t.exposeString('metric'),
    name: t.field({ type: AverageNameEnum, resolve: (average) => average.name }),
    value: t.exposeFloat('value'),
    ciLow: t.exposeFloat('ciLow', { nullable: true }),
    ciHigh: t.exposeFloat('ciHigh', { nullable: true }),
    directions: t.exposeInt('directions', { description: 'Directions in the mean.' }),
  }),
});

/** The latest score of a system in every direction and pool, with an optional benchmark and metric. */
export async function scoresOf(
  context: Context,
  system: string,
  benchmark: string | null | undefined,
  metric: string | null | undefined,
): Promise<ScoreRow[]> {
  const { pool } = context.lab.db;
  const digest = benchmark == null ? null : await resolveRef(pool, 'BENCHMARK', benchmark, 'benchmark');
  const name = metric == null ? null : measureName(parseMeasure(metric, 'metric'));
  const { rows } = await pool.query(
    `SELECT DISTINCT ON (benchmark, query_lang, doc_lang, pool, metric) ${scoreColumns} FROM score
     WHERE system = $1 AND ($2::text IS NULL OR benchmark = $2) AND ($3::text IS NULL OR metric = $3)
     ORDER BY benchmark, query_lang, doc_lang, pool, metric, id DESC`,
    [system, digest, name],
  );
  return rows;
}

export async function scoresOfRun({ lab }: Context, run: string): Promise<ScoreRow[]> {
  const { rows } = await lab.db.pool.query(
    `SELECT ${scoreColumns} FROM score WHERE run_id = $1 ORDER BY id`,
    [run],
  );
  return rows;
}

export async function averagesOfRun({ lab }: Context, run: string): Promise<AverageRow[]> {
  const { rows } = await lab.db.pool.query(
    `SELECT system, benchmark, metric, name, value, ci_low AS "ciLow", ci_high AS "ciHigh", directions
     FROM score_average WHERE run_id = $1 ORDER BY benchmark, metric, system, name DESC`,
    [run],
  );
  return rows;
}
