import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type pg from 'pg';
import { applyMigrations, checkServer, readMigrations } from '#src/database/migrate.ts';
import { onEachDatabase } from './targets.ts';

const conflict = (message: RegExp) => ({ name: 'UserError', code: 'CONFLICT', message });

onEachDatabase('migrations', (bench) => {
  let root: string;
  let count = 0;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'isogloss-migrations-'));
  });
  after(() => rm(root, { recursive: true, force: true }));

  /** A folder of migrations, and a schema of its own to apply them in. */
  async function lay(migrations: Record<string, string>) {
    const folder = join(root, String(++count));
    const write = async (name: string, sql: string) => {
      await mkdir(join(folder, name), { recursive: true });
      await writeFile(join(folder, name, 'migration.sql'), sql);
    };
    for (const [name, sql] of Object.entries(migrations)) await write(name, sql);
    await writeFile(join(folder, 'migration_lock.toml'), 'provider = "postgresql"\n');
    const admin = await bench.client();
    await admin.query(`CREATE SCHEMA m${count}`);
    const connect = async () => bench.client({ options: `-c search_path=m${count}` });
    return { folder, write, connect, client: await connect() };
  }

  const rows = async (client: pg.Client) =>
    (
      await client.query(
        'SELECT migration_name, checksum, logs, rolled_back_at, applied_steps_count, finished_at >= started_at AS took FROM _prisma_migrations ORDER BY 1',
      )
    ).rows;

  test('of the laboratory apply, once', async () => {
    const names = readMigrations().map(({ name }) => name);
    assert.deepEqual(await applyMigrations(bench.url), names);
    assert.deepEqual(await applyMigrations(bench.url), []);
    const client = await bench.client();
    const { rows } = await client.query(
      "SELECT typname FROM pg_type WHERE typname IN ('vector', 'run') ORDER BY 1",
    );
    assert.deepEqual(
      rows.map(({ typname }) => typname),
      ['run', 'vector'],
    );
  });

  test('are noted as Prisma notes them, in the order of their names', async () => {
    const { folder, client, write } = await lay({
      '2_second': 'ALTER TABLE one ADD COLUMN j int;\n',
      '1_first': 'CREATE TABLE one (i int);\nINSERT INTO one VALUES (1);\n',
    });
    assert.deepEqual(await applyMigrations(client, folder), ['1_first', '2_second']);
    await write('3_third', 'UPDATE one SET j = 5;');
    assert.deepEqual(await applyMigrations(client, folder), ['3_third']);
    assert.deepEqual((await client.query('SELECT * FROM one')).rows, [{ i: 1, j: 5 }]);
    const noted = await rows(client);
    const common = { logs: null, rolled_back_at: null, applied_steps_count: 1, took: true };
    assert.deepEqual(noted, [
      // sha256sum of the files
      {
        migration_name: '1_first',
        checksum: '8b9ff779f186eae64d1d3027be20456b1194b92652c0072df719687197dcf20b',
        ...common,
      },
      {
        migration_name: '2_second',
        checksum: '079bf23aa5b2d6d631e1f4536b5e024f414dac76a538758df2762ba6cb5fc9e2',
        ...common,
      },
      {
        migration_name: '3_third',
        checksum: '68b97ba6c660b99833d1268567930287556eb6231c52aac2716584226d2b0b04',
        ...common,
      },
    ]);
  });

  test('apply once when eight start at the same moment', async () => {
    const { folder, client, connect } = await lay({
      '1_slow': 'CREATE TABLE slow (i int); SELECT pg_sleep(0.05);',
      '2_next': 'INSERT INTO slow VALUES (1); SELECT pg_sleep(0.05);',
    });
    const starters = await Promise.all(Array.from({ length: 8 }, connect));
    const applied = await Promise.all(starters.map((starter) => applyMigrations(starter, folder)));
    assert.deepEqual(applied.flat().sort(), ['1_slow', '2_next']);
    assert.deepEqual((await client.query('SELECT i FROM slow')).rows, [{ i: 1 }]);
  });

  test('leave nothing of one that fails, and go on once it is mended', async () => {
    const { folder, client, write } = await lay({
      '1_good': 'CREATE TABLE good (i int);',
      '2_bad': 'CREATE TABLE half (i int); SELECT 1 / 0;',
    });
    await assert.rejects(
      applyMigrations(client, folder),
      conflict(/^migration 2_bad failed and was rolled back: division by zero \(22012\)$/),
    );
    assert.deepEqual(
      (await rows(client)).map(({ migration_name }) => migration_name),
      ['1_good'],
    );
    await assert.rejects(client.query('SELECT * FROM half'), { code: '42P01' });
    await write('2_bad', 'CREATE TABLE half (i int);');
    assert.deepEqual(await applyMigrations(client, folder), ['2_bad']);
  });

  test('resume when the starter dies before any of its statements', async () => {
    let crashes = 0;
    for (let crash = 1; crashes === crash - 1; crash++) {
      const { folder, client, connect } = await lay({
        '1_first': 'CREATE TABLE a (i int); INSERT INTO a VALUES (1);',
        '2_second': 'CREATE INDEX ON a (i); INSERT INTO a VALUES (2);',
      });
      const starter = await connect();
      const { stream } = (starter as unknown as { connection: { stream: { destroy(): void } } }).connection;
      const query = starter.query.bind(starter) as (...question: unknown[]) => unknown;
      let calls = 0;
      starter.query = ((...question: unknown[]) => {
        if (++calls === crash) stream.destroy();
        return query(...question);
      }) as typeof starter.query;
      const first = await applyMigrations(starter, folder).catch(() => null);
      if (first === null) crashes = crash;
      const second = await applyMigrations(client, folder);
      assert.deepEqual((await client.query('SELECT i FROM a ORDER BY i')).rows, [{ i: 1 }, { i: 2 }]);
      const noted = await rows(client);
      assert.deepEqual(
        noted.map(({ migration_name, took }) => [migration_name, took]),
        [
          ['1_first', true],
          ['2_second', true],
        ],
      );
      if (first !== null) assert.deepEqual([first, second], [['1_first', '2_second'], []]);
    }
    assert.ok(crashes > 15, `only ${crashes} places to crash`);
  });

  test('refuse what was edited, failed elsewhere, or is not known', async () => {
    const { folder, client, write } = await lay({ '1_first': 'CREATE TABLE t (i int);\n' });
    await applyMigrations(client, folder);
    await write('1_first', 'CREATE TABLE t (i int);\r\n'); // as a checkout on Windows has it
    assert.deepEqual(await applyMigrations(client, folder), []);
    await write('1_first', 'CREATE TABLE t (i bigint);\n');
    await assert.rejects(
      applyMigrations(client, folder),
      conflict(/^migration 1_first was edited after it was applied/),
    );
    await write('1_first', 'CREATE TABLE t (i int);\n');
    await client.query(
      "INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('x', 'y', '2_other')",
    );
    await assert.rejects(
      applyMigrations(client, folder),
      conflict(/does not know, 2_other: start a newer Isogloss/),
    );
    await write('2_other', 'SELECT 1;');
    await assert.rejects(applyMigrations(client, folder), conflict(/^migration 2_other failed half-way/));
    await client.query("UPDATE _prisma_migrations SET rolled_back_at = now() WHERE id = 'x'");
    assert.deepEqual(await applyMigrations(client, folder), ['2_other']);
  });

  test('may not end their own transaction', async () => {
    const { folder, client } = await lay({
      '1_commits': 'CREATE TABLE c (i int); COMMIT; CREATE TABLE d (i int);',
    });
    await assert.rejects(applyMigrations(client, folder), /migration 1_commits ends its own transaction/);
  });

  test('run on a server that is new enough, and say what it is', async () => {
    const { server, vector } = await checkServer(bench.url);
    assert.match(server, /^1[6-9]\.\d+/);
    assert.match(vector, /^0\.\d+\.\d+$/);
  });

  test('say in one sentence that there is no server', async () => {
    const nowhere = 'postgresql://postgres@localhost/postgres?host=/nowhere';
    await assert.rejects(checkServer(nowhere), {
      code: 'UNAVAILABLE',
      message: 'the database cannot be reached: connect ENOENT /nowhere/.s.PGSQL.5432',
    });
  });
});
