import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { onEachDatabase } from './targets.ts';

/** What a client hears. `settle` lets everything that is under way arrive: a server delivers at its own pace. */
function listen(client: pg.Client) {
  const heard: string[] = [];
  const pids: number[] = [];
  client.on('notification', ({ channel, payload, processId }) => {
    heard.push(`${channel}:${payload ?? ''}`);
    pids.push(processId);
  });
  return {
    pids,
    async take(settle: pg.Client): Promise<string[]> {
      await settle.query('SELECT pg_sleep(0.05)');
      await client.query('SELECT 1');
      return heard.splice(0);
    },
  };
}

onEachDatabase('LISTEN and NOTIFY', (bench) => {
  test('reach those who listen and nobody else', async () => {
    const [a, b, c] = [await bench.client(), await bench.client(), await bench.client()];
    const [ofA, ofB, ofC] = [a, b, c].map(listen);
    await b.query('LISTEN news');
    await c.query('LISTEN "Other News"');
    await a.query("NOTIFY news, 'one'");
    await a.query('SELECT pg_notify($1, $2)', ['news', 'two']);
    await c.query('NOTIFY "Other News"');
    assert.deepEqual(await ofB.take(a), ['news:one', 'news:two']);
    assert.deepEqual(await ofC.take(a), ['Other News:']);
    assert.deepEqual(await ofA.take(b), []);
  });

  test('channel names fold as identifiers do', async () => {
    const [a, b] = [await bench.client(), await bench.client()];
    const ofB = listen(b);
    const long = 'l'.repeat(70);
    await b.query('  listen /* to */ Folded ; ');
    await b.query(`LISTEN ${long}`);
    await b.query('LISTEN "quo""ted;"');
    await a.query(
      `NOTIFY folded; NOTIFY FOLDED, 'x'; NOTIFY "Folded"; NOTIFY ${long}; NOTIFY "quo""ted;", 'q'`,
    );
    assert.deepEqual(await ofB.take(a), ['folded:', 'folded:x', `${'l'.repeat(63)}:`, 'quo"ted;:q']);
  });

  test('are delivered when the notifying transaction commits, and only then', async () => {
    const [a, b] = [await bench.client(), await bench.client()];
    const ofB = listen(b);
    await b.query('LISTEN tx');
    await a.query('BEGIN');
    await a.query("NOTIFY tx, 'lost'");
    await a.query('ROLLBACK');
    await a.query('BEGIN');
    await a.query("NOTIFY tx, 'kept'");
    await a.query('SAVEPOINT s');
    await a.query("NOTIFY tx, 'gone'");
    await a.query('ROLLBACK TO SAVEPOINT s');
    await a.query("NOTIFY tx, 'kept'"); // twice the same in one transaction is once
    await a.query('COMMIT');
    await a.query("NOTIFY tx, 'after'");
    assert.deepEqual(await ofB.take(a), ['tx:kept', 'tx:after']);
  });

  test('listening begins when its own transaction commits', async () => {
    const [a, b] = [await bench.client(), await bench.client()];
    const ofB = listen(b);
    await b.query('BEGIN');
    await b.query('LISTEN rolled');
    await b.query('ROLLBACK');
    await b.query('BEGIN');
    await b.query('LISTEN committed');
    await b.query('COMMIT');
    await a.query('NOTIFY rolled; NOTIFY committed');
    assert.deepEqual(await ofB.take(a), ['committed:']);
    await b.query('BEGIN');
    await b.query('UNLISTEN committed');
    await b.query('ROLLBACK');
    await a.query('NOTIFY committed');
    assert.deepEqual(await ofB.take(a), ['committed:']);
  });

  test('listening begins although the next transaction has begun, and failed', async () => {
    const [a, b] = [await bench.client(), await bench.client()];
    const ofB = listen(b);
    await assert.rejects(b.query('BEGIN; LISTEN early; COMMIT; BEGIN; SELECT 1/0'), { code: '22012' });
    await b.query('ROLLBACK');
    await a.query('NOTIFY early');
    assert.deepEqual(await ofB.take(a), ['early:']);
  });

  test('work by the extended protocol, prepared and several at once', async () => {
    const [a, b] = [await bench.client(), await bench.client()];
    const ofB = listen(b);
    await b.query({ name: 'l', text: 'LISTEN extended' });
    await b.query('LISTEN first; LISTEN second');
    await a.query('SELECT pg_notify($1, $2) FROM generate_series(1, 2)', ['extended', 'same']);
    await a.query('NOTIFY first; NOTIFY second');
    assert.deepEqual(await ofB.take(a), ['extended:same', 'first:', 'second:']);
  });

  test('end with UNLISTEN, for this client alone', async () => {
    const [a, b, c] = [await bench.client(), await bench.client(), await bench.client()];
    const [ofB, ofC] = [b, c].map(listen);
    for (const client of [b, c]) await client.query('LISTEN shared; LISTEN rest');
    await b.query('UNLISTEN shared');
    await a.query('NOTIFY shared; NOTIFY rest');
    assert.deepEqual(await ofB.take(a), ['rest:']);
    assert.deepEqual(await ofC.take(a), ['shared:', 'rest:']);
    await b.query('UNLISTEN *');
    await a.query('NOTIFY shared; NOTIFY rest');
    assert.deepEqual(await ofB.take(a), []);
    assert.deepEqual(await ofC.take(a), ['shared:', 'rest:']);
    await b.query('LISTEN shared');
    await b.query('DISCARD ALL');
    await b.end();
    await a.query('NOTIFY shared; NOTIFY rest');
    assert.deepEqual(await ofC.take(a), ['shared:', 'rest:']);
  });

  test('tell a client its own from those of others', async () => {
    const [a, b] = [await bench.client(), await bench.client()];
    const ofA = listen(a);
    await a.query("LISTEN self; NOTIFY self, 'mine'");
    await b.query("NOTIFY self, 'theirs'");
    assert.deepEqual(await ofA.take(b), ['self:mine', 'self:theirs']);
    const pid = (client: pg.Client) => (client as unknown as { processID: number }).processID;
    assert.deepEqual(ofA.pids, [pid(a), pid(b)]);
  });

  test('a payload that is too long fails its statement and nothing else', async () => {
    const [a, b] = [await bench.client(), await bench.client()];
    const ofB = listen(b);
    await b.query('LISTEN long');
    await assert.rejects(a.query("SELECT pg_notify('long', repeat('x', 8000))"), { code: '22023' });
    await a.query("SELECT pg_notify('long', repeat('x', 7999))");
    assert.deepEqual(await ofB.take(a), [`long:${'x'.repeat(7999)}`]);
  });
});
