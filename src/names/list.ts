import { type PageArgs, page } from '#src/api/connection.ts';
import type { Context } from '#src/api/context.ts';
import type { EntityKind } from '#src/database/generated/enums.ts';
import { type EntityRow, loadEntity } from '#src/lineage/entity.ts';
import { entityTables } from './ref.ts';

export interface NamedListArgs extends PageArgs {
  name?: string | null;
}

/** Entities of a kind, newest first; with a name, those that have a version of it. */
export function namedConnection<R extends EntityRow>(
  context: Context,
  kind: EntityKind,
  args: NamedListArgs,
) {
  const { pool } = context.lab.db;
  const { table, where } = entityTables[kind];
  const named =
    args.name == null
      ? 'true'
      : `EXISTS (SELECT 1 FROM name n WHERE n.kind = '${kind}' AND n.digest = e.digest AND n.name = $1)`;
  const values = args.name == null ? [] : [args.name];
  return page<R>(
    args,
    (row) => [row.createdAt.toISOString(), row.digest],
    2,
    async (after, limit) => {
      const n = values.length;
      // Milliseconds are what a cursor carries, so they are what is compared.
      const beyond = after
        ? `AND (date_trunc('milliseconds', created_at), digest) < ($${n + 2}::timestamptz, $${n + 3})`
        : '';
      const { rows } = await pool.query(
        `SELECT digest FROM ${table} e WHERE ${where} AND ${named} ${beyond}
         ORDER BY date_trunc('milliseconds', created_at) DESC, digest DESC LIMIT $${n + 1}`,
        [...values, limit, ...(after ?? [])],
      );
      return Promise.all(
        rows.map(async (row) => (await loadEntity(context, { kind, digest: row.digest })) as R),
      );
    },
    async () =>
      (await pool.query(`SELECT count(*)::int AS n FROM ${table} e WHERE ${where} AND ${named}`, values))
        .rows[0].n,
  );
}
