import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { query, sync } from '#src/database/embedded/protocol.ts';
import { type Random, seeded } from './random.ts';
import { onEachDatabase } from './targets.ts';
import {
  bindMessage as bind,
  executeMessage as execute,
  flushMessage as flush,
  openWire,
  parseMessage as parse,
  show,
} from './wire.ts';

const accounts = 12;
const balance = 1000;
const steps = 120;

onEachDatabase('a bank under random load', (bench) => {
  const seed = Number(process.env.STRESS_SEED ?? randomInt(2 ** 31));

  test(`keeps its money and answers each client its own (seed ${seed})`, { timeout: 120_000 }, async () => {
    const admin = await bench.client();
    await admin.query('CREATE TABLE bank (id int PRIMARY KEY, balance int NOT NULL)');
    await admin.query('INSERT INTO bank SELECT i, $1::int FROM generate_series(0, $2::int - 1) i', [
      balance,
      accounts,
    ]);
    await admin.query('CREATE TABLE ledger (client text, step int, delta int)');
    const committed = new Map<string, number>();
    /** COMMITs that were sent and whose answer the client did not wait for: they may have happened. */
    const unknown = new Set<string>();

    await Promise.all([
      ...Array.from({ length: 8 }, (_, index) => customer(`c${index}`, seeded(seed + index))),
      ...Array.from({ length: 3 }, (_, index) => vandal(`v${index}`, seeded(seed + 100 + index))),
      auditor(),
    ]);

    const total = await admin.query('SELECT sum(balance)::int AS sum FROM bank');
    assert.equal(total.rows[0].sum, accounts * balance);
    const entries = await admin.query(
      'SELECT client, count(*)::int n, sum(delta)::int AS sum FROM ledger GROUP BY 1 ORDER BY 1',
    );
    for (const { client, n, sum } of entries.rows) {
      assert.equal(sum, 0, client);
      const known = (committed.get(client) ?? 0) * 2;
      if (unknown.has(client)) assert.ok(n >= known, client);
      else assert.equal(n, known, client);
    }

    /** Transfers in transactions; every answer carries the client's own tag. */
    async function customer(name: string, random: Random) {
      const pool = new pg.Pool({ connectionString: bench.url, max: 2 });
      pool.on('error', () => {});
      for (let step = 0; step < steps; step++) {
        const tag = `${name}/${step}`;
        if (random.chance(0.3)) {
          const named = random.chance(0.5) ? { name: `tag ${random.below(5)}` } : {};
          const text = named.name
            ? 'SELECT $1::text AS tag, $2::int AS step'
            : `SELECT $1::text AS tag, $2::int + 0 AS step`;
          const { rows } = await pool.query({ ...named, text, values: [tag, step] });
          assert.deepEqual(rows, [{ tag, step }]);
          continue;
        }
        if (random.chance(0.1)) {
          await assert.rejects(pool.query('SELECT $1::int / 0', [step]), { code: '22012' });
          continue;
        }
        const client = await pool.connect();
        const [from, to] = [random.below(accounts), random.below(accounts)].sort((a, b) => a - b);
        const amount = 1 + random.below(20);
        await client.query(random.chance(0.5) ? 'BEGIN' : 'BEGIN; SELECT 1');
        await client.query('UPDATE bank SET balance = balance - $2 WHERE id = $1', [from, amount]);
        if (random.chance(0.3)) await sleep(random.below(3));
        if (random.chance(0.2)) {
          await client.query('SAVEPOINT s');
          await assert.rejects(client.query('INSERT INTO bank VALUES ($1, 0)', [from]), { code: '23505' });
          await client.query('ROLLBACK TO SAVEPOINT s');
        }
        await client.query('UPDATE bank SET balance = balance + $2 WHERE id = $1', [to, amount]);
        for (const delta of [-amount, amount]) {
          await client.query({
            name: 'enter',
            text: 'INSERT INTO ledger VALUES ($1, $2, $3)',
            values: [name, step, delta],
          });
        }
        const { rows } = await client.query(
          'SELECT count(*)::int n FROM ledger WHERE client = $1 AND step = $2',
          [name, step],
        );
        assert.equal(rows[0].n, 2);
        const keep = random.chance(0.7);
        await client.query(keep ? 'COMMIT' : 'ROLLBACK');
        if (keep) committed.set(name, (committed.get(name) ?? 0) + 1);
        client.release(random.chance(0.05));
      }
      await pool.end();
    }

    /** Takes money and disappears: in a transaction, in a message, in an extended query, having sent COMMIT. */
    async function vandal(name: string, random: Random) {
      for (let step = 0; step < steps / 4; step++) {
        const wire = await openWire(bench.url);
        const tag = `${name}/${step}`;
        wire.send(parse('own', `SELECT '${tag}', $1::text`), sync);
        assert.deepEqual((await wire.until('Z')).map(show), ['1', 'ZI']);
        const answer = await wire.ask(bind('', 'own', [tag]), execute(), sync);
        assert.deepEqual(answer, ['2', `D${tag},${tag}`, 'CSELECT 1', 'ZI']);
        const ways = [
          () => wire.send(query('BEGIN'), query('UPDATE bank SET balance = balance - 1 WHERE id = 0')),
          () => wire.send(query('BEGIN; UPDATE bank SET balance = 0; COMMIT').subarray(0, 30)),
          () =>
            wire.send(
              query('BEGIN; UPDATE bank SET balance = balance - 1 WHERE id = 3'),
              parse('', 'SELECT 1'),
              flush,
            ),
          () => wire.send(parse('', 'SELEC'), flush),
          () => {
            unknown.add(name);
            wire.send(
              query(`BEGIN; INSERT INTO ledger VALUES ('${name}', ${step}, 1), ('${name}', ${step}, -1)`),
              query('COMMIT'),
            );
          },
        ];
        ways[random.below(ways.length)]();
        await sleep(random.below(6));
        wire.close();
      }
    }

    /** Money is never missing, whenever one looks. */
    async function auditor() {
      const client = await bench.client();
      for (let look = 0; look < steps; look++) {
        const { rows } = await client.query('SELECT sum(balance)::int AS sum, count(*)::int n FROM bank');
        assert.deepEqual(rows, [{ sum: accounts * balance, n: accounts }]);
        await sleep(5);
      }
    }
  });
});
