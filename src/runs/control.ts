import { UserError } from '#src/errors.ts';
import { appendEvents } from './events.ts';
import { settle } from './execution.ts';
import type { Laboratory } from './launch.ts';

const noRun = (id: string) => {
  const message = `there is no run ${id}`;
  return new UserError('NOT_FOUND', message, [{ path: 'id', message }]);
};

/** Asks a run to stop. A queued one ends at once, a running one within seconds; an ended one stays as it is. */
export async function cancelRun({ db }: Laboratory, id: string) {
  await db.transaction(async (tx) => {
    const { rows } = await tx.query('SELECT status, attempt FROM run WHERE id = $1 FOR UPDATE', [id]);
    if (!rows.length) throw noRun(id);
    const { status, attempt } = rows[0];
    if (status === 'QUEUED') return settle(tx, id, attempt, 'CANCELLED', null);
    if (status === 'RUNNING')
      await tx.query(
        'UPDATE run SET cancel_requested_at = coalesce(cancel_requested_at, now()) WHERE id = $1',
        [id],
      );
  });
}

/** Puts a failed or cancelled run back into the queue; it goes on from its last checkpoint where it has one. */
export async function retryRun({ db, queue }: Laboratory, id: string) {
  await db.transaction(async (tx) => {
    const { rows } = await tx.query(
      'SELECT status, attempt, recipe_hash, forced FROM run WHERE id = $1 FOR UPDATE',
      [id],
    );
    if (!rows.length) throw noRun(id);
    const run = rows[0];
    if (run.status !== 'FAILED' && run.status !== 'CANCELLED')
      throw new UserError(
        'CONFLICT',
        `run ${id} is ${run.status}; only failed and cancelled runs can be retried`,
      );
    const { rows: standing } = await tx.query(
      `SELECT id FROM run WHERE recipe_hash = $1 AND NOT forced AND status IN ('QUEUED', 'RUNNING', 'SUCCEEDED')`,
      [run.recipe_hash],
    );
    if (standing.length && !run.forced)
      throw new UserError(
        'CONFLICT',
        `run ${standing[0].id} has the same recipe and was launched since; look at that one`,
      );
    // Attempts lost before the person looked into it do not count against this try.
    await tx.query(`UPDATE attempt SET outcome = 'FAILED' WHERE run_id = $1 AND outcome = 'LOST'`, [id]);
    await tx.query(
      `UPDATE run SET status = 'QUEUED', cancel_requested_at = NULL, error = NULL, finished_at = NULL WHERE id = $1`,
      [id],
    );
    await appendEvents(tx, id, run.attempt, [
      { type: 'STATUS', payload: { status: 'QUEUED', reason: 'retried' } },
    ]);
    await queue.send(tx, id);
  });
}

/**
 * Sends messages for runs that wait without one: the queue gave up on them while the database was away, or a worker
 * was killed together with its queue. A second message for the same run does no harm.
 */
export async function resend({ db, queue }: Laboratory) {
  await db.transaction(async (tx) => {
    const { rows } = await tx.query(
      `SELECT r.id FROM run r
       WHERE (r.status = 'QUEUED' OR (r.status = 'RUNNING' AND r.lease_until < now() - interval '5 s'))
       AND NOT EXISTS (SELECT 1 FROM pgboss.job j WHERE j.name = 'run' AND j.data->>'run' = r.id::text
                       AND j.state IN ('created', 'retry', 'active'))
       ORDER BY r.id LIMIT 1000 FOR UPDATE SKIP LOCKED`,
    );
    for (const { id } of rows) await queue.send(tx, id);
  });
}
