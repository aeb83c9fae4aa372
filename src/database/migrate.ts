import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { UserError } from '#src/errors.ts';

/**
 * Applies prisma/migrations with Prisma's own bookkeeping, so that `prisma migrate status` and `deploy` agree, but
 * without its engine, which is a download of its own.
 *
 * Each migration is one transaction together with its bookkeeping row: a crash at any statement leaves nothing of it,
 * and the next start applies it again. Two starters take turns by a transaction-level advisory lock under the id that
 * Prisma Migrate uses, which excludes Prisma on a server too and, unlike a session-level one, works on the embedded
 * database.
 */
const lockId = 72707369;

const defaultFolder = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

type Target = string | pg.Pool | pg.ClientBase;

export interface Migration {
  name: string;
  sql: string;
}

/** Brings the database up to date; gives the names of what was applied now. Throws UserError CONFLICT where it cannot. */
export async function applyMigrations(target: Target, folder = defaultFolder): Promise<string[]> {
  return withClient(target, async (client) => {
    const migrations = readMigrations(folder);
    const applied: string[] = [];
    // The first turn creates the table of applied migrations; every later one starts from what is in it by then.
    while (await applyNext(client, migrations, applied)) {}
    return applied;
  });
}

/** The migrations of a folder in the order of their names. */
export function readMigrations(folder = defaultFolder): Migration[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, sql: readFileSync(join(folder, name, 'migration.sql'), 'utf8') }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Applies the first migration that is missing; false where none is. */
async function applyNext(
  client: pg.ClientBase,
  migrations: Migration[],
  applied: string[],
): Promise<boolean> {
  await client.query('BEGIN');
  try {
    await client.query(`SELECT pg_advisory_xact_lock(${lockId})`);
    await client.query(bookkeeping);
    const { rows } = await client.query<Row>(
      'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
    );
    const next = firstMissing(migrations, rows);
    if (next) {
      await run(client, next);
      await client.query(
        `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
         VALUES ($1, $2, $3, transaction_timestamp(), clock_timestamp(), 1)`,
        [randomUUID(), checksum(next.sql), next.name],
      );
    }
    await client.query('COMMIT');
    if (next) applied.push(next.name);
    return next !== null;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {}); // the connection may be what failed
    throw error;
  }
}

interface Row {
  migration_name: string;
  checksum: string;
  finished_at: Date | null;
}

function firstMissing(migrations: Migration[], rows: Row[]): Migration | null {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const { migration_name: name, checksum: was, finished_at } of rows) {
    const migration = known.get(name);
    if (!migration) {
      throw conflict(
        `the database has a migration that this version does not know, ${name}: start a newer Isogloss`,
      );
    }
    if (!finished_at) {
      throw conflict(
        `migration ${name} failed half-way, applied by another tool: mend the database, then run "prisma migrate resolve"`,
      );
    }
    if (!checksums(migration.sql).includes(was)) {
      throw conflict(
        `migration ${name} was edited after it was applied: restore the file, and add a new migration`,
      );
    }
  }
  const done = new Set(rows.map((row) => row.migration_name));
  return migrations.find(({ name }) => !done.has(name)) ?? null;
}

async function run(client: pg.ClientBase, { name, sql }: Migration) {
  const transaction = async () => (await client.query('SELECT pg_current_xact_id()::text AS id')).rows[0].id;
  const before = await transaction();
  try {
    await client.query(sql);
  } catch (error) {
    const { message, code } = error as pg.DatabaseError;
    throw conflict(`migration ${name} failed and was rolled back: ${message}${code ? ` (${code})` : ''}`);
  }
  if ((await transaction()) !== before) throw new Error(`migration ${name} ends its own transaction`);
}

// As Prisma creates it.
const bookkeeping = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;

const checksum = (sql: string) => createHash('sha256').update(sql).digest('hex');

/** Prisma takes a file for unchanged whichever line ends git has given it, and so must we. */
function checksums(sql: string): string[] {
  const unix = sql.replaceAll('\r\n', '\n');
  return [sql, unix, unix.replaceAll('\n', '\r\n')].map(checksum);
}

const oldestServer = 160000;
const oldestVector = [0, 7];

/** What a server is, for the log. Throws UserError where it cannot be reached or is too old. */
export async function checkServer(target: Target): Promise<{ server: string; vector: string }> {
  return withClient(target, async (client) => {
    const { rows } = await client.query(`
      SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS server,
        coalesce((SELECT extversion FROM pg_extension WHERE extname = 'vector'),
          (SELECT default_version FROM pg_available_extensions WHERE name = 'vector')) AS vector`);
    const { number, server, vector } = rows[0];
    if (number < oldestServer)
      throw unavailable(`PostgreSQL ${server} is too old: Isogloss needs 16 or newer`);
    if (!vector)
      throw unavailable('the PostgreSQL server has no pgvector: install its package for this server');
    const [major, minor] = vector.split('.').map(Number);
    if (major < oldestVector[0] || (major === oldestVector[0] && minor < oldestVector[1])) {
      throw unavailable(
        `pgvector ${vector} is too old: Isogloss needs ${oldestVector.join('.')} or newer (then ALTER EXTENSION vector UPDATE)`,
      );
    }
    return { server, vector };
  });
}

async function withClient<T>(target: Target, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  if (target instanceof pg.Pool) {
    const client = await target.connect();
    try {
      return await work(client);
    } finally {
      client.release();
    }
  }
  if (typeof target !== 'string') return work(target);
  const client = new pg.Client({ connectionString: target });
  client.on('error', () => {}); // the query that it interrupts throws it as well
  try {
    await client.connect();
  } catch (error) {
    throw unavailable(`the database cannot be reached: ${(error as Error).message}`);
  }
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const conflict = (message: string) => new UserError('CONFLICT', message);
const unavailable = (message: string) => new UserError('UNAVAILABLE', message);
