import type { Context } from '#src/api/context.ts';
import { badInput, UserError } from '#src/errors.ts';
import { resolveRef } from '#src/names/ref.ts';
import { measureName, parseMeasure } from './measures.ts';
import { loadPerQuery, type ScoreRow, scoresOf } from './schema.ts';
import { bootstrapDifference, effectSize, holm, pairedRandomization, winTieLoss } from './statistics.ts';

export interface Pair {
  a: string;
  b: string;
  difference: number;
  ciLow: number | null;
  ciHigh: number | null;
  p: number;
  pHolm: number;
  exact: boolean;
  effectSize: number | null;
  win: number;
  tie: number;
  loss: number;
}

export interface DirectionComparison {
  queryLang: string;
  docLang: string;
  scores: ScoreRow[];
  pairs: Pair[];
}

export interface Comparison {
  benchmark: string;
  metric: string;
  systems: string[];
  directions: DirectionComparison[];
}

/** Random samples behind a p-value or an interval; fixed, so that the same scores always compare alike. */
const sampling = { resamples: 10_000, seed: 0 };
/** Quadratic in the systems: 12 of them are 66 pairs a direction. */
const mostSystems = 12;

/**
 * Compares systems pair by pair on the queries of a benchmark: difference of means with its bootstrap interval, Fisher's
 * paired randomisation test, adjusted by Holm over all pairs and directions shown (field standard: Smucker et al. 2007).
 */
export async function compare(
  context: Context,
  refs: string[],
  benchmarkRef: string,
  metricName: string,
): Promise<Comparison> {
  const { pool } = context.lab.db;
  if (refs.length < 2 || refs.length > mostSystems)
    throw badInput('models', `compare 2 to ${mostSystems} systems at a time`);
  const metric = measureName(parseMeasure(metricName, 'metric'));
  const benchmark = await resolveRef(pool, 'BENCHMARK', benchmarkRef, 'benchmark');
  const systems = await Promise.all(
    refs.map((ref, i) =>
      ref.toLowerCase() === 'bm25' ? 'bm25' : resolveRef(pool, 'MODEL', ref, `models[${i}]`),
    ),
  );
  if (new Set(systems).size !== systems.length) throw badInput('models', 'a system is named twice');
  const scores = await Promise.all(systems.map((system) => scoresOf(context, system, benchmark, metric)));
  scores.forEach((rows, i) => {
    if (rows.length) return;
    const message = `"${refs[i]}" has no ${metric} on "${benchmarkRef}" yet; evaluate it first (launchEvaluation)`;
    throw new UserError('NOT_FOUND', message, [{ path: `models[${i}]`, message }]);
  });
  const key = ({ queryLang, docLang }: ScoreRow) => `${queryLang} ${docLang}`;
  const common = scores[0].filter((row) =>
    scores.every((rows) => rows.some((other) => key(other) === key(row))),
  );
  const directions = await Promise.all(
    common.map((row) =>
      compareDirection(
        context,
        systems,
        scores.map((rows) => rows.find((other) => key(other) === key(row))!),
      ),
    ),
  );
  const pairs = directions.flatMap((direction) => direction.pairs);
  const adjusted = holm(pairs.map((pair) => pair.p));
  pairs.forEach((pair, i) => {
    pair.pHolm = adjusted[i];
  });
  return { benchmark, metric, systems, directions };
}

async function compareDirection(
  context: Context,
  systems: string[],
  scores: ScoreRow[],
): Promise<DirectionComparison> {
  const perQuery = await Promise.all(scores.map(async (score) => (await loadPerQuery(context, score.id))!));
  const values = perQuery.map(({ queryIds, values }) => new Map(queryIds.map((id, i) => [id, values[i]])));
  const pairs: Pair[] = [];
  for (let i = 0; i < systems.length; i++)
    for (let k = i + 1; k < systems.length; k++) {
      const shared = perQuery[i].queryIds.filter((id) => values[k].has(id));
      const a = shared.map((id) => values[i].get(id)!);
      const b = shared.map((id) => values[k].get(id)!);
      const { difference, interval } = bootstrapDifference(a, b, sampling);
      const { p, exact } = pairedRandomization(a, b, sampling);
      pairs.push({
        a: systems[i],
        b: systems[k],
        difference,
        ciLow: interval?.low ?? null,
        ciHigh: interval?.high ?? null,
        p,
        pHolm: p,
        exact,
        effectSize: effectSize(a, b),
        ...winTieLoss(a, b),
      });
    }
  const [{ queryLang, docLang }] = scores;
  return { queryLang, docLang, scores, pairs };
}
