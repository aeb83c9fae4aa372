import type { Context } from '#src/api/context.ts';
import { retrying } from '#src/database/client.ts';
import { UserError } from '#src/errors.ts';
import { readBuilds } from './builds.ts';
import { dropSet } from './load.ts';
import { partition } from './partition.ts';
import { forget, resolveSet, type SearchableSet } from './set.ts';

/** What searches in flight are waited for; deletion gives way to what takes longer, such as the build of an index. */
const patience = '5s';

/**
 * Deletes a set with its vectors, indexes and recalls: one partition dropped, whatever its size. Its names stay, and say
 * that it was deleted; its recipe can be launched again. Throws CONFLICT while an alias points at it, a run makes it
 * again, or an index of it is built.
 */
export async function deleteSet({ db }: Context['lab'], set: SearchableSet, path: string): Promise<void> {
  const refuse = (message: string) => new UserError('CONFLICT', message, [{ path, message }]);
  try {
    await db.transaction(async (tx) => {
      // A launch of the recipe looks for the run that stands for it under the same lock.
      await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`recipe ${set.digest}`]);
      const { rowCount } = await tx.query(
        `SELECT 1 FROM embedding_set WHERE id = $1 AND status = 'READY' FOR UPDATE`,
        [set.id],
      );
      if (!rowCount) throw gone(path);
      const { rows: aliases } = await tx.query(
        `SELECT name || '@' || alias AS ref FROM alias WHERE kind = 'EMBEDDING_SET' AND digest = $1 ORDER BY 1`,
        [set.digest],
      );
      if (aliases.length)
        throw refuse(
          `${aliases.map(({ ref }) => `"${ref}"`).join(', ')} ${aliases.length > 1 ? 'point' : 'points'} at this embedding set; move the alias first`,
        );
      const { rows: runs } = await tx.query(
        `SELECT id FROM run WHERE kind = 'EMBEDDING' AND recipe_hash = $1 AND status IN ('QUEUED', 'RUNNING') LIMIT 1`,
        [set.digest],
      );
      if (runs.length)
        throw refuse(`run ${runs[0].id} is making this embedding set again; wait for it, or cancel it`);
      if ((await readBuilds(tx, set.id)).length)
        throw refuse('an index of this embedding set is being built; delete the set when it is ready');
      // The partition first: waiting for its searches must not hold up the parent table, which loads need.
      await tx.query(`SET LOCAL lock_timeout = '${patience}'`);
      await tx.query(`LOCK TABLE ${partition(set.id)} IN ACCESS EXCLUSIVE MODE`);
      await dropSet(tx, set.id);
      // The run's result is gone, so it no longer stands for its recipe.
      await tx.query(`UPDATE run SET forced = true WHERE recipe_hash = $1 AND status = 'SUCCEEDED'`, [
        set.digest,
      ]);
    });
  } catch (error) {
    if ((error as { code?: string }).code === '55P03')
      throw refuse(`this embedding set is in use, and was not free within ${patience}; try again`);
    throw error;
  } finally {
    forget(db, set.digest);
  }
}

export function gone(path: string) {
  const message = 'this embedding set has been deleted; launch its embedding again';
  return new UserError('NOT_FOUND', message, [{ path, message }]);
}

/**
 * Resolves a set and works on it. A set that is deleted meanwhile, by whatever process, ends the work with NOT_FOUND,
 * whichever of its rows and tables was missed first.
 */
export async function withSet<T>(
  lab: Context['lab'],
  ref: string,
  path: string,
  work: (set: SearchableSet) => Promise<T>,
): Promise<T> {
  const set = await resolveSet(lab, ref, path);
  return unlessGone(lab, set, path, () => work(set));
}

/**
 * What is done with a set, or NOT_FOUND where it failed because the set is gone. Done again where it met a deletion in
 * a deadlock, for the deletion may be taken back.
 */
export async function unlessGone<T>(
  lab: Context['lab'],
  set: SearchableSet,
  path: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await retrying(work);
  } catch (error) {
    if (error instanceof UserError) throw error;
    // The lock waits for a deletion in flight, which what failed may have met halfway.
    const { rowCount } = await lab.db.pool.query('SELECT 1 FROM embedding_set WHERE id = $1 FOR KEY SHARE', [
      set.id,
    ]);
    if (rowCount) throw error;
    forget(lab.db, set.digest);
    throw gone(path);
  }
}
