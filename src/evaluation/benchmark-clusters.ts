import type { Sql } from '#src/database/client.ts';
import { badInput } from '#src/errors.ts';
import { type ClusterBy, passageClusters } from './resampling.ts';

/**
 * Query -> cluster of a published benchmark, over all its directions; undefined: every query by itself.
 * @throws UserError when its queries have no groups
 */
export async function loadClusters(
  sql: Sql,
  benchmark: string,
  by: ClusterBy,
): Promise<ReadonlyMap<string, string> | undefined> {
  if (by === 'QUERY') return undefined;
  if (by === 'GROUP') {
    const { rows } = await sql.query(
      `SELECT u.parallel_id AS query, u.attributes->>'group' AS "group" FROM unit u
       JOIN collection c ON c.id = u.collection_id
       WHERE c.kind = 'BENCHMARK' AND c.published_at IS NOT NULL AND c.digest = $1 AND u.kind = 'QUERY' AND u.attributes ? 'group'`,
      [benchmark],
    );
    if (rows.length > 0) return new Map(rows.map(({ query, group }) => [query, group]));
    throw badInput(
      'cluster',
      `the queries of benchmark ${benchmark.slice(0, 12)} have no groups; import it with a groupField, or draw by QUERY or PASSAGE`,
    );
  }
  const { rows } = await sql.query(
    `SELECT q.query_id AS query, array_agg(DISTINCT q.document_id) AS documents FROM qrel q
     JOIN collection c ON c.id = q.collection_id
     WHERE c.kind = 'BENCHMARK' AND c.published_at IS NOT NULL AND c.digest = $1 AND q.grade > 0 GROUP BY q.query_id`,
    [benchmark],
  );
  return passageClusters(new Map(rows.map(({ query, documents }) => [query, documents as string[]])));
}
