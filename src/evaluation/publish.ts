import { readFile } from 'node:fs/promises';
import type { Sql } from '#src/database/client.ts';
import type { PoolOf, ScoresFile } from './scores.ts';

export const loadScores = async (path: string) => JSON.parse(await readFile(path, 'utf8')) as ScoresFile;

/** Scores become rows in the transaction that ends their run. A repeated publication changes nothing. */
export async function publishScores(tx: Sql, run: string, { scores, averages, queries }: ScoresFile) {
  const key = (of: PoolOf) => `${of.benchmark} ${of.queryLang} ${of.docLang} ${of.pool}`;
  const ids = new Map(queries.map((direction) => [key(direction), direction.ids]));
  for (const score of scores) {
    const { rows } = await tx.query(
      `INSERT INTO score (run_id, system, benchmark, query_lang, doc_lang, pool, metric, value, ci_low, ci_high, queries, convention)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING RETURNING id`,
      [
        run,
        score.system,
        score.benchmark,
        score.queryLang,
        score.docLang,
        score.pool,
        score.metric,
        score.value,
        score.ciLow,
        score.ciHigh,
        score.n,
        JSON.stringify(score.convention),
      ],
    );
    if (rows.length)
      await tx.query('INSERT INTO query_scores (score_id, query_ids, values) VALUES ($1, $2, $3)', [
        rows[0].id,
        score.queries ?? ids.get(key(score)),
        score.perQuery,
      ]);
  }
  for (const average of averages)
    await tx.query(
      `INSERT INTO score_average (run_id, system, benchmark, metric, name, value, ci_low, ci_high, directions)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
      [
        run,
        average.system,
        average.benchmark,
        average.metric,
        average.name,
        average.value,
        average.ciLow,
        average.ciHigh,
        average.directions,
      ],
    );
}
