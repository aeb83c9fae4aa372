import { PgBoss } from 'pg-boss';
import type { Database, Sql } from '#src/database/client.ts';

/**
 * pg-boss carries "look at run X" from the API to whichever worker is free. Table `run` is the truth: a message
 * that comes twice, late or never changes nothing but the moment at which a worker looks (see execution.ts).
 */
export const queueName = 'run';

export interface RunMessage {
  run: string;
}

const over = (sql: Sql) => ({
  executeSql: (text: string, values?: unknown[]) => sql.query(text, values as unknown[]),
});

export interface Queue {
  /** Enqueue inside a transaction: the message exists if and only if the transaction commits. */
  send(tx: Sql, run: string): Promise<void>;
  boss: PgBoss;
  stop(): Promise<void>;
}

/** `role: 'worker'` also supervises: returns the messages of dead workers to the queue. */
export async function openQueue(
  db: Database,
  role: 'api' | 'worker',
  onError: (error: Error) => void,
): Promise<Queue> {
  const boss = new PgBoss({
    db: over(db.pool),
    schedule: false,
    supervise: role === 'worker',
    superviseIntervalSeconds: 5,
    monitorIntervalSeconds: 5,
    flowIntervalSeconds: 5,
    monitorVacuum: false,
    reindex: false,
  });
  boss.on('error', onError);
  await boss.start();
  // A handler that throws met a fault of ours (database gone); the run itself failing is a normal end of the message.
  await boss.createQueue(queueName, {
    heartbeatSeconds: 10,
    retryLimit: 5,
    retryBackoff: true,
    expireInSeconds: 23 * 3600,
  });
  return {
    boss,
    async send(tx, run) {
      await boss.send(queueName, { run } satisfies RunMessage, { db: over(tx) });
    },
    stop: () => boss.stop({ graceful: false }),
  };
}
