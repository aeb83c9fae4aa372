import { type PageArgs, page } from '#src/api/connection.ts';
import type { Context } from '#src/api/context.ts';
import { loadRun, type RunRow, uuidShape } from './load.ts';

interface RunListArgs extends PageArgs {
  filter?: {
    kind?: string[] | null;
    status?: string[] | null;
    name?: string | null;
    tag?: string | null;
    createdAfter?: Date | null;
    createdBefore?: Date | null;
  } | null;
  orderBy?: 'NEWEST' | 'OLDEST' | null;
}

/** Run ids sort by time of creation, so one key orders the list and serves as its cursor. */
export function runConnection(context: Context, args: RunListArgs) {
  const { lab } = context;
  const values: unknown[] = [];
  const conditions = ['true'];
  const where = (condition: (n: string) => string, value: unknown) => {
    if (value == null) return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  const { filter } = args;
  where((n) => `kind = ANY(${n}::"RunKind"[])`, filter?.kind);
  where((n) => `status = ANY(${n}::"RunStatus"[])`, filter?.status);
  where((n) => `${n} = ANY(names)`, filter?.name);
  where(
    (n) => `EXISTS (SELECT 1 FROM tag WHERE tag.kind = 'RUN' AND tag.key = run.id::text AND tag.tag = ${n})`,
    filter?.tag,
  );
  where((n) => `created_at > ${n}`, filter?.createdAfter);
  where((n) => `created_at < ${n}`, filter?.createdBefore);
  const condition = conditions.join(' AND ');
  const [comparison, order] = args.orderBy === 'OLDEST' ? ['>', 'ASC'] : ['<', 'DESC'];
  return page<RunRow>(
    args,
    (run) => [run.id],
    1,
    async (after, limit) => {
      const bounded = after && uuidShape.test(after[0]) ? [...values, limit, after[0]] : [...values, limit];
      const beyond = bounded.length > values.length + 1 ? `AND id ${comparison} $${bounded.length}` : '';
      const { rows } = await lab.db.pool.query(
        `SELECT id FROM run WHERE ${condition} ${beyond} ORDER BY id ${order} LIMIT $${values.length + 1}`,
        bounded,
      );
      return Promise.all(rows.map(async (row) => (await loadRun(context, row.id))!));
    },
    async () =>
      (await lab.db.pool.query(`SELECT count(*)::int AS n FROM run WHERE ${condition}`, values)).rows[0].n,
  );
}
