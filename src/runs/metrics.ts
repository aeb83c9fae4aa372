import type { Database } from '#src/database/client.ts';

export interface Series {
  name: string;
  points: { step: number; value: number }[];
}

/**
 * Metric series of a run, the latest attempt's value where attempts overlap, thinned to about `maxPoints` a series:
 * of every bucket of steps the smallest and the largest value stay, so that spikes are seen at any zoom, and so do the
 * first and the last point.
 */
export async function readSeries(
  db: Database,
  run: string,
  names: string[] | null,
  maxPoints: number,
): Promise<Series[]> {
  const { rows } = await db.pool.query<{ name: string; step: number; value: number }>(
    `WITH latest AS (
       SELECT DISTINCT ON (name, step) name, step, value FROM metric_point
       WHERE run_id = $1 AND ($2::text[] IS NULL OR name = ANY($2)) ORDER BY name, step, attempt DESC
     ), placed AS (
       SELECT *, ((row_number() OVER (PARTITION BY name ORDER BY step) - 1) * $3
                  / greatest(count(*) OVER (PARTITION BY name), $3)) AS bucket FROM latest
     ), ranked AS (
       SELECT *, row_number() OVER (PARTITION BY name, bucket ORDER BY value, step) AS low,
                 row_number() OVER (PARTITION BY name, bucket ORDER BY value DESC, step) AS high,
                 step IN (min(step) OVER (PARTITION BY name), max(step) OVER (PARTITION BY name)) AS outer_end FROM placed
     )
     SELECT name, step, value FROM ranked WHERE low = 1 OR high = 1 OR outer_end ORDER BY name, step`,
    [run, names, Math.max(1, Math.floor(maxPoints / 2))],
  );
  const series = new Map<string, Series>();
  for (const { name, step, value } of rows) {
    if (!series.has(name)) series.set(name, { name, points: [] });
    series.get(name)!.points.push({ step, value });
  }
  return [...series.values()];
}
