import assert from 'node:assert/strict';
import { test } from 'node:test';
import { query, sync } from '#src/database/embedded/protocol.ts';
import { onEachDatabase } from './targets.ts';
import {
  bindMessage as bind,
  closeMessage as close,
  describeMessage as describe,
  executeMessage as execute,
  flushMessage as flush,
  openWire,
  parseMessage as parse,
  rawMessage,
  show,
} from './wire.ts';

onEachDatabase('the extended protocol', (bench) => {
  test('the same statement name is another statement in each client', async () => {
    const clients = await Promise.all(Array.from({ length: 4 }, () => openWire(bench.url)));
    for (const [index, wire] of clients.entries()) {
      assert.deepEqual(await wire.ask(parse('same', `SELECT ${index} + $1::int`), sync), ['1', 'ZI']);
    }
    for (let round = 0; round < 3; round++) {
      for (const [index, wire] of clients.entries()) {
        const answer = await wire.ask(bind('', 'same', ['10']), execute(), sync);
        assert.deepEqual(answer, ['2', `D${10 + index}`, 'CSELECT 1', 'ZI']);
      }
    }
    assert.deepEqual(await clients[0].ask(parse('same', 'SELECT 1'), sync), ['E42P05', 'ZI']);
    assert.deepEqual(await clients[0].ask(close('S', 'same'), sync), ['3', 'ZI']);
    assert.deepEqual(await clients[0].ask(bind('', 'same', ['1']), sync), ['E26000', 'ZI']);
    assert.deepEqual(await clients[0].ask(parse('same', 'SELECT 5'), bind('', 'same'), execute(), sync), [
      ...['1', '2', 'D5', 'CSELECT 1', 'ZI'],
    ]);
    assert.deepEqual(await clients[1].ask(bind('', 'same', ['1']), execute(), sync), [
      ...['2', 'D2', 'CSELECT 1', 'ZI'],
    ]);
    for (const wire of clients) wire.close();
  });

  test("one client's DISCARD ALL or DEALLOCATE ALL leaves the others their statements", async () => {
    const [a, b] = [await openWire(bench.url), await openWire(bench.url)];
    for (const all of ['DISCARD ALL', 'DEALLOCATE ALL']) {
      await a.ask(parse('mine', "SELECT 'a'"), sync);
      await b.ask(parse(`mine ${all}`, "SELECT 'b'"), sync);
      assert.equal((await a.ask(query(all))).at(-1), 'ZI');
      assert.deepEqual(await a.ask(bind('', 'mine'), sync), ['E26000', 'ZI']);
      for (let round = 0; round < 2; round++) {
        const answer = await b.ask(bind('', `mine ${all}`), execute(), sync);
        assert.deepEqual(answer, ['2', 'Db', 'CSELECT 1', 'ZI']);
      }
    }
    a.close();
    b.close();
  });

  test('the unnamed statement stays until the same client replaces it', async () => {
    const [a, b] = [await openWire(bench.url), await openWire(bench.url)];
    await a.ask(parse('', "SELECT 'a'"), sync);
    await b.ask(parse('', "SELECT 'b'"), sync);
    assert.deepEqual(await a.ask(bind('', ''), execute(), sync), ['2', 'Da', 'CSELECT 1', 'ZI']);
    assert.deepEqual(await b.ask(describe('S', ''), sync), ['t', 'T', 'ZI']);
    await a.ask(query("SET application_name TO 'x'"));
    assert.deepEqual(await a.ask(bind('', ''), sync), ['E26000', 'ZI']);
    assert.deepEqual(await b.ask(bind('', ''), execute(), sync), ['2', 'Db', 'CSELECT 1', 'ZI']);
    assert.deepEqual(await b.ask(parse('', 'SELEC'), sync), ['E42601', 'ZI']);
    assert.deepEqual(await b.ask(bind('', ''), sync), ['E26000', 'ZI']);
    a.close();
    b.close();
  });

  test('the unnamed statement may be run twice, whatever it does', async () => {
    const wire = await openWire(bench.url);
    for (const [sql, tag] of [
      ['LISTEN twice', 'CLISTEN'],
      ["SET work_mem TO '3MB'", 'CSET'],
    ]) {
      assert.deepEqual(await wire.ask(parse('', sql), sync), ['1', 'ZI']);
      for (let time = 0; time < 2; time++) {
        assert.deepEqual(await wire.ask(bind('', ''), execute(), sync), ['2', tag, 'ZI']);
      }
    }
    wire.close();
  });

  test('portals of the same name go on where their client left them', async () => {
    const [a, b] = [await openWire(bench.url), await openWire(bench.url)];
    const open = (from: number) => [
      parse('', `SELECT generate_series(${from}, ${from + 3})`),
      bind('p', ''),
      execute('p', 2),
    ];
    assert.deepEqual(await a.ask(query('BEGIN')), ['CBEGIN', 'ZT']);
    assert.deepEqual(await a.ask(...open(1), sync), ['1', '2', 'D1', 'D2', 's', 'ZT']);
    b.send(query('BEGIN'), ...open(11), sync); // waits here, runs at once on a server
    assert.deepEqual(await a.ask(execute('p', 2), sync), ['D3', 'D4', 's', 'ZT']);
    assert.deepEqual(await a.ask(execute('p', 2), sync), ['CSELECT 0', 'ZT']);
    assert.deepEqual(await a.ask(query('COMMIT')), ['CCOMMIT', 'ZI']);
    await b.until('Z');
    assert.deepEqual((await b.until('Z')).map(show), ['1', '2', 'D11', 'D12', 's', 'ZT']);
    assert.deepEqual(await b.ask(execute('p'), sync), ['D13', 'D14', 'CSELECT 2', 'ZT']);
    assert.deepEqual(await b.ask(query('ROLLBACK')), ['CROLLBACK', 'ZI']);
    assert.deepEqual(await b.ask(execute('p'), sync), ['E34000', 'ZI']);
    a.close();
    b.close();
  });

  test('Flush answers without Sync, and another client waits or is answered rightly', async () => {
    const [a, b] = [await openWire(bench.url), await openWire(bench.url)];
    const take = async (count: number) => {
      const taken: string[] = [];
      while (taken.length < count) taken.push(show((await a.next())!));
      return taken;
    };
    a.send(parse('', 'SELECT $1::int * 2'), describe('S', ''), flush);
    assert.deepEqual(await take(3), ['1', 't', 'T']);
    const other = b.ask(parse('', "SELECT 'b'"), bind('', ''), execute(), sync);
    a.send(bind('', '', ['21']), execute(), flush);
    assert.deepEqual(await take(3), ['2', 'D42', 'CSELECT 1']);
    a.send(bind('', '', ['4']), execute(), sync);
    assert.deepEqual((await a.until('Z')).map(show), ['2', 'D8', 'CSELECT 1', 'ZI']);
    assert.deepEqual(await other, ['1', '2', 'Db', 'CSELECT 1', 'ZI']);
    a.close();
    b.close();
  });

  test('an error skips what follows up to Sync, across Flush too', async () => {
    const [a, b] = [await openWire(bench.url), await openWire(bench.url)];
    await a.ask(query('CREATE TABLE skipped (i int)'));
    const insert = [parse('', 'INSERT INTO skipped VALUES (1)'), bind('', ''), execute()];
    assert.deepEqual(
      await a.ask(...insert, parse('', 'SELECT 1/0'), bind('', ''), execute(), ...insert, sync),
      [...['1', '2', 'CINSERT 0 1', '1', 'E22012', 'ZI']],
    );
    assert.deepEqual(await a.ask(query('SELECT count(*) FROM skipped')), ['T', 'D0', 'CSELECT 1', 'ZI']);
    a.send(parse('', 'SELEC'), flush);
    assert.equal(show((await a.next())!), 'E42601');
    const other = b.ask(query('SELECT 7'));
    a.send(...insert, flush, query('SELECT 1'), ...insert, sync);
    assert.deepEqual((await a.until('Z')).map(show), ['ZI']);
    assert.deepEqual(await other, ['T', 'D7', 'CSELECT 1', 'ZI']);
    assert.deepEqual(await a.ask(query('SELECT count(*) FROM skipped')), ['T', 'D0', 'CSELECT 1', 'ZI']);
    a.close();
    b.close();
  });

  test('a statement made after an error in the same batch does not exist, one closed after it does', async () => {
    const wire = await openWire(bench.url);
    await wire.ask(parse('kept', 'SELECT 3'), sync);
    await wire.ask(parse('', 'SELEC'), parse('never', 'SELECT 1'), close('S', 'kept'), sync);
    assert.deepEqual(await wire.ask(bind('', 'never'), sync), ['E26000', 'ZI']);
    assert.deepEqual(await wire.ask(bind('', 'kept'), execute(), sync), ['2', 'D3', 'CSELECT 1', 'ZI']);
    assert.deepEqual(await wire.ask(parse('never', 'SELECT 4'), sync), ['1', 'ZI']);
    wire.close();
  });

  test('pipelined batches are answered in order, interleaved clients each their own', async () => {
    const clients = await Promise.all(Array.from({ length: 3 }, () => openWire(bench.url)));
    await Promise.all(
      clients.map(async (wire, index) => {
        for (let n = 0; n < 50; n++) {
          const text = `${index}-${n}`;
          wire.send(parse('', `SELECT '${text}', $1::text`), bind('', '', [text]), execute(), sync);
          wire.send(query(`SELECT '${text}'; SELECT 1/${n % 5}`));
        }
        for (let n = 0; n < 50; n++) {
          const text = `${index}-${n}`;
          const first = (await wire.until('Z')).map(show);
          assert.deepEqual(first, ['1', '2', `D${text},${text}`, 'CSELECT 1', 'ZI']);
          const second = (await wire.until('Z')).map(show);
          const end =
            n % 5 === 0 ? ['T', 'E22012', 'ZI'] : ['T', `D${Math.trunc(1 / (n % 5))}`, 'CSELECT 1', 'ZI'];
          assert.deepEqual(second.slice(0, 3), ['T', `D${text}`, 'CSELECT 1']);
          assert.equal(second.at(-1), 'ZI');
          assert.deepEqual(second.slice(3).at(-2), end.at(-2));
        }
        wire.close();
      }),
    );
  });

  test('a simple query of several statements is one transaction, and may be empty', async () => {
    const wire = await openWire(bench.url);
    await wire.ask(query('CREATE TABLE several (i int)'));
    assert.deepEqual(await wire.ask(query('INSERT INTO several VALUES (1); SELECT 1/0')), [
      ...['CINSERT 0 1', 'E22012', 'ZI'],
    ]);
    assert.deepEqual(await wire.ask(query('SELECT count(*) FROM several; SELECT 2')), [
      ...['T', 'D0', 'CSELECT 1', 'T', 'D2', 'CSELECT 1', 'ZI'],
    ]);
    assert.deepEqual(await wire.ask(query('')), ['I', 'ZI']);
    assert.deepEqual(await wire.ask(query('-- nothing')), ['I', 'ZI']);
    assert.deepEqual(await wire.ask(query('BEGIN; SELECT 1; COMMIT; BEGIN')), [
      ...['CBEGIN', 'T', 'D1', 'CSELECT 1', 'CCOMMIT', 'CBEGIN', 'ZT'],
    ]);
    assert.deepEqual(await wire.ask(query('ROLLBACK')), ['CROLLBACK', 'ZI']);
    wire.close();
  });

  test('COPY TO STDOUT gives its rows, and a stray CopyData does no harm', async () => {
    const wire = await openWire(bench.url);
    const copy = 'COPY (SELECT generate_series(1, 2)) TO STDOUT';
    const rows = ['d1\n', 'd2\n', 'c', 'CCOPY 2', 'ZI'];
    assert.deepEqual(await wire.ask(query(copy)), ['H', ...rows]);
    assert.deepEqual(await wire.ask(parse('', copy), bind('', ''), execute(), sync), [
      '1',
      '2',
      'H',
      ...rows,
    ]);
    wire.send(rawMessage('d', Buffer.from('x')), rawMessage('c', Buffer.alloc(0)));
    assert.deepEqual(await wire.ask(query('SELECT 1')), ['T', 'D1', 'CSELECT 1', 'ZI']);
    wire.close();
  });

  test('a malformed message is an error of its own, and the connection goes on', async () => {
    const wire = await openWire(bench.url);
    assert.deepEqual(await wire.ask(parse('', 'SELECT 1'), rawMessage('B', Buffer.from('\0\0\0')), sync), [
      '1',
      'E08P01',
      'ZI',
    ]);
    assert.deepEqual(await wire.ask(query('SELECT 1')), ['T', 'D1', 'CSELECT 1', 'ZI']);
    wire.close();
  });
});

onEachDatabase(
  'COPY FROM STDIN is refused',
  (bench) => {
    test('in both protocols, wherever it stands, with the transaction it stands in', async () => {
      const wire = await openWire(bench.url);
      await wire.ask(query('CREATE TABLE copied (i int)'));
      const copy = '/* load */ COPY copied FROM STDIN';
      const rest = [rawMessage('d', Buffer.from('1\n')), rawMessage('c', Buffer.alloc(0))];
      assert.deepEqual(await wire.ask(query(copy)), ['E0A000', 'ZI']);
      assert.deepEqual(await wire.ask(query(`INSERT INTO copied VALUES (1); ${copy}`)), [
        'CINSERT 0 1',
        'E0A000',
        'ZI',
      ]);
      assert.deepEqual(await wire.ask(parse('', copy), bind('', ''), execute(), sync), [
        '1',
        '2',
        'E0A000',
        'ZI',
      ]);
      wire.send(...rest);
      assert.deepEqual(await wire.ask(query('SELECT count(*) FROM copied')), ['T', 'D0', 'CSELECT 1', 'ZI']);
      await wire.ask(query('BEGIN'));
      wire.send(parse('', copy), bind('', ''), execute(), flush);
      assert.deepEqual((await wire.until('E')).map(show), ['1', '2', 'E0A000']);
      assert.deepEqual(await wire.ask(...rest, sync), ['ZE']);
      assert.deepEqual(await wire.ask(query('ROLLBACK')), ['CROLLBACK', 'ZI']);
      wire.close();
    });
  },
  { only: 'embedded' }, // a server copies
);
