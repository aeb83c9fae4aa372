import type { Sql } from '#src/database/client.ts';

/** STATUS: {status, error?}. PROGRESS: {done, total, unit}. LOG: {level, message}. METRICS: {points: [{name, step, value}]}. OUTPUT: {role, kind, digest}. */
export const eventTypes = ['STATUS', 'PROGRESS', 'LOG', 'METRICS', 'OUTPUT'] as const;
export type EventType = (typeof eventTypes)[number];

export interface EventDraft {
  type: EventType;
  payload: Record<string, unknown>;
}

/** Payloads carry ids only: NOTIFY refuses more than 8000 bytes, and an oversized one poisons the channel. */
export const eventsChannel = 'isogloss_run_events';

/**
 * Appends events under the next sequence numbers of a run. The caller's transaction holds the run's row, so numbers
 * have no gaps and no twins, and listeners hear of them when it commits.
 */
export async function appendEvents(tx: Sql, run: string, attempt: number, events: EventDraft[]) {
  if (events.length === 0) return;
  const { rows } = await tx.query(
    'UPDATE run SET last_seq = last_seq + $2 WHERE id = $1 RETURNING last_seq',
    [run, events.length],
  );
  const first = rows[0].last_seq - events.length + 1;
  await tx.query(
    `INSERT INTO run_event (run_id, seq, attempt, type, payload)
     SELECT $1, $2 + n - 1, $3, type, payload FROM unnest($4::text[], $5::jsonb[]) WITH ORDINALITY AS e(type, payload, n)`,
    [run, first, attempt, events.map((e) => e.type), events.map((e) => JSON.stringify(e.payload))],
  );
  await tx.query('SELECT pg_notify($1, $2)', [eventsChannel, run]);
}
