import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { connect } from '#src/database/client.ts';
import { pipelined } from '#src/database/pipelined.ts';
import { onEachDatabase } from './targets.ts';

const code = (expected: string) => (error: unknown) => (error as { code?: string }).code === expected;
const planned = async (client: pg.ClientBase) => {
  const { rows } = await client.query(
    `SELECT statement FROM pg_prepared_statements WHERE statement NOT LIKE '%pg_prepared%'`,
  );
  return rows.map(({ statement }) => statement as string).sort();
};

onEachDatabase('statements in one message', (bench, target) => {
  test('give what they give alone, whatever is put into them', async () => {
    const client = await bench.client();
    const statements = [
      { text: 'SELECT $1::text AS t, $2::int AS n, $3::bool AS b', values: [`'"$1\\ 한`, -3, false] },
      { text: 'SELECT x FROM unnest($1::text[]) x', values: [['a,"b"', `{}'`, '']] },
      { text: 'SELECT 1 AS none WHERE $1', values: [false] },
      { text: 'SELECT $1::float8 AS f, NULL AS nothing', values: [0.1] },
      { text: `SELECT encode($1::bytea, 'hex') AS bytes`, values: [Buffer.from([0, 255])] },
    ];
    const alone: object[][] = [];
    for (const { text, values } of statements)
      alone.push((await client.query(text, values as unknown[])).rows);
    assert.deepEqual(alone[0], [{ t: `'"$1\\ 한`, n: -3, b: false }]);
    assert.deepEqual(await pipelined(client, statements), alone);
    assert.deepEqual(await pipelined(client, statements.toReversed()), alone.toReversed());
    assert.deepEqual(await pipelined(client, []), []);
  });

  test('are one transaction: settings of it end with it, and an error undoes what came before', async () => {
    const client = await bench.client();
    await client.query('CREATE TABLE kept (i int)');
    const setting = { text: `SELECT set_config('work_mem', $1, true) AS v`, values: ['3MB'] };
    const show = { text: `SELECT current_setting('work_mem') AS v`, values: [] };
    const before = (await client.query('SHOW work_mem')).rows[0].work_mem;
    assert.notEqual(before, '3MB');
    assert.deepEqual(await pipelined(client, [setting, show]), [[{ v: '3MB' }], [{ v: '3MB' }]]);
    assert.deepEqual(await pipelined(client, [show]), [[{ v: before }]]);
    const insert = { text: 'INSERT INTO kept VALUES ($1)', values: [1] };
    const wrong = { text: 'SELECT 1 / $1::int AS n', values: [0] };
    await assert.rejects(pipelined(client, [setting, insert, wrong, insert]), code('22012'));
    assert.deepEqual(await pipelined(client, [show]), [[{ v: before }]]);
    assert.equal((await client.query('SELECT * FROM kept')).rowCount, 0);
    assert.deepEqual(await pipelined(client, [insert, { ...wrong, values: [1] }]), [[], [{ n: 1 }]]);
    assert.equal((await client.query('SELECT * FROM kept')).rowCount, 1);
    await assert.rejects(
      pipelined(client, [insert, { text: 'SELECT FROM nowhere', values: [] }]),
      code('42P01'),
    );
    assert.equal((await client.query('SELECT * FROM kept')).rowCount, 1);
  });

  test('a value that cannot be sent leaves the connection as it was', async () => {
    const client = await bench.client();
    const round: { self?: unknown } = {};
    round.self = round;
    const text = 'SELECT $1::text AS t';
    await assert.rejects(pipelined(client, [{ text, values: [round] }]), /circular/i);
    await assert.rejects(pipelined(client, [{ text, values: ['\0'] }]), code('22021'));
    assert.deepEqual(await pipelined(client, [{ text, values: ['on'] }]), [[{ t: 'on' }]]);
  });

  // The embedded database shows the statements of all its clients.
  test('are planned once a connection; of many the 32 used last are kept', {
    skip: target === 'embedded' && 'it shows the statements of all clients',
  }, async () => {
    const client = await bench.client();
    const ask = (i: number) => ({ text: `SELECT $1::int + ${i} AS n`, values: [1] });
    const texts = (...numbers: number[]) => numbers.map((i) => ask(i).text).sort();
    for (let again = 0; again < 3; again++)
      assert.deepEqual(await pipelined(client, [ask(0), ask(1), ask(0)]), [
        [{ n: 1 }],
        [{ n: 2 }],
        [{ n: 1 }],
      ]);
    assert.deepEqual(await planned(client), texts(0, 1));
    await assert.rejects(
      pipelined(client, [ask(2), { text: 'SELECT $1::int / 0', values: [1] }]),
      code('22012'),
    );
    await pipelined(client, [ask(1)]);
    assert.deepEqual(await planned(client), texts(0, 1));
    for (let i = 2; i < 34; i++) await pipelined(client, [ask(i), ask(1)]);
    await pipelined(client, [ask(1)]);
    assert.deepEqual(await planned(client), texts(1, ...Array.from({ length: 31 }, (_, i) => i + 3)));
    assert.deepEqual(await pipelined(client, [ask(0)]), [[{ n: 1 }]]);
  });
});

onEachDatabase(
  'a connection that the server ends',
  (bench) => {
    test('fails what runs on it, and nothing else', async () => {
      const db = connect(bench.url);
      const admin = await bench.client();
      for (const work of [
        (client: pg.ClientBase) => client.query('SELECT pg_sleep(20)'),
        (client: pg.ClientBase) => pipelined(client, [{ text: 'SELECT pg_sleep($1)', values: [20] }]),
      ]) {
        const running = db.transaction(async (tx) => {
          const { rows } = await tx.query('SELECT pg_backend_pid() AS pid');
          setTimeout(() => admin.query('SELECT pg_terminate_backend($1)', [rows[0].pid]), 100);
          await work(tx as pg.ClientBase);
        });
        await assert.rejects(running, code('57P01'));
      }
      assert.deepEqual((await db.pool.query('SELECT 1 AS n')).rows, [{ n: 1 }]);
      await db.close();
    });
  },
  { only: 'server' }, // the embedded one runs statements to their end
);
