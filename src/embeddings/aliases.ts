import type { Context } from '#src/api/context.ts';
import type { Sql } from '#src/database/client.ts';
import { badInput, UserError } from '#src/errors.ts';
import { checkAlias, checkName } from '#src/names/ref.ts';
import { lockName, moveAlias } from '#src/names/register.ts';
import { partition } from './partition.ts';
import { resolveSet, type SearchableSet } from './set.ts';

/**
 * An alias of embedding sets is what an application searches, while models come and go: `name@alias`, under any name.
 * It is read by every search anew, so a move is seen by the next search, everywhere and at once.
 */
interface Alias {
  name: string;
  alias: string;
}

const path = 'alias';

/** Reads `name@alias`; an alias alone goes under `usual`, the name that the set was given by. */
function parseAlias(text: string, usual: string | null): Alias {
  const at = text.lastIndexOf('@');
  const name = at < 0 ? usual : checkName(text.slice(0, at), path);
  if (name === null)
    throw badInput(path, `write the alias with its name, such as name@${text.slice(0, 100)}`);
  return { name, alias: checkAlias(text.slice(at + 1), path) };
}

const conflict = (message: string, at = path) => new UserError('CONFLICT', message, [{ path: at, message }]);

/**
 * Points an alias at a set. Throws CONFLICT where the set is still being made, and where texts that the alias serves
 * now would be gone: a set of the same collection must hold them all, one of another its languages.
 */
export async function pointAlias(lab: Context['lab'], ref: string, text: string): Promise<SearchableSet> {
  const set = await resolveSet(lab, ref, 'embeddingSet');
  const { name, alias } = parseAlias(text, ref === set.digest ? null : ref.split('@')[0].normalize('NFC'));
  await lab.db.transaction(async (tx) => {
    await lockName(tx, 'EMBEDDING_SET', name);
    await keep(tx, set.digest);
    const now = await target(tx, { name, alias });
    if (now && now !== set.digest) await refuseLoss(tx, now, set, `${name}@${alias}`);
    await moveAlias(tx, 'EMBEDDING_SET', name, alias, set.digest);
  });
  return set;
}

/** Moves an alias back to where it pointed before its last move, whatever that set holds. Returns its digest. */
export async function revertAlias({ db }: Context['lab'], text: string): Promise<string> {
  const { name, alias } = parseAlias(text, null);
  return db.transaction(async (tx) => {
    await lockName(tx, 'EMBEDDING_SET', name);
    const { rows } = await tx.query(
      `SELECT "from" FROM alias_move WHERE kind = 'EMBEDDING_SET' AND name = $1 AND alias = $2 ORDER BY id DESC LIMIT 1`,
      [name, alias],
    );
    if (!rows.length) throw unknown(text);
    const before: string | null = rows[0].from;
    if (before === null)
      throw conflict(`"${name}@${alias}" has pointed nowhere else, so there is no way back`);
    await keep(tx, before);
    await moveAlias(tx, 'EMBEDDING_SET', name, alias, before);
    return before;
  });
}

/** Takes an alias away; its history stays. */
export async function removeAlias({ db }: Context['lab'], text: string): Promise<void> {
  const { name, alias } = parseAlias(text, null);
  await db.transaction(async (tx) => {
    await lockName(tx, 'EMBEDDING_SET', name);
    if (!(await target(tx, { name, alias }))) throw unknown(text);
    await moveAlias(tx, 'EMBEDDING_SET', name, alias, null);
  });
}

function unknown(text: string) {
  const message = `there is no alias "${text.slice(0, 200)}" of an embedding set`;
  return new UserError('NOT_FOUND', message, [{ path, message }]);
}

async function target(tx: Sql, { name, alias }: Alias): Promise<string | null> {
  const { rows } = await tx.query(
    `SELECT digest FROM alias WHERE kind = 'EMBEDDING_SET' AND name = $1 AND alias = $2`,
    [name, alias],
  );
  return rows[0]?.digest ?? null;
}

/** Keeps a set from being deleted until this transaction ends; deletion then finds the alias. */
async function keep(tx: Sql, digest: string) {
  const { rowCount } = await tx.query(
    `SELECT 1 FROM embedding_set WHERE digest = $1 AND status = 'READY' FOR SHARE`,
    [digest],
  );
  if (rowCount) return;
  const message = `embedding set ${digest} has been deleted; launch its embedding again`;
  throw new UserError('NOT_FOUND', message, [{ path: 'embeddingSet', message }]);
}

async function refuseLoss(tx: Sql, now: string, set: SearchableSet, alias: string) {
  const { rows } = await tx.query(
    `SELECT id, collection_id AS collection, count, languages FROM embedding_set WHERE digest = $1 AND status = 'READY'`,
    [now],
  );
  if (!rows.length) return;
  const [old] = rows;
  if (old.collection !== set.collectionId) {
    const gone = Object.keys(old.languages).filter((language) => !Object.hasOwn(set.languages, language));
    if (gone.length)
      throw conflict(
        `"${alias}" serves texts in ${gone.sort().join(', ')}, and this set has none; embed those languages too`,
        'embeddingSet',
      );
    return;
  }
  const { rows: found } = await tx.query(
    `SELECT count(*)::int AS lacking FROM ${partition(old.id)} o
     WHERE NOT EXISTS (SELECT 1 FROM ${partition(set.id)} n WHERE n.ordinal = o.ordinal)`,
  );
  const { lacking } = found[0];
  if (lacking > 0)
    throw conflict(
      `this set lacks ${lacking} of the ${old.count} texts that "${alias}" serves now; embed them too`,
      'embeddingSet',
    );
}
