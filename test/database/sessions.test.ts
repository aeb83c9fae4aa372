import assert from 'node:assert/strict';
import { test } from 'node:test';
import { query } from '#src/database/embedded/protocol.ts';
import { onEachDatabase } from './targets.ts';
import { openWire } from './wire.ts';

const code = (expected: string) => (error: unknown) => (error as { code?: string }).code === expected;

onEachDatabase('what a session holds', (bench, target) => {
  const show = async (
    client: { query(sql: string): Promise<{ rows: Record<string, string>[] }> },
    name: string,
  ) => Object.values((await client.query(`SHOW ${name}`)).rows[0])[0];

  test('settings belong to one client', async () => {
    const [a, b] = [await bench.client(), await bench.client()];
    const before = await show(b, 'work_mem');
    await a.query("SET work_mem TO '7MB'");
    await a.query("SELECT set_config('app.user', 'ann', false)");
    assert.equal(await show(b, 'work_mem'), before);
    assert.notEqual((await b.query("SELECT current_setting('app.user', true) AS u")).rows[0].u, 'ann');
    assert.equal(await show(a, 'work_mem'), '7MB');
    assert.equal((await a.query("SELECT current_setting('app.user') AS u")).rows[0].u, 'ann');
    await a.query('RESET work_mem');
    await b.query('SELECT 1');
    assert.equal(await show(a, 'work_mem'), before);
  });

  test('settings of a rolled back transaction are gone, SET LOCAL ends with its own', async () => {
    const [a, b] = [await bench.client(), await bench.client()];
    const before = await show(a, 'work_mem');
    await a.query('BEGIN');
    await a.query("SET work_mem TO '6MB'");
    await a.query('ROLLBACK');
    await b.query('SELECT 1');
    assert.equal(await show(a, 'work_mem'), before);
    await a.query('BEGIN');
    await a.query("SET LOCAL work_mem TO '5MB'");
    assert.equal(await show(a, 'work_mem'), '5MB');
    await a.query('COMMIT');
    assert.equal(await show(a, 'work_mem'), before);
  });

  test('settings of the connection hold, and RESET and DISCARD ALL return to them', async () => {
    const a = await bench.client({
      options: '-c timezone=Asia/Seoul -c search_path="a\\ b",public --work-mem=3MB',
    });
    const b = await bench.client({ application_name: 'other' });
    for (const forget of ['SELECT 1', 'SET timezone TO UTC; RESET timezone', 'RESET ALL', 'DISCARD ALL']) {
      for (const sql of forget.split('; ')) await a.query(sql);
      assert.notEqual(await show(b, 'timezone'), 'Asia/Seoul');
      assert.deepEqual(
        [await show(a, 'timezone'), await show(a, 'search_path'), await show(a, 'work_mem')],
        ['Asia/Seoul', '"a b",public', '3MB'],
        forget,
      );
    }
    assert.equal(await show(b, 'application_name'), 'other');
  });

  test('a client is told its parameters, and their changes', async () => {
    const wire = await openWire(bench.url, { application_name: 'told', TimeZone: 'Asia/Tokyo' });
    assert.equal(wire.parameters.get('application_name'), 'told');
    assert.equal(wire.parameters.get('TimeZone'), 'Asia/Tokyo');
    assert.equal(wire.parameters.get('client_encoding'), 'UTF8');
    assert.match(wire.parameters.get('server_version') ?? '', /^\d+\.\d+/);
    const other = await openWire(bench.url);
    wire.send(query('SET application_name TO changed'));
    const changed = (await wire.until('Z')).find((message) => message[0] === 'S'.charCodeAt(0));
    assert.equal(changed?.toString('utf8', 5), 'application_name\0changed\0');
    assert.deepEqual(await other.ask(query('SHOW application_name')), ['T', 'D', 'CSHOW', 'ZI']);
    wire.close();
    other.close();
  });

  test('a setting that does not exist refuses the connection', async () => {
    await assert.rejects(bench.client({ options: '-c nonesuch=1' }), code('42704'));
    await assert.rejects(bench.client({ options: '-c work_mem=much' }), code('22023'));
    await bench.client();
  });

  test('roles belong to one client', async () => {
    const [a, b] = [await bench.client(), await bench.client()];
    await a.query('SET ROLE pg_monitor');
    const who = 'SELECT current_user::text AS who';
    assert.equal((await b.query(who)).rows[0].who, 'postgres');
    assert.equal((await a.query(who)).rows[0].who, 'pg_monitor');
    await a.query('RESET ROLE');
    await b.query('SELECT 1');
    assert.equal((await a.query(who)).rows[0].who, 'postgres');
  });

  test('temporary tables of a transaction are its own', async () => {
    const [a, b] = [await bench.client(), await bench.client()];
    for (const client of [a, b, a]) {
      await client.query('BEGIN');
      await client.query('CREATE TEMP TABLE scratch (i int) ON COMMIT DROP');
      await client.query('INSERT INTO scratch VALUES (1)');
      assert.equal((await client.query('SELECT count(*)::int n FROM scratch')).rows[0].n, 1);
      await client.query('COMMIT');
      await assert.rejects(client.query('SELECT * FROM scratch'), code('42P01'));
    }
  });

  test('currval is never that of another client', async () => {
    const [a, b] = [await bench.client(), await bench.client()];
    await a.query('CREATE SEQUENCE counted');
    await a.query('BEGIN');
    await a.query("SELECT nextval('counted')");
    assert.equal((await a.query("SELECT currval('counted')::int v")).rows[0].v, 1);
    await a.query('COMMIT');
    await b.query("SELECT nextval('counted')");
    // A server remembers it for the session; here it ends when another client has its turn, and says so.
    if (target === 'server') assert.equal((await a.query("SELECT currval('counted')::int v")).rows[0].v, 1);
    else await assert.rejects(a.query("SELECT currval('counted')"), code('55000'));
  });
});

onEachDatabase(
  'what a shared session cannot have is refused',
  (bench) => {
    const refused = [
      ['session-level advisory locks', 'SELECT pg_advisory_lock(1)'],
      ['session-level advisory locks, tried', 'SELECT pg_try_advisory_lock(1, 2)'],
      ['temporary tables that outlive a transaction', 'CREATE TEMP TABLE t (i int)'],
      ['the same, in other words', 'SELECT 1 AS i INTO TEMPORARY t'],
      ['SQL-level PREPARE', 'PREPARE p AS SELECT 1'],
      ['the second statement of a query', "SELECT ';'; /* ; */ PREPARE p AS SELECT 1"],
    ];
    for (const [what, sql] of refused) {
      test(what, async () => {
        const client = await bench.client();
        await assert.rejects(client.query(sql), code('0A000'));
        await assert.rejects(
          client.query({ text: sql, values: [], name: 'p' }),
          /0A000|42601|embedded database|multiple/,
        );
        await client.query('BEGIN');
        await assert.rejects(client.query(sql), /embedded database/);
        await assert.rejects(client.query('SELECT 1'), code('25P02'));
        await client.query('ROLLBACK');
        assert.equal((await client.query('SELECT 1 AS one')).rows[0].one, 1);
      });
    }
  },
  { only: 'embedded' }, // a server has sessions
);
