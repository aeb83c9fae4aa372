import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { onEachDatabase } from './targets.ts';

const code = (expected: string) => (error: unknown) => (error as { code?: string }).code === expected;

onEachDatabase('transactions of several clients', (bench, target) => {
  test('interleave without touching each other', async () => {
    const admin = await bench.client();
    await admin.query('CREATE TABLE entry (client int, step int)');
    const clients = await Promise.all(Array.from({ length: 6 }, () => bench.client()));
    await Promise.all(
      clients.map(async (client, index) => {
        await client.query('BEGIN');
        for (let step = 0; step < 8; step++) {
          await client.query('INSERT INTO entry VALUES ($1, $2)', [index, step]);
          await sleep(Math.random() * 4);
          const { rows } = await client.query('SELECT count(*)::int n FROM entry WHERE client = $1', [index]);
          assert.equal(rows[0].n, step + 1);
        }
        await client.query(index % 2 ? 'ROLLBACK' : 'COMMIT');
      }),
    );
    const { rows } = await admin.query('SELECT client, count(*)::int n FROM entry GROUP BY 1 ORDER BY 1');
    assert.deepEqual(
      rows,
      [0, 2, 4].map((client) => ({ client, n: 8 })),
    );
  });

  test('are not seen before they commit, nor after they roll back', async () => {
    const [writer, reader] = [await bench.client(), await bench.client()];
    await writer.query('CREATE TABLE seen (i int)');
    await writer.query('BEGIN');
    await writer.query('INSERT INTO seen VALUES (1)');
    const count = reader.query('SELECT count(*)::int n FROM seen'); // waits here, sees the past on a server
    await sleep(50);
    await writer.query('ROLLBACK');
    assert.equal((await count).rows[0].n, 0);
  });

  test('wait in the order in which they came', {
    skip: target === 'server' && 'a server has no such order',
  }, async () => {
    const clients = await Promise.all(Array.from({ length: 5 }, () => bench.client()));
    await clients[0].query('BEGIN');
    const order: number[] = [];
    const waiting: Promise<unknown>[] = [];
    for (const [index, client] of clients.slice(1).entries()) {
      waiting.push(client.query('SELECT 1').then(() => order.push(index)));
      await sleep(20);
    }
    await clients[0].query('COMMIT');
    await Promise.all(waiting);
    assert.deepEqual(order, [0, 1, 2, 3]);
  });

  test('fail from the first error to their end', async () => {
    const [client, other] = [await bench.client(), await bench.client()];
    await client.query('CREATE TABLE failed (i int)');
    await client.query('BEGIN');
    await client.query('INSERT INTO failed VALUES (1)');
    await assert.rejects(client.query('SELECT 1/0'), code('22012'));
    await assert.rejects(client.query('SELECT 1'), code('25P02'));
    await assert.rejects(client.query('SELECT $1::int', [1]), code('25P02'));
    assert.equal((await client.query('COMMIT')).command, 'ROLLBACK');
    assert.equal((await other.query('SELECT count(*)::int n FROM failed')).rows[0].n, 0);
    assert.deepEqual((await client.query('SELECT 2 AS two')).rows, [{ two: 2 }]);
  });

  test('keep what was before a savepoint', async () => {
    const [client, other] = [await bench.client(), await bench.client()];
    await client.query('CREATE TABLE saved (i int)');
    await client.query('BEGIN');
    await client.query('INSERT INTO saved VALUES (1)');
    await client.query('SAVEPOINT s');
    await client.query('INSERT INTO saved VALUES (2)');
    await assert.rejects(client.query('SELECT * FROM nowhere'), code('42P01'));
    await client.query('ROLLBACK TO SAVEPOINT s');
    await client.query('INSERT INTO saved VALUES (3)');
    await client.query('COMMIT');
    assert.deepEqual((await other.query('SELECT i FROM saved ORDER BY i')).rows, [{ i: 1 }, { i: 3 }]);
  });

  test('exclude each other by pg_advisory_xact_lock', async () => {
    const clients = await Promise.all(Array.from({ length: 4 }, () => bench.client()));
    let inside = 0;
    let most = 0;
    await Promise.all(
      clients.map(async (client) => {
        await client.query('BEGIN');
        await client.query('SELECT pg_advisory_xact_lock(72707369)');
        most = Math.max(most, ++inside);
        await sleep(20);
        inside--;
        await client.query('COMMIT');
      }),
    );
    assert.equal(most, 1);
  });

  test('give rows to one taker each with SKIP LOCKED', async () => {
    const clients = await Promise.all(Array.from({ length: 4 }, () => bench.client()));
    await clients[0].query('CREATE TABLE job AS SELECT generate_series(1, 100) AS id, false AS taken');
    const taken = await Promise.all(
      clients.map(async (client) => {
        const ids: number[] = [];
        for (;;) {
          const { rows } = await client.query(
            'UPDATE job SET taken = true WHERE id IN (SELECT id FROM job WHERE NOT taken ORDER BY id LIMIT 7 FOR UPDATE SKIP LOCKED) RETURNING id',
          );
          if (rows.length === 0) return ids;
          ids.push(...rows.map(({ id }) => id));
        }
      }),
    );
    const all = taken.flat().sort((a, b) => a - b);
    assert.deepEqual(
      all,
      Array.from({ length: 100 }, (_, index) => index + 1),
    );
  });

  test('in a pool, where a client is somebody else each time', async () => {
    const pool = new pg.Pool({ connectionString: bench.url, max: 5 });
    await pool.query('CREATE TABLE pooled (tag text)');
    await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        if (index % 3 === 0) {
          const { rows } = await pool.query('SELECT $1::text AS tag', [`t${index}`]);
          assert.equal(rows[0].tag, `t${index}`);
          return;
        }
        const client = await pool.connect();
        await client.query('BEGIN');
        await client.query('INSERT INTO pooled VALUES ($1)', [`t${index}`]);
        await client.query(index % 3 === 1 ? 'COMMIT' : 'ROLLBACK');
        client.release();
      }),
    );
    assert.equal((await pool.query('SELECT count(*)::int n FROM pooled')).rows[0].n, 20);
    await pool.end();
  });
});
