import type { Sql } from '#src/database/client.ts';
import type { EntityKind } from '#src/database/generated/enums.ts';
import { UserError } from '#src/errors.ts';
import { nounOf } from './ref.ts';

/** What to do when the name is taken by other content. */
export const onExisting = ['ERROR', 'NEW_VERSION'] as const;
export type OnExisting = (typeof onExisting)[number];

/** Names are given one at a time, so that two transactions cannot both find a name free. */
export const lockName = (tx: Sql, kind: EntityKind, name: string) =>
  tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${kind} ${name}`]);

/**
 * Gives an entity a name: version 1 of a new name, nothing when the name's latest version already is this digest,
 * and CONFLICT or the next version when it is another.
 */
export async function register(tx: Sql, kind: EntityKind, name: string, digest: string, policy: OnExisting) {
  await lockName(tx, kind, name);
  const { rows } = await tx.query(
    'SELECT version, digest FROM name WHERE kind = $1 AND name = $2 ORDER BY version DESC LIMIT 1',
    [kind, name],
  );
  const latest = rows[0] as { version: number; digest: string } | undefined;
  if (latest?.digest === digest) return;
  if (latest && policy === 'ERROR') throw taken(kind, name, latest.version);
  await tx.query('INSERT INTO name (kind, name, version, digest) VALUES ($1, $2, $3, $4)', [
    kind,
    name,
    (latest?.version ?? 0) + 1,
    digest,
  ]);
}

export function taken(kind: EntityKind, name: string, version: number) {
  const message = `a ${nounOf(kind)} named "${name}" exists (version ${version}) with other content; choose another name or pass onExisting: NEW_VERSION`;
  return new UserError('CONFLICT', message, [{ path: 'input.name', message }]);
}

/** Moves an alias, or with null takes it away, and keeps the move. */
export async function moveAlias(
  tx: Sql,
  kind: EntityKind,
  name: string,
  alias: string,
  digest: string | null,
) {
  const key = [kind, name, alias];
  await lockName(tx, kind, name);
  const { rows } = await tx.query(
    'SELECT digest FROM alias WHERE kind = $1 AND name = $2 AND alias = $3',
    key,
  );
  const from: string | null = rows[0]?.digest ?? null;
  if (from === digest) return;
  if (digest === null) await tx.query('DELETE FROM alias WHERE kind = $1 AND name = $2 AND alias = $3', key);
  else
    await tx.query(
      `INSERT INTO alias (kind, name, alias, digest) VALUES ($1, $2, $3, $4)
       ON CONFLICT (kind, name, alias) DO UPDATE SET digest = excluded.digest`,
      [...key, digest],
    );
  await tx.query('INSERT INTO alias_move (kind, name, alias, "from", "to") VALUES ($1, $2, $3, $4, $5)', [
    ...key,
    from,
    digest,
  ]);
}
