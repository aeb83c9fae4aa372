import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '#src/database/embedded/client.ts';
import { openCluster } from '#src/database/embedded/cluster.ts';
import type { Engine } from '#src/database/embedded/engine.ts';
import { createFront, type Front } from '#src/database/embedded/front.ts';
import { type Complaint, query, readRows } from '#src/database/embedded/protocol.ts';

/** What no client can see from outside; the rest of the front is held against a server in the files beside this one. */
describe('the front, from inside', () => {
  let engine: Engine;
  let front: Front;
  const panics: unknown[] = [];
  const onPanic = (error: unknown): never => {
    panics.push(error);
    throw error;
  };
  before(async () => {
    engine = await openCluster({ folder: null, durable: false, onPanic });
    front = createFront(engine, { idleInTransactionTimeout: 40, onPanic });
  });
  after(async () => {
    await engine.close();
    assert.deepEqual(panics, []);
  });

  async function connect() {
    const failures: Complaint[] = [];
    const { client } = await front.connect(new Map(), {
      send: () => {},
      fail: (complaint) => failures.push(complaint),
    });
    const run = async (sql: string) => readRows(await front.run(client, [query(sql)]));
    return { client, failures, run };
  }

  test('an expelled client cannot go on outside of the transaction that it has lost', async () => {
    const [a, b] = [await connect(), await connect()];
    await a.run('CREATE TABLE lost (i int)');
    await a.run('BEGIN');
    await a.run('INSERT INTO lost VALUES (1)');
    await sleep(80);
    assert.deepEqual(
      a.failures.map(({ code }) => code),
      ['25P03'],
    );
    await assert.rejects(a.run('INSERT INTO lost VALUES (2)'), /terminating connection/);
    assert.deepEqual(await b.run('SELECT * FROM lost'), []);
    front.leave(b.client);
  });

  test('what waits for a client that leaves is dropped', async () => {
    const [a, b] = [await connect(), await connect()];
    await a.run('CREATE TABLE dropped (i int)');
    await a.run('BEGIN');
    const waiting = b.run('INSERT INTO dropped VALUES (1)');
    front.leave(b.client);
    await assert.rejects(waiting, /terminating connection/);
    await a.run('COMMIT');
    assert.deepEqual(await a.run('SELECT * FROM dropped'), []);
    front.leave(a.client);
  });

  test("a client that leaves during another one's transaction does nothing to it, and is forgotten after it", async () => {
    const [owner, listener] = [await connect(), await connect()];
    await listener.run('LISTEN forgotten');
    await owner.run('BEGIN');
    await assert.rejects(owner.run('SELECT 1 / 0'), /division by zero/);
    front.leave(listener.client);
    await owner.run('ROLLBACK');
    assert.deepEqual(await owner.run('SELECT pg_listening_channels()'), []);
    front.leave(owner.client);
  });

  test('clients that have left leave nothing', async () => {
    const leave: Client[] = [];
    for (let count = 0; count < 5; count++) {
      const { client, run } = await connect();
      await run('LISTEN left_over; SET work_mem TO 64');
      await run('BEGIN; DECLARE held CURSOR WITH HOLD FOR SELECT 1; COMMIT');
      leave.push(client);
    }
    for (const client of leave) front.leave(client);
    const { run, client } = await connect();
    assert.equal(front.clientCount(), 1);
    assert.deepEqual(await run('SELECT pg_listening_channels()'), []);
    assert.deepEqual(await run('SELECT count(*) FROM pg_cursors'), [['0']]);
    assert.deepEqual(await run('SHOW work_mem'), [['4MB']]);
    front.leave(client);
    assert.equal(front.clientCount(), 0);
  });

  test('stopping tells every client and rolls back', async () => {
    const [a, b] = [await connect(), await connect()];
    await a.run('CREATE TABLE stopped (i int)');
    await a.run('BEGIN; INSERT INTO stopped VALUES (1)');
    const waiting = b.run('SELECT 1');
    front.stop();
    await assert.rejects(waiting, /terminating connection/);
    assert.deepEqual(
      [...a.failures, ...b.failures].map(({ code }) => code),
      ['57P01', '57P01'],
    );
    assert.deepEqual(engine.rows('SELECT * FROM stopped'), []);
  });
});
