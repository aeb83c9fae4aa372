import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PgBoss } from 'pg-boss';
import { query, readRows, sync } from '#src/database/embedded/protocol.ts';
import { PrismaClient } from '#src/database/generated/client.ts';
import { onEachDatabase } from './targets.ts';
import { bindMessage as bind, executeMessage as execute, openWire, parseMessage as parse } from './wire.ts';

onEachDatabase('much at once', (bench) => {
  test('a result of 10 MB in one row, and in many', async () => {
    const client = await bench.client();
    const { rows } = await client.query("SELECT repeat('가', 3500000) AS text");
    assert.equal(rows[0].text, '가'.repeat(3_500_000));
    const many = await client.query("SELECT i, repeat('x', 90) AS text FROM generate_series(1, 100000) i");
    assert.equal(many.rows.length, 100_000);
    assert.ok(many.rows.every(({ i, text }, index) => i === index + 1 && text.length === 90));
  });

  test('a parameter of 10 MB, and many parameters', async () => {
    const client = await bench.client();
    const text = '나'.repeat(3_500_000);
    const { rows } = await client.query('SELECT md5($1) = md5($2) AS same, length($1) AS length', [
      text,
      text,
    ]);
    assert.deepEqual(rows, [{ same: true, length: 3_500_000 }]);
    const values = Array.from({ length: 30_000 }, (_, index) => index);
    const sum = values.map((_, index) => `$${index + 1}::int`).join(',');
    const result = await client.query(`SELECT sum(v)::int AS sum FROM unnest(ARRAY[${sum}]) v`, values);
    assert.equal(result.rows[0].sum, (30_000 * 29_999) / 2);
  });

  test('fifty clients, each its own answers', async () => {
    const clients = await Promise.all(Array.from({ length: 50 }, () => bench.client()));
    await Promise.all(
      clients.map(async (client, index) => {
        for (let n = 0; n < 20; n++) {
          const text = `${index}:${n}`;
          const name = n % 2 ? { name: `statement ${n}` } : {};
          const { rows } = await client.query({
            text: `SELECT $1 || ${n}::text AS text`,
            values: [text],
            ...name,
          });
          assert.equal(rows[0].text, `${text}${n}`);
        }
      }),
    );
    await Promise.all(clients.map((client) => client.end()));
  });

  test('a client that does not read its answers holds nobody back', async () => {
    const [slow, other] = [await openWire(bench.url), await bench.client()];
    const count = 12;
    for (let n = 0; n < count; n++) slow.send(query(`SELECT ${n}, repeat('x', 4000000)`));
    await sleep(100); // nothing is read from the socket before `until`
    for (let n = 0; n < 20; n++) assert.equal((await other.query(`SELECT ${n} AS n`)).rows[0].n, n);
    for (let n = 0; n < count; n++) {
      const [[number, text]] = readRows(Buffer.concat(await slow.until('Z')));
      assert.equal(number, String(n));
      assert.equal(text?.length, 4_000_000);
    }
    slow.close();
  });

  test('a pipeline of many megabytes before its Sync', async () => {
    const wire = await openWire(bench.url);
    const value = 'y'.repeat(1_000_000);
    const one = [parse('', 'SELECT length($1)'), bind('', '', [value]), execute()];
    wire.send(...Array.from({ length: 20 }, () => one).flat(), sync);
    const rows = readRows(Buffer.concat(await wire.until('Z')));
    assert.deepEqual(
      rows,
      Array.from({ length: 20 }, () => ['1000000']),
    );
    wire.close();
  });
});

onEachDatabase('the libraries that we use', (bench, target) => {
  test('Prisma: queries, named statements, interactive transactions side by side', async () => {
    const pool = new pg.Pool({ connectionString: bench.url, max: 4, options: '-c timezone=UTC' });
    const prisma = new PrismaClient({
      adapter: new PrismaPg(pool, {
        statementNameGenerator: ({ sql }) => createHash('md5').update(sql).digest('hex'),
      }),
    });
    await prisma.$executeRaw`CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL)`;
    await prisma.$executeRaw`INSERT INTO account SELECT i, 100 FROM generate_series(1, 5) i`;
    const move = (from: number, to: number, fail: boolean) =>
      prisma.$transaction(
        async (tx) => {
          await tx.$executeRaw`UPDATE account SET balance = balance - 10 WHERE id = ${from}`;
          await tx.$executeRaw`UPDATE account SET balance = balance + 10 WHERE id = ${to}`;
          if (fail) throw new Error('changed my mind');
        },
        { maxWait: 20_000, timeout: 20_000 },
      );
    const moves = Array.from({ length: 20 }, (_, index) => ({
      from: 1,
      to: 2 + (index % 4),
      fail: index % 5 === 0,
    }));
    const done = await Promise.allSettled(moves.map(({ from, to, fail }) => move(from, to, fail)));
    const failures = done.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    assert.deepEqual(new Set(failures.map(({ reason }) => reason.message)), new Set(['changed my mind']));
    assert.equal(failures.length, 4);
    const balances = await prisma.$queryRaw<
      { id: number; balance: number }[]
    >`SELECT * FROM account ORDER BY id`;
    assert.deepEqual(
      balances.map(({ balance }) => balance),
      [100 - 160, 140, 140, 140, 140],
    );
    const [{ at }] = await prisma.$queryRaw<{ at: Date }[]>`SELECT timestamptz '2026-01-02 03:04:05Z' AS at`;
    assert.equal(at.toISOString(), '2026-01-02T03:04:05.000Z');
    await prisma.$disconnect();
    if (!pool.ended) await pool.end();
  });

  test('pg-boss: sends, notifies, works, retries, across two instances', async () => {
    const backend = target === 'embedded' ? { backend: 'pglite' as const } : {};
    const errors: Error[] = [];
    const start = async () => {
      const boss = new PgBoss({ connectionString: bench.url, max: 3, useListenNotify: true, ...backend });
      boss.on('error', (error) => errors.push(error));
      await boss.start();
      return boss;
    };
    const [sender, worker] = await Promise.all([start(), start()]);
    after(() => Promise.all([sender.stop({ graceful: false }), worker.stop({ graceful: false })]));
    await sender.createQueue('sums', { retryLimit: 2, retryDelay: 0 });
    const seen = new Map<number, number>();
    const failedOnce = new Set<number>();
    await worker.work<{ n: number }>('sums', { pollingIntervalSeconds: 0.5, batchSize: 1 }, async ([job]) => {
      const { n } = job.data;
      if (n === 3 && !failedOnce.has(n)) {
        failedOnce.add(n);
        throw new Error('once');
      }
      seen.set(n, (seen.get(n) ?? 0) + 1);
      return { square: n * n };
    });
    const ids = await Promise.all(Array.from({ length: 8 }, (_, n) => sender.send('sums', { n })));
    for (let waited = 0; seen.size < 8 && waited < 400; waited++) await sleep(50);
    assert.deepEqual(
      [...seen].sort(),
      Array.from({ length: 8 }, (_, n) => [n, 1]),
    );
    for (let waited = 0; waited < 100; waited++) {
      const [job] = await sender.findJobs<object>('sums', { id: ids[7]! });
      if (job.state === 'completed') break;
      await sleep(50);
    }
    const [job] = await sender.findJobs('sums', { id: ids[7]! });
    assert.equal(job.state, 'completed');
    assert.deepEqual(job.output, { square: 49 });
    assert.deepEqual(errors, []);
  });

  test('pg-boss: a job enqueued in a transaction is there when it commits', async () => {
    const boss = new PgBoss({
      connectionString: bench.url,
      schema: 'other',
      ...(target === 'embedded' && { backend: 'pglite' }),
    });
    await boss.start();
    await boss.createQueue('tx');
    const client = await bench.client();
    const db = { executeSql: (text: string, values?: unknown[]) => client.query(text, values) };
    for (const end of ['ROLLBACK', 'COMMIT']) {
      await client.query('BEGIN');
      await boss.send('tx', { end }, { db });
      await client.query(end);
    }
    const jobs = await boss.fetch<{ end: string }>('tx', { batchSize: 10 });
    assert.deepEqual(
      jobs.map(({ data }) => data.end),
      ['COMMIT'],
    );
    await boss.stop({ graceful: false });
  });

  test('pg: a pool whose clients end', async () => {
    const pool = new pg.Pool({ connectionString: bench.url, max: 3 });
    const client = await pool.connect();
    const ended = once(pool, 'remove');
    client.release(true);
    await ended;
    assert.equal((await pool.query('SELECT 1 AS one')).rows[0].one, 1);
    await pool.end();
  });
});
