import { setTimeout as sleep } from 'node:timers/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from './generated/client.ts';

/**
 * One pool serves both: Prisma for plain rows, SQL where a statement does what Prisma cannot (recursion, vectors,
 * bulk, leases). Everything that must hold together goes through `transaction`.
 */
export interface Database {
  prisma: PrismaClient;
  pool: pg.Pool;
  url: string;
  transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** A pool, or a client inside a transaction. */
export type Sql = Pick<pg.ClientBase, 'query'>;

export function connect(url: string, max = 10): Database {
  // Under another session time zone adapter-pg reads timestamptz hours off.
  const pool = new pg.Pool({
    connectionString: url,
    max,
    options: '-c timezone=UTC',
    idleTimeoutMillis: 30_000,
  });
  // Without listeners a lost connection would end the process, of an idle client or one in a transaction; the query
  // that runs on it, or the next one, reports it anyway.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  return {
    prisma,
    pool,
    url,
    transaction: (work) => retrying(() => inTransaction(pool, work)),
    async close() {
      await prisma.$disconnect();
      if (!pool.ended) await pool.end();
    },
  };
}

async function inTransaction<T>(pool: pg.Pool, work: (tx: Sql) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Serialisation failure and deadlock: nothing was done, and the database asks to be asked again. */
const repeatable = new Set(['40001', '40P01']);

/** Does again, up to `tries` times, what ended in a serialisation failure or a deadlock. */
export async function retrying<T>(work: () => Promise<T>, tries = 5): Promise<T> {
  for (let n = 1; ; n++) {
    try {
      return await work();
    } catch (error) {
      if (n === tries || !repeatable.has((error as { code?: string }).code ?? '')) throw error;
      await sleep(Math.random() * 20 * 2 ** n);
    }
  }
}

/**
 * Did the database go away, or never answer? SQLSTATE classes 08 and 53 and 57P0x, Prisma's words for the same, or a
 * socket that failed. Files have codes like sockets (ENOENT), so those count only from network calls.
 */
export function isDatabaseAway(error: unknown): boolean {
  const { code, syscall, message } = error as { code?: unknown; syscall?: string; message?: string };
  if (/^(08|53|57P0)/.test(String(code ?? '')) || ['P1001', 'P1002', 'P1017'].includes(String(code)))
    return true;
  if (syscall === 'connect' || (syscall === 'read' && code === 'ECONNRESET') || code === 'EPIPE') return true;
  return /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/.test(
    message ?? '',
  );
}
