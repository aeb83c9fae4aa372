import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Database } from '#src/database/client.ts';
import { eventsChannel } from './events.ts';

export interface RunEventRow {
  run: string;
  seq: number;
  attempt: number;
  type: string;
  payload: unknown;
  at: Date;
}

/** Events of a run from a sequence number on: what is there at once, what comes as it comes, to the run's end. */
export interface EventFeed {
  follow(run: string, after: number): AsyncGenerator<RunEventRow>;
  close(): Promise<void>;
}

/** Notifications can be lost with their connection; nobody waits longer than this for what is in the table. */
const pollMillis = 3000;
const pageRows = 500;

export function openFeed(db: Database, onError: (error: Error) => void): EventFeed {
  const wakes = new EventEmitter();
  wakes.setMaxListeners(0);
  const closing = new AbortController();
  let client: pg.Client | null = null;

  async function listen() {
    while (!closing.signal.aborted) {
      client = new pg.Client({ connectionString: db.url, keepAlive: true });
      const ended = once(client, 'end');
      client.on('notification', (message) => wakes.emit(message.payload ?? ''));
      client.on('error', onError);
      try {
        await client.connect();
        await client.query(`LISTEN ${eventsChannel}`);
        await ended;
      } catch (error) {
        onError(error as Error);
      }
      await sleep(1000, null, { signal: closing.signal }).catch(() => {});
    }
  }
  const listening = listen();

  async function settled(run: string): Promise<boolean> {
    const { rows } = await db.pool.query('SELECT status FROM run WHERE id = $1', [run]);
    return !rows.length || !['QUEUED', 'RUNNING'].includes(rows[0].status);
  }

  return {
    async *follow(run, after) {
      let last = after;
      while (!closing.signal.aborted) {
        const wake = new AbortController();
        // Registered before reading, so that an event between the two is not slept through.
        const woken = Promise.race([
          once(wakes, run, { signal: wake.signal }),
          sleep(pollMillis, null, { signal: wake.signal }),
        ]).catch(() => {});
        try {
          const done = await settled(run);
          const { rows } = await db.pool.query<RunEventRow>(
            `SELECT run_id AS run, seq, attempt, type, payload, at FROM run_event
             WHERE run_id = $1 AND seq > $2 ORDER BY seq LIMIT ${pageRows}`,
            [run, last],
          );
          for (const row of rows) {
            last = row.seq;
            yield row;
          }
          if (rows.length === pageRows) continue;
          if (done) return;
          await woken;
        } finally {
          wake.abort();
        }
      }
    },
    async close() {
      closing.abort();
      await client?.end().catch(() => {});
      await listening;
    },
  };
}
