import type { Context } from '#src/api/context.ts';
import type { Database, Sql } from '#src/database/client.ts';
import { UserError } from '#src/errors.ts';
import { findRef, refStatement, resolveRef } from '#src/names/ref.ts';
import { type IndexState, readIndexes } from './indexes.ts';
import type { Alongside } from './nearest.ts';

/** What a search must know of an embedding set before it starts. */
export interface SearchableSet {
  id: number;
  digest: string;
  modelDigest: string;
  collectionId: number;
  dimension: number;
  count: number;
  /** Vectors by language. */
  languages: Record<string, number>;
  textsPerUnit: number;
  indexes: IndexState[];
}

/**
 * Sets never change, so one read serves many searches; their indexes do, and so do sets that are deleted, by any
 * process. This is how long another process' doing may stay unseen.
 */
const freshMillis = 2000;
const remembered = new WeakMap<object, Map<string, { at: number; set: Promise<SearchableSet | null> }>>();

/** The set a ref leads to. Throws NOT_FOUND, or CONFLICT where a run is still making it, naming `path`. */
export async function resolveSet({ db }: Context['lab'], ref: string, path: string): Promise<SearchableSet> {
  const digest = await findRef(db.pool, 'EMBEDDING_SET', ref);
  const set = digest && (await recall(db, digest));
  if (set) return set;
  await refuseUnfinished(db.pool, ref, path);
  await resolveRef(db.pool, 'EMBEDDING_SET', ref, path);
  const message = `embedding set "${ref.slice(0, 200)}" has been deleted; launch the embedding again`;
  throw new UserError('NOT_FOUND', message, [{ path, message }]);
}

/** Where refs led when they were last looked up. */
const ledTo = new WeakMap<object, Map<string, string>>();
const mostLedTo = 1000;

/**
 * Does what only reads on the set that a ref leads to. It begins on the set that the ref led to last, and takes the
 * lookup of the ref along if it can: a message of its own takes a tenth of a search's time. Where the ref has moved
 * meanwhile, what was done counts for nothing.
 */
export async function onSet<T>(
  lab: Context['lab'],
  ref: string,
  path: string,
  work: (set: SearchableSet, lookup: Alongside | null) => Promise<T>,
): Promise<T> {
  const { db } = lab;
  const known = ledTo.get(db.pool) ?? new Map<string, string>();
  ledTo.set(db.pool, known);
  const last = known.get(ref);
  const early = last ? await recall(db, last) : null;
  if (early) {
    const lookup: Alongside = { ...refStatement('EMBEDDING_SET', ref), rows: null };
    const begun = work(early, lookup);
    await begun.catch(() => {}); // a ref that has moved matters more than what failed where it led
    const digest = lookup.rows ? lookup.rows[0]?.digest : await findRef(db.pool, 'EMBEDDING_SET', ref);
    if (digest === last) return begun;
  }
  const set = await resolveSet(lab, ref, path);
  if (known.size >= mostLedTo) known.delete(known.keys().next().value!);
  known.set(ref, set.digest);
  return work(set, null);
}

function recall(db: Database, digest: string) {
  let sets = remembered.get(db.pool);
  if (!sets) {
    sets = new Map();
    remembered.set(db.pool, sets);
  }
  const known = sets.get(digest);
  if (known && performance.now() - known.at < freshMillis) return known.set;
  const set = read(db, digest);
  sets.set(digest, { at: performance.now(), set });
  set.catch(() => sets.delete(digest));
  return set;
}

/** To be called when a set's indexes changed, or it is gone. */
export const forget = ({ pool }: Database, digest: string) => remembered.get(pool)?.delete(digest);

async function read({ pool }: Database, digest: string): Promise<SearchableSet | null> {
  const { rows } = await pool.query(
    `SELECT id, digest, model_digest AS "modelDigest", collection_id AS "collectionId", dimension, count, languages, texts_per_unit AS "textsPerUnit"
     FROM embedding_set WHERE digest = $1 AND status = 'READY'`,
    [digest],
  );
  return rows.length ? { ...rows[0], indexes: await readIndexes(pool, rows[0].id) } : null;
}

/** A name that a run is about to give is not unknown: say that it is still being made. */
async function refuseUnfinished(sql: Sql, ref: string, path: string) {
  const { rows } = await sql.query(
    `SELECT id, status, progress FROM run
     WHERE kind = 'EMBEDDING' AND status IN ('QUEUED', 'RUNNING') AND ($1 = ANY(names) OR recipe_hash = $1) LIMIT 1`,
    [ref.split('@')[0].normalize('NFC')],
  );
  if (!rows.length) return;
  const [{ id, status, progress }] = rows;
  const far = progress?.total ? ` (${progress.done} of ${progress.total} ${progress.unit})` : '';
  const message = `embedding set "${ref.slice(0, 200)}" is still being made by run ${id}, which is ${status}${far}; search it when the run has succeeded`;
  throw new UserError('CONFLICT', message, [{ path, message }]);
}
