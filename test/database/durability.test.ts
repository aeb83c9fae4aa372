import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { openCluster } from '#src/database/embedded/cluster.ts';
import { type Embedded, startEmbedded } from '#src/database/embedded/start.ts';

describe('the embedded database on disk', () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'isogloss-database-'));
  });
  const started: Embedded[] = [];
  after(async () => {
    for (const database of started) database.process.kill('SIGKILL');
    await Promise.all(started.map(({ lost }) => lost));
    await rm(root, { recursive: true, force: true });
  });

  const start = async (dataDir: string) => {
    const database = await startEmbedded({ dataDir });
    started.push(database);
    return database;
  };

  const connect = async (url: string) => {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    await client.connect();
    return client;
  };

  test('loses nothing that it has acknowledged when it is killed, and opens again', async () => {
    const dataDir = join(root, 'killed');
    const acknowledged: number[] = [];
    let next = 0;
    for (let round = 0; round < 4; round++) {
      const database = await start(dataDir);
      const check = await connect(database.url);
      await check.query(`
        CREATE EXTENSION IF NOT EXISTS vector;
        CREATE TABLE IF NOT EXISTS batch (id int PRIMARY KEY);
        CREATE TABLE IF NOT EXISTS item (batch int NOT NULL REFERENCES batch, vec vector(8) NOT NULL);
        CREATE INDEX IF NOT EXISTS item_batch ON item (batch);
        CREATE INDEX IF NOT EXISTS item_vec ON item USING hnsw (vec vector_l2_ops)`);
      const kept = await check.query('SELECT id FROM batch ORDER BY id');
      const ids = new Set(kept.rows.map(({ id }) => id));
      assert.deepEqual(
        acknowledged.filter((id) => !ids.has(id)),
        [],
      );
      const torn = await check.query(
        'SELECT b.id FROM batch b LEFT JOIN item i ON i.batch = b.id GROUP BY b.id HAVING count(i.batch) <> 3',
      );
      assert.deepEqual(torn.rows, []);
      await check.query(
        'SET enable_seqscan TO off; SET hnsw.ef_search TO 1000; SET hnsw.iterative_scan TO relaxed_order',
      );
      const near = await check.query("SELECT batch FROM item ORDER BY vec <-> '[0,0,0,0,0,0,0,0]'");
      assert.equal(near.rows.length, ids.size * 3);

      const pool = new pg.Pool({ connectionString: database.url, max: 4 });
      pool.on('error', () => {});
      pool.on('connect', (client) => client.on('error', () => {}));
      const writers = Array.from({ length: 4 }, async () => {
        for (;;) {
          const id = next++;
          const client = await pool.connect();
          await client.query('BEGIN');
          await client.query('INSERT INTO batch VALUES ($1)', [id]);
          await client.query(
            'INSERT INTO item SELECT $1, (SELECT array_agg(random() * g) FROM generate_series(1, 8) g WHERE n > 0)::vector FROM generate_series(1, 3) n',
            [id],
          );
          await client.query('COMMIT');
          acknowledged.push(id);
          client.release();
        }
      });
      const ended = Promise.allSettled(writers);
      const enough = acknowledged.length + 20 + Math.floor(Math.random() * 40);
      while (acknowledged.length < enough) await sleep(2);
      database.process.kill('SIGKILL');
      assert.ok((await ended).every(({ status }) => status === 'rejected'));
      assert.equal((await database.lost).signal, 'SIGKILL');
    }
  });

  test('is opened by one process: a second start says whose it is and harms nothing', async () => {
    const dataDir = join(root, 'shared');
    const first = await start(dataDir);
    const client = await connect(first.url);
    await client.query('CREATE TABLE mine AS SELECT 1 AS i');
    for (let attempt = 0; attempt < 2; attempt++) {
      await assert.rejects(start(dataDir), {
        code: 'CONFLICT',
        message: `${dataDir} is in use by process ${first.process.pid}: stop that first, or set another folder`,
      });
    }
    const main = fileURLToPath(new URL('../../src/database/embedded/main.ts', import.meta.url));
    const byHand = spawn(process.execPath, [
      '--disable-warning=ExperimentalWarning',
      main,
      dataDir,
      join(root, 'x.sock'),
    ]);
    let said = '';
    byHand.stderr.on('data', (text) => {
      said += text;
    });
    const [code] = await once(byHand, 'close');
    assert.equal(code, 3);
    assert.match(said, /^embedded database: .* is in use by process \d+: [^\n]*\n$/);
    assert.deepEqual((await client.query('SELECT i FROM mine')).rows, [{ i: 1 }]);
    await first.stop();
    const second = await start(dataDir);
    const again = await connect(second.url);
    assert.deepEqual((await again.query('SELECT i FROM mine')).rows, [{ i: 1 }]);
    await again.end();
    await second.stop();
  });

  test('ends with its parent, in order', async () => {
    const dataDir = join(root, 'orphan');
    const first = await start(dataDir);
    const client = await connect(first.url);
    await client.query('CREATE TABLE kept AS SELECT 1 AS i');
    await client.query('BEGIN; INSERT INTO kept VALUES (2)');
    const ended = once(client, 'error');
    first.process.disconnect();
    assert.deepEqual(await first.lost, { code: 0, signal: null });
    assert.equal(((await ended)[0] as { code: string }).code, '57P01');
    const second = await start(dataDir);
    const again = await connect(second.url);
    assert.deepEqual((await again.query('SELECT i FROM kept')).rows, [{ i: 1 }]);
    await again.end();
    await second.stop();
    assert.deepEqual(await second.lost, { code: 0, signal: null });
  });

  test('removes the folder of its socket when its parent was killed', async () => {
    const start = fileURLToPath(new URL('../../src/database/embedded/start.ts', import.meta.url));
    const program = `const { startEmbedded } = await import(${JSON.stringify(start)});
      const { url, process: { pid } } = await startEmbedded({ dataDir: 'memory' });
      console.log(JSON.stringify({ url, pid }));`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(parent.stdout, 'data');
    const { url, pid } = JSON.parse(String(line));
    const socketFolder = new URL(url).searchParams.get('host')!;
    assert.ok(fs.existsSync(socketFolder));
    parent.kill('SIGKILL');
    while (isRunning(pid)) await sleep(10);
    assert.ok(!fs.existsSync(socketFolder));
  });

  test('starts where a first start was killed half-way', async () => {
    const dataDir = join(root, 'half');
    await mkdir(join(dataDir, 'cluster.new'), { recursive: true });
    await writeFile(join(dataDir, 'cluster.new', 'PG_VERSION'), '18\n');
    const database = await start(dataDir);
    assert.deepEqual((await readdir(dataDir)).sort(), ['.s.PGSQL.5432', 'cluster', 'lock', 'lock.pid']);
    await database.stop();
  });

  test('works in a folder whose path is too long for a socket', async () => {
    const dataDir = join(root, 'long'.repeat(40));
    const database = await start(dataDir);
    const client = await connect(database.url);
    assert.equal((await client.query('SELECT 1 AS one')).rows[0].one, 1);
    await client.end();
    await database.stop();
  });

  test('syncs every commit to disk, unless it is told not to', async (t) => {
    let syncs = 0;
    const fdatasync = t.mock.method(
      fs,
      'fdatasyncSync',
      ((original) => (descriptor: number) => {
        syncs++;
        original(descriptor);
      })(fs.fdatasyncSync),
    );
    syncBuiltinESMExports();
    const onPanic = (error: unknown) => {
      throw error;
    };
    for (const durable of [true, false]) {
      const engine = await openCluster({ folder: await mkdtemp(join(root, 'sync-')), durable, onPanic });
      engine.rows('CREATE TABLE synced (i int)');
      syncs = 0;
      for (let commit = 0; commit < 10; commit++) engine.rows(`INSERT INTO synced VALUES (${commit})`);
      assert.equal(syncs, durable ? 10 : 0);
      await engine.close();
    }
    fdatasync.mock.restore();
    syncBuiltinESMExports();
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
