import type { Sql } from '#src/database/client.ts';
import type { EntityKind } from '#src/database/generated/enums.ts';
import { badInput, UserError } from '#src/errors.ts';

/**
 * A ref names an entity by `name` (its latest version), `name@3`, `name@alias` or its digest. Names may be in any
 * script and have slashes (`intfloat/multilingual-e5-small`); they never become paths.
 */
const nameShape = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}._/-]{0,127}$/u;
const digestShape = /^[0-9a-f]{64}$/;

/** Systems that are no models but stand beside them wherever models are named. */
export const reservedNames = ['bm25'];

/** NFC-normalised name; throws BAD_USER_INPUT naming `path`. */
export function checkName(name: string, path: string): string {
  const normal = name.normalize('NFC');
  if (!nameShape.test(normal) || digestShape.test(normal))
    throw badInput(
      path,
      `"${name.slice(0, 140)}" is not a name: use 1 to 128 letters, digits, ".", "_", "-" or "/", beginning with a letter or digit`,
    );
  if (reservedNames.includes(normal.toLowerCase()))
    throw badInput(path, `"${normal}" is reserved for the built-in system`);
  return normal;
}

export function checkAlias(alias: string, path: string): string {
  const normal = checkName(alias, path);
  if (/^\d+$/.test(normal) || normal.includes('/'))
    throw badInput(path, `"${alias}" is not an alias: plain numbers are versions, and "/" is for names`);
  return normal;
}

/** Where the entities of a kind stand, and which rows of the table count. */
export const entityTables: Record<EntityKind, { noun: string; table: string; where: string }> = {
  CORPUS: { noun: 'corpus', table: 'collection', where: `kind = 'CORPUS' AND published_at IS NOT NULL` },
  BENCHMARK: {
    noun: 'benchmark',
    table: 'collection',
    where: `kind = 'BENCHMARK' AND published_at IS NOT NULL`,
  },
  TOKENIZER: { noun: 'tokenizer', table: 'tokenizer', where: 'true' },
  MODEL: { noun: 'model', table: 'model', where: 'true' },
  EMBEDDING_SET: { noun: 'embedding set', table: 'embedding_set', where: `status = 'READY'` },
  ARTIFACT: { noun: 'artifact', table: 'artifact', where: 'true' },
};
export const nounOf = (kind: EntityKind) => entityTables[kind].noun;

/** The digest a ref leads to, or null. Every search asks, so the statements have names, and are planned once a connection. */
export async function findRef(sql: Sql, kind: EntityKind, ref: string): Promise<string | null> {
  const { rows } = await sql.query(refStatement(kind, ref));
  return rows[0]?.digest ?? null;
}

/** The statement of findRef, for a message that has other statements too. */
export function refStatement(kind: EntityKind, ref: string) {
  if (digestShape.test(ref)) {
    const { table, where } = entityTables[kind];
    return { text: `SELECT digest FROM ${table} WHERE digest = $1 AND ${where}`, values: [ref] };
  }
  const at = ref.lastIndexOf('@');
  const name = (at < 0 ? ref : ref.slice(0, at)).normalize('NFC');
  const suffix = at < 0 ? null : ref.slice(at + 1);
  if (suffix === null)
    return {
      name: 'ref of the latest version',
      text: 'SELECT digest FROM name WHERE kind = $1 AND name = $2 ORDER BY version DESC LIMIT 1',
      values: [kind, name],
    };
  return /^\d{1,9}$/.test(suffix)
    ? {
        name: 'ref of a version',
        text: 'SELECT digest FROM name WHERE kind = $1 AND name = $2 AND version = $3',
        values: [kind, name, suffix],
      }
    : {
        name: 'ref of an alias',
        text: 'SELECT digest FROM alias WHERE kind = $1 AND name = $2 AND alias = $3',
        values: [kind, name, suffix.normalize('NFC')],
      };
}

/** The digest a ref leads to; throws NOT_FOUND naming `path`. */
export async function resolveRef(sql: Sql, kind: EntityKind, ref: string, path: string): Promise<string> {
  const digest = await findRef(sql, kind, ref);
  if (digest) return digest;
  const message = `there is no ${nounOf(kind)} "${ref.slice(0, 200)}"; a ref is a name, name@version, name@alias or a digest`;
  throw new UserError('NOT_FOUND', message, [{ path, message }]);
}
