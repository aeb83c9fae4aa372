import type { Database, Sql } from '#src/database/client.ts';
import type { EntityKind } from '#src/database/generated/enums.ts';
import type { ErrorCode, Issue } from '#src/errors.ts';
import type { Recipe } from '#src/recipes/recipe.ts';
import { appendEvents, type EventDraft } from './events.ts';
import type { Hints } from './launch.ts';

/**
 * A worker's hold on a run: (run, attempt) under a lease. Every statement below asks for both, by the database's
 * clock alone, so that a worker that was paused or cut off changes nothing once another has taken over.
 */
export interface Hold {
  run: string;
  attempt: number;
}

export interface HeldRun extends Hold {
  recipe: Recipe;
  names: string[];
  hints: Hints;
}

export class LeaseLost extends Error {
  constructor(hold: Hold) {
    super(`run ${hold.run}: attempt ${hold.attempt} lost its lease`);
    this.name = 'LeaseLost';
  }
}

export interface RunError {
  code: ErrorCode | 'INTERNAL';
  message: string;
  issues: Issue[];
}

/** Renewed every second; a run is taken from a silent worker after this. */
const leaseSeconds = 10;
const lease = `now() + interval '${leaseSeconds} s'`;

/** A run that takes its workers down with it is given up after so many lost attempts. */
const maxLostAttempts = 3;

/**
 * Takes a run. 'held': someone else has a live lease, ask again later. 'settled': nothing to do (any more).
 */
export async function claim(
  db: Database,
  run: string,
  worker: string,
  environment: unknown,
): Promise<HeldRun | 'held' | 'settled'> {
  return db.transaction(async (tx) => {
    const { rows } = await tx.query(
      `SELECT status, attempt, names, recipe, hints, lease_until > now() AS held, cancel_requested_at IS NOT NULL AS cancelled
       FROM run WHERE id = $1 FOR UPDATE`,
      [run],
    );
    const found = rows[0];
    if (!found || !['QUEUED', 'RUNNING'].includes(found.status)) return 'settled';
    if (found.status === 'RUNNING' && found.held) return 'held';
    if (found.status === 'RUNNING') await closeAttempt(tx, { run, attempt: found.attempt }, 'LOST', null);
    if (found.cancelled) {
      await settle(tx, run, found.attempt, 'CANCELLED', null);
      return 'settled';
    }
    const { rows: lost } = await tx.query(
      `SELECT count(*)::int AS n FROM attempt WHERE run_id = $1 AND outcome = 'LOST'`,
      [run],
    );
    if (lost[0].n >= maxLostAttempts) {
      await settle(tx, run, found.attempt, 'FAILED', {
        code: 'UNAVAILABLE',
        message: `its worker died ${lost[0].n} times, as processes do that run out of memory; look at the worker's log, lower the batch size or give it a larger machine, then retry`,
        issues: [],
      });
      return 'settled';
    }
    const attempt = found.attempt + 1;
    await tx.query(
      `UPDATE run SET status = 'RUNNING', attempt = $2, lease_until = ${lease}, started_at = coalesce(started_at, now()),
       environment = $3, error = NULL WHERE id = $1`,
      [run, attempt, JSON.stringify(environment)],
    );
    await tx.query('INSERT INTO attempt (run_id, number, worker, environment) VALUES ($1, $2, $3, $4)', [
      run,
      attempt,
      worker,
      JSON.stringify(environment),
    ]);
    await appendEvents(tx, run, attempt, [{ type: 'STATUS', payload: { status: 'RUNNING', attempt } }]);
    return { run, attempt, recipe: found.recipe, names: found.names, hints: found.hints };
  });
}

export interface Point {
  name: string;
  step: number;
  value: number;
}

export interface Progress {
  done: number;
  total: number | null;
  unit: string;
}

/** What a child said since the last call. */
export interface Batch {
  progress: Progress | null;
  points: Point[];
  logs: { level: 'info' | 'warn'; message: string }[];
}

/** Renews the lease and writes what happened; answers whether a cancel was asked for. Throws LeaseLost. */
export async function record(db: Database, hold: Hold, batch: Batch): Promise<{ cancel: boolean }> {
  return db.transaction(async (tx) => {
    const { rows } = await tx.query(
      `UPDATE run SET lease_until = ${lease}, progress = coalesce($3::jsonb || jsonb_build_object('at', now()), progress)
       WHERE id = $1 AND attempt = $2 AND status = 'RUNNING' RETURNING cancel_requested_at IS NOT NULL AS cancel`,
      [hold.run, hold.attempt, batch.progress && JSON.stringify(batch.progress)],
    );
    if (!rows.length) throw new LeaseLost(hold);
    if (batch.points.length) await writePoints(tx, hold, batch.points);
    const events: EventDraft[] = batch.logs.map((log) => ({ type: 'LOG', payload: log }));
    if (batch.points.length) events.push({ type: 'METRICS', payload: { points: batch.points } });
    if (batch.progress) events.push({ type: 'PROGRESS', payload: { ...batch.progress } });
    await appendEvents(tx, hold.run, hold.attempt, events);
    return { cancel: rows[0].cancel };
  });
}

async function writePoints(tx: Sql, hold: Hold, points: Point[]) {
  const columns = [points.map((p) => p.name), points.map((p) => p.step), points.map((p) => p.value)];
  await tx.query(
    `INSERT INTO metric_point (run_id, attempt, name, step, value)
     SELECT DISTINCT ON (name, step) $1::uuid, $2::int, name, step, value
     FROM unnest($3::text[], $4::int[], $5::float8[]) WITH ORDINALITY AS p(name, step, value, n) ORDER BY name, step, n DESC
     ON CONFLICT (run_id, name, step, attempt) DO UPDATE SET value = excluded.value, at = now()`,
    [hold.run, hold.attempt, ...columns],
  );
  await tx.query(
    `INSERT INTO metric_summary (run_id, name, count, last_step, last, min, max)
     SELECT $1::uuid, name, count(*), max(step), (array_agg(value ORDER BY step DESC))[1], min(value), max(value)
     FROM unnest($2::text[], $3::int[], $4::float8[]) AS p(name, step, value) GROUP BY name
     ON CONFLICT (run_id, name) DO UPDATE SET count = metric_summary.count + excluded.count,
       last_step = greatest(metric_summary.last_step, excluded.last_step),
       last = CASE WHEN excluded.last_step >= metric_summary.last_step THEN excluded.last ELSE metric_summary.last END,
       min = least(metric_summary.min, excluded.min), max = greatest(metric_summary.max, excluded.max)`,
    [hold.run, ...columns],
  );
}

export interface Output {
  role: string;
  kind: EntityKind;
  digest: string;
}

/** The end of a held run, inside the transaction that publishes its outputs. Throws LeaseLost. */
export async function finish(
  tx: Sql,
  hold: Hold,
  status: 'SUCCEEDED' | 'FAILED' | 'CANCELLED',
  error: RunError | null,
  outputs: Output[] = [],
) {
  const { rows } = await tx.query(
    `SELECT 1 FROM run WHERE id = $1 AND attempt = $2 AND status = 'RUNNING' FOR UPDATE`,
    [hold.run, hold.attempt],
  );
  if (!rows.length) throw new LeaseLost(hold);
  await tx.query('UPDATE run SET outputs = $2 WHERE id = $1', [hold.run, JSON.stringify(outputs)]);
  await appendEvents(
    tx,
    hold.run,
    hold.attempt,
    outputs.map((output) => ({ type: 'OUTPUT', payload: { ...output } })),
  );
  await closeAttempt(tx, hold, status, error);
  await settle(tx, hold.run, hold.attempt, status, error);
}

/**
 * Puts a held run back into the queue. 'STOPPED': the worker shuts down, the next one goes on from the checkpoint.
 * 'LOST': the child died without a word; counted, so that a run which kills its workers ends (see claim).
 */
export async function giveBack(
  tx: Sql,
  hold: Hold,
  why: 'STOPPED' | 'LOST',
  message: string,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE run SET status = 'QUEUED', lease_until = NULL WHERE id = $1 AND attempt = $2 AND status = 'RUNNING'`,
    [hold.run, hold.attempt],
  );
  if (!rowCount) return false;
  await closeAttempt(tx, hold, why === 'LOST' ? 'LOST' : 'CANCELLED', {
    code: 'UNAVAILABLE',
    message,
    issues: [],
  });
  await appendEvents(tx, hold.run, hold.attempt, [
    { type: 'STATUS', payload: { status: 'QUEUED', reason: message } },
  ]);
  return true;
}

/** The one terminal event of a run. */
export async function settle(
  tx: Sql,
  run: string,
  attempt: number,
  status: 'SUCCEEDED' | 'FAILED' | 'CANCELLED',
  error: RunError | null,
) {
  await tx.query(
    `UPDATE run SET status = $2, error = $3, lease_until = NULL, finished_at = now() WHERE id = $1`,
    [run, status, error && JSON.stringify(error)],
  );
  await appendEvents(tx, run, attempt, [{ type: 'STATUS', payload: { status, ...(error && { error }) } }]);
}

async function closeAttempt(
  tx: Sql,
  hold: Hold,
  outcome: 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'LOST',
  error: RunError | null,
) {
  await tx.query(
    'UPDATE attempt SET outcome = $3, error = $4, finished_at = now() WHERE run_id = $1 AND number = $2',
    [hold.run, hold.attempt, outcome, error && JSON.stringify(error)],
  );
}
