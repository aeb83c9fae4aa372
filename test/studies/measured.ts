import type { Sql } from '#src/database/client.ts';

/**
 * Gives every evaluation of a study a run and scores drawn at random, as if all had been run: what reads of a large
 * study cost can be seen without training a thousand models. `queries` per direction, four directions.
 */
export async function measureAtRandom(sql: Sql, study: string, queries: number): Promise<number> {
  await sql.query('SELECT setseed(0.5)');
  await sql.query(
    `WITH open AS (
       SELECT s.study_id, s.key, gen_random_uuid() AS run FROM study_step s JOIN study t ON t.id = s.study_id
       WHERE t.name = $1 AND s.kind = 'EVALUATION' AND s.run_id IS NULL
     ), runs AS (
       INSERT INTO run (id, kind, status, names, recipe, recipe_hash)
       SELECT run, 'EVALUATION', 'SUCCEEDED', '{}', '{}', run::text FROM open RETURNING id
     )
     UPDATE study_step s SET run_id = o.run FROM open o WHERE s.study_id = o.study_id AND s.key = o.key`,
    [study],
  );
  const { rowCount } = await sql.query(
    `INSERT INTO score (run_id, system, benchmark, query_lang, doc_lang, pool, metric, value, queries, convention)
     SELECT s.run_id, s.key, s.cell->>'benchmark', q, d, CASE WHEN q = d THEN 'MONO' ELSE 'CROSS' END::"Pool", 'nDCG@10', 0.5, $2, '{}'
     FROM study_step s JOIN study t ON t.id = s.study_id, unnest('{ko,en}'::text[]) q, unnest('{ko,en}'::text[]) d
     WHERE t.name = $1 AND s.kind = 'EVALUATION'
     ON CONFLICT DO NOTHING`,
    [study, queries],
  );
  await sql.query(
    `INSERT INTO query_scores (score_id, query_ids, values)
     SELECT c.id, ARRAY(SELECT 'q' || n FROM generate_series(1, $2::int) n ORDER BY n),
            ARRAY(SELECT random() + 0 * c.id FROM generate_series(1, $2::int) n)
     FROM score c WHERE c.run_id IN (SELECT run_id FROM study_step s JOIN study t ON t.id = s.study_id WHERE t.name = $1)
     ON CONFLICT DO NOTHING`,
    [study, queries],
  );
  return rowCount! / 4;
}
