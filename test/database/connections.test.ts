import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { query, startup, sync, typeOf } from '#src/database/embedded/protocol.ts';
import { onEachDatabase } from './targets.ts';
import {
  bindMessage as bind,
  databaseOf,
  executeMessage as execute,
  flushMessage as flush,
  openSocket,
  openWire,
  parseMessage as parse,
  rawMessage,
  show,
  type Wire,
  wireOf,
} from './wire.ts';

const int32 = (value: number) => Buffer.from([value >> 24, value >> 16, value >> 8, value]);
const packet = (...words: number[]) => Buffer.concat([words.length * 4 + 4, ...words].map(int32));

onEachDatabase('how a connection begins', (bench) => {
  /** The answer to an untyped packet up to the end of the connection, or to ReadyForQuery. */
  async function answer(bytes: Buffer): Promise<string[]> {
    const wire = wireOf(await openSocket(bench.url));
    wire.send(bytes);
    const types = (await wire.until('Z')).map(show);
    wire.close();
    return types.filter((type) => !'SR'.includes(type));
  }
  const asking = (parameters: Record<string, string>) =>
    startup({ user: 'postgres', database: databaseOf(bench.url), ...parameters });

  test('encryption is declined, once each, before the start', async () => {
    const socket = await openSocket(bench.url);
    for (const code of [80877103, 80877104]) {
      socket.write(packet(code));
      const [reply] = (await once(socket, 'data')) as [Buffer];
      assert.equal(reply.toString(), 'N');
    }
    const wire = wireOf(socket);
    wire.send(asking({}));
    assert.equal(show((await wire.until('Z')).at(-1)!), 'ZI');
    wire.close();
  });

  test('it may arrive byte by byte, and everything after it at once', async () => {
    const socket = await openSocket(bench.url);
    for (const byte of asking({})) socket.write(Buffer.from([byte]));
    socket.write(Buffer.concat([query('SELECT 1'), query('SELECT 2')]));
    const wire = wireOf(socket);
    await wire.until('Z');
    assert.deepEqual((await wire.until('Z')).map(show), ['T', 'D1', 'CSELECT 1', 'ZI']);
    assert.deepEqual((await wire.until('Z')).map(show), ['T', 'D2', 'CSELECT 1', 'ZI']);
    wire.close();
  });

  test('an older protocol is refused, a newer one is talked down', async () => {
    const older = asking({});
    older.writeInt32BE(2 << 16, 4);
    const old = await openSocket(bench.url);
    old.write(older);
    const [refusal] = (await once(old, 'data')) as [Buffer]; // a server says it in the old protocol's words
    assert.match(refusal.toString(), /unsupported frontend protocol 2\.0/);
    const newer = asking({ '_pq_.unheard': '1' });
    newer.writeInt32BE((3 << 16) + 9999, 4);
    const talk = wireOf(await openSocket(bench.url));
    talk.send(newer);
    const negotiation = (await talk.until('Z')).find((message) => typeOf(message) === 'v');
    assert.equal(negotiation?.subarray(5).toString('latin1'), '\0\x03\0\0\0\0\0\x01_pq_.unheard\0');
    talk.close();
  });

  test('an unknown role or database, or replication, is refused', async () => {
    assert.deepEqual(await answer(asking({ user: 'nobody' })), ['E28000']);
    assert.deepEqual(await answer(asking({ database: 'nothing' })), ['E3D000']);
    assert.deepEqual(await answer(startup({ database: 'postgres' })), ['E28000']);
  });

  test('what is not PostgreSQL at all is dropped', async () => {
    assert.deepEqual(await answer(Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')), []);
    assert.deepEqual(await answer(Buffer.from('\0\0\0\x04')), []);
    assert.equal((await (await bench.client()).query('SELECT 1 AS one')).rows[0].one, 1);
  });

  test('an unknown message type ends its connection alone', async () => {
    const other = await openWire(bench.url);
    const wire = await openWire(bench.url);
    wire.send(query('BEGIN'), rawMessage('y', Buffer.alloc(0)));
    await wire.until('Z');
    assert.equal(show((await wire.next())!), 'E08P01');
    assert.equal(await wire.next(), null);
    assert.deepEqual(await other.ask(query('SELECT 1')), ['T', 'D1', 'CSELECT 1', 'ZI']);
    other.close();
  });
});

onEachDatabase('a client that goes away', (bench) => {
  /** Leaves a row in an open transaction and goes; then nobody may see it, and everybody may go on. */
  async function vanishes(name: string, go: (wire: Awaited<ReturnType<typeof openWire>>) => void) {
    const other = await bench.client();
    await other.query(`CREATE TABLE ${name} (i int)`);
    const wire = await openWire(bench.url);
    await wire.ask(query('BEGIN'));
    await wire.ask(query(`INSERT INTO ${name} VALUES (1)`));
    go(wire);
    wire.socket.destroy();
    await other.query(`INSERT INTO ${name} VALUES (2)`);
    assert.deepEqual((await other.query(`SELECT i FROM ${name}`)).rows, [{ i: 2 }]);
    await other.query(`DROP TABLE ${name}`); // would wait for ever behind its lock
  }

  test('in a transaction is rolled back', () => vanishes('gone', () => {}));
  test('in the middle of a message is rolled back', () =>
    vanishes('mid_message', (wire) => wire.send(query('COMMIT').subarray(0, 8))));
  test('in the middle of an extended query is rolled back', () =>
    vanishes('mid_query', (wire) => wire.send(parse('', 'SELECT 1'), flush)));
  test('in a failed extended query is rolled back', () =>
    vanishes('mid_failure', (wire) => wire.send(parse('', 'SELEC'), flush)));

  test('while it waits for its turn is not waited for', async () => {
    const [owner, other] = [await bench.client(), await bench.client()];
    const waiting = await openWire(bench.url);
    await owner.query('CREATE TABLE turn (i int)');
    await owner.query('BEGIN');
    await owner.query('LOCK TABLE turn');
    waiting.send(query('SELECT count(*) FROM turn'));
    await sleep(30);
    waiting.close();
    await owner.query('COMMIT');
    assert.equal((await other.query('SELECT count(*)::int n FROM turn')).rows[0].n, 0);
  });

  test('leaves no prepared statement behind', async () => {
    for (let round = 0; round < 3; round++) {
      const wire = await openWire(bench.url);
      assert.deepEqual(await wire.ask(parse('left', `SELECT ${round}`), sync), ['1', 'ZI']);
      assert.deepEqual(await wire.ask(bind('', 'left'), execute(), sync), [
        '2',
        `D${round}`,
        'CSELECT 1',
        'ZI',
      ]);
      wire.send(rawMessage('X', Buffer.alloc(0)));
      assert.equal(await wire.next(), null);
    }
    const { rows } = await (await bench.client()).query('SELECT count(*)::int n FROM pg_prepared_statements');
    assert.equal(rows[0].n, 0);
  });

  test('idle in a transaction too long, loses it and its connection', async () => {
    const other = await bench.client();
    await other.query('CREATE TABLE idle (i int)');
    const wire = await openWire(bench.url, { idle_in_transaction_session_timeout: '150' });
    await wire.ask(query('BEGIN; INSERT INTO idle VALUES (1)'));
    assert.equal(show((await wire.next())!), 'E25P03');
    assert.equal(await wire.next(), null);
    assert.equal((await other.query('SELECT count(*)::int n FROM idle')).rows[0].n, 0);
    const busy = await openWire(bench.url, { idle_in_transaction_session_timeout: '150' });
    await busy.ask(query('BEGIN'));
    for (let round = 0; round < 4; round++) {
      await sleep(60);
      assert.equal((await busy.ask(query('SELECT 1'))).at(-1), 'ZT');
    }
    busy.close();
  });
});

onEachDatabase('cancelling', (bench) => {
  async function cancel(pid: number, secret: number) {
    const socket = await openSocket(bench.url);
    socket.end(packet(80877102, pid, secret));
    await once(socket, 'close');
  }

  test('ends a statement that waits, by its key alone, and its connection goes on', async () => {
    const owner = await bench.client();
    const wire = await openWire(bench.url);
    await owner.query('CREATE TABLE locked (i int)');
    await owner.query('BEGIN');
    await owner.query('LOCK TABLE locked');
    wire.send(query('SELECT * FROM locked'));
    let answered = false;
    const answer = wire.until('Z').then((messages) => {
      answered = true;
      return messages.map(show);
    });
    await sleep(50);
    await cancel(wire.pid, wire.secret ^ 1);
    await sleep(50);
    assert.equal(answered, false);
    await cancel(wire.pid, wire.secret);
    assert.deepEqual(await answer, ['E57014', 'ZI']);
    await owner.query('COMMIT');
    assert.deepEqual(await wire.ask(query('SELECT * FROM locked')), ['T', 'CSELECT 0', 'ZI']);
    await cancel(wire.pid, wire.secret); // nothing to cancel
    assert.deepEqual(await wire.ask(query('SELECT 1')), ['T', 'D1', 'CSELECT 1', 'ZI']);
    wire.close();
  });
});

onEachDatabase(
  'the limits of the front',
  (bench) => {
    test('a message that is too long ends its connection alone', async () => {
      const other = await bench.client();
      const wire = await openWire(bench.url);
      await wire.ask(query('BEGIN'));
      const long = Buffer.alloc(5);
      long.write('Q');
      long.writeInt32BE(2_000_000, 1);
      wire.send(long);
      assert.equal(show((await wire.next())!), 'E08P01');
      assert.equal(await wire.next(), null);
      assert.equal((await other.query('SELECT 1 AS one')).rows[0].one, 1);
    });

    test('a message without an end to its string ends its connection alone', async () => {
      const other = await bench.client();
      const wire = await openWire(bench.url);
      wire.send(rawMessage('Q', Buffer.from('SELECT 1')));
      assert.equal(show((await wire.next())!), 'E08P01');
      assert.equal((await other.query('SELECT 1 AS one')).rows[0].one, 1);
    });

    test('one client too many is told so, and may come when another has left', async () => {
      const wires: Wire[] = [];
      await assert.rejects(async () => {
        for (let count = 0; count < 13; count++) wires.push(await openWire(bench.url));
      }, /E53300/);
      for (const wire of wires) wire.close();
      await sleep(50);
      (await openWire(bench.url)).close();
    });

    test('a client without a timeout of its own has that of the front', async () => {
      const client = await bench.client();
      const ended = once(client, 'error');
      await client.query('BEGIN');
      const [error] = await ended;
      assert.equal((error as { code: string }).code, '25P03');
    });

    test('endless recursion is an error, not the end of the engine', async () => {
      const client = await bench.client();
      await client.query(
        'CREATE FUNCTION down(i int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN down(i + 1); END $$',
      );
      await assert.rejects(client.query('SELECT down(1)'), { code: '54001' });
      assert.equal((await client.query('SELECT 1 AS one')).rows[0].one, 1);
    });
  },
  { only: 'embedded', options: { maxMessage: 1_000_000, maxClients: 12, idleInTransactionTimeout: 300 } },
);

onEachDatabase(
  'a port of the loopback interface',
  (bench) => {
    test('asks for the password', async () => {
      assert.match(bench.url, /^postgresql:\/\/postgres:[0-9a-f]{48}@127\.0\.0\.1:\d+\/postgres$/);
      const client = await bench.client();
      assert.equal((await client.query('SELECT 1 AS one')).rows[0].one, 1);
      const wrong = bench.url.replace(/:[0-9a-f]{48}@/, ':wrong@');
      await assert.rejects(bench.client({ connectionString: wrong }), { code: '28P01' });
      const silent = wireOf(await openSocket(bench.url));
      silent.send(startup({ user: 'postgres', database: 'postgres' }), query('SELECT 1'));
      assert.deepEqual((await silent.until('Z')).map(show), ['R', 'E28P01']);
      const gone = wireOf(await openSocket(bench.url));
      gone.socket.end(startup({ user: 'postgres', database: 'postgres' }));
      assert.deepEqual((await gone.until('Z')).map(show), ['R']);
    });
  },
  { only: 'embedded', options: { tcp: true } }, // as on Windows
);
