import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readAnswer, refused } from '#src/database/embedded/answer.ts';
import { preparedStatements } from '#src/database/embedded/prepared.ts';
import {
  type Complaint,
  errorResponse,
  framer,
  messages,
  opening,
  ProtocolError,
  parameterStatus,
  query,
  readFields,
  readStartup,
  readString,
  readyForQuery,
  replaceString,
  sqlOf,
  startup,
  sync,
  typeOf,
} from '#src/database/embedded/protocol.ts';
import { intentOf } from '#src/database/embedded/sql.ts';
import { bindMessage, closeMessage, parseMessage, rawMessage } from './wire.ts';

const text = fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', '').toWellFormed());
const message = fc
  .tuple(fc.constantFrom(...'PBDECSQFHXdcfRZTA1234'), fc.uint8Array({ maxLength: 40 }))
  .map(([type, body]) => rawMessage(type, Buffer.from(body)));

/** Cuts bytes at the given places, in any order and number. */
function cut(bytes: Buffer, places: number[]): Buffer[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

function frame(chunks: Buffer[]): Buffer[] {
  const stream = framer(1000);
  const found: Buffer[] = [];
  for (const chunk of chunks) {
    stream.push(chunk);
    for (let next = stream.message(); next; next = stream.message()) found.push(Buffer.from(next));
  }
  return found;
}

describe('cutting a stream into messages', () => {
  test('gives the same messages wherever the chunks end', () => {
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 12 }),
        fc.array(fc.nat(), { maxLength: 30 }),
        (sent, places) => {
          assert.deepEqual(frame(cut(Buffer.concat(sent), places)), sent);
        },
      ),
    );
  });

  test('at every single byte, and byte by byte', () => {
    const sent = [
      query('SELECT 1'),
      sync,
      parseMessage('a', 'SELECT $1'),
      rawMessage('d', Buffer.alloc(300, 7)),
      sync,
    ];
    const bytes = Buffer.concat(sent);
    for (let at = 0; at <= bytes.length; at++) assert.deepEqual(frame(cut(bytes, [at])), sent);
    assert.deepEqual(frame([...bytes].map((byte) => Buffer.from([byte]))), sent);
  });

  test('opening packets before messages', () => {
    const stream = framer(1000);
    const parameters = { user: 'postgres', database: 'postgres', options: '-c a=b' };
    for (const byte of Buffer.concat([startup(parameters), query('SELECT 1')])) {
      const early = stream.opening();
      if (early) {
        assert.deepEqual(Object.fromEntries(readStartup(early)), parameters);
        assert.equal(early.readInt32BE(4), opening.version3);
        return;
      }
      stream.push(Buffer.from([byte]));
    }
    assert.fail('no packet');
  });

  test('refuses lengths that cannot be', () => {
    for (const length of [-1, 0, 3, 1001, 2 ** 31 - 1]) {
      const stream = framer(1000);
      const head = Buffer.from('Q....');
      head.writeInt32BE(length, 1);
      stream.push(head);
      assert.throws(() => stream.message(), ProtocolError);
    }
    for (const length of [0, 7, 10_001, -5]) {
      const stream = framer(1000);
      const head = Buffer.alloc(8);
      head.writeInt32BE(length);
      stream.push(head);
      assert.throws(() => stream.opening(), ProtocolError);
    }
  });

  test('is linear in the size of a message', () => {
    const stream = framer(1 << 30);
    const long = rawMessage('Q', Buffer.alloc(32 << 20));
    for (let at = 0; at < long.length; at += 1000) {
      stream.push(long.subarray(at, at + 1000));
      if (at + 1000 < long.length) assert.equal(stream.message(), null);
    }
    assert.equal(stream.message()?.length, long.length);
  });
});

describe('reading and writing fields', () => {
  test('strings come back as they went in, with the length mended', () => {
    fc.assert(
      fc.property(text, text, text, (name, sql, other) => {
        const parse = parseMessage(name, sql);
        assert.deepEqual([readString(parse, 5).text, sqlOf(parse)], [name, sql]);
        assert.deepEqual(replaceString(parse, 5, other), parseMessage(other, sql));
        assert.deepEqual(sqlOf(query(sql)), sql);
      }),
    );
  });

  test('errors come back as they went in', () => {
    fc.assert(
      fc.property(text, fc.option(text), (said, hint) => {
        const complaint: Complaint = {
          severity: 'ERROR',
          code: '0A000',
          message: said,
          ...(hint && { hint }),
        };
        assert.deepEqual(readFields(errorResponse(complaint)), {
          ...{ S: 'ERROR', V: 'ERROR', C: '0A000', M: said },
          ...(hint && { H: hint }),
        });
      }),
    );
  });
});

describe('reading an answer', () => {
  const tag = (name: string) => rawMessage('C', Buffer.from(`${name}\0`));
  const note = rawMessage('A', Buffer.from('\0\0\0\x01news\0payload\0'));

  test('takes notifications out and leaves the rest as it was', () => {
    const ordinary = message.filter((one) => !'AGEZ'.includes(typeOf(one)) && typeOf(one) !== 'C');
    fc.assert(
      fc.property(fc.array(fc.oneof(ordinary, fc.constant(note)), { maxLength: 20 }), (sent) => {
        const strings = sent.filter((one) => typeOf(one) !== 'S');
        const answer = readAnswer(Buffer.concat([...strings, readyForQuery('T')]), null);
        const kept = strings.filter((one) => one !== note);
        assert.deepEqual([...messages(answer.bytes)], [...kept, readyForQuery('T')]);
        assert.equal(answer.notifications.length, strings.length - kept.length);
        assert.equal(answer.status, 'T');
      }),
    );
  });

  test('tells what happened, in order', () => {
    const error = errorResponse({ severity: 'ERROR', code: '22012', message: 'division by zero' });
    const parameter = parameterStatus('TimeZone', 'UTC');
    const sent = [
      tag('INSERT 0 5'),
      tag('DISCARD ALL'),
      tag('SELECT 3'),
      parameter,
      error,
      readyForQuery('E'),
    ];
    const answer = readAnswer(Buffer.concat(sent), null);
    assert.deepEqual(answer.events, ['INSERT', 'DISCARD ALL', 'SELECT', 'ERROR']);
    assert.deepEqual(answer.parameters, [parameter]);
    assert.equal(answer.status, 'E');
    assert.equal(readAnswer(rawMessage('1', Buffer.alloc(0)), null).status, null);
  });

  test('puts a refusal in the place of the error that it caused, and of no other', () => {
    const refusal: Complaint = { severity: 'ERROR', code: '0A000', message: 'not here' };
    const error = (said: string) => errorResponse({ severity: 'ERROR', code: '42601', message: said });
    const caused = error(`syntax error at or near "${refused}"`);
    assert.deepEqual(readAnswer(caused, refusal).bytes, errorResponse(refusal));
    assert.deepEqual(readAnswer(caused, null).bytes, caused);
    assert.deepEqual(readAnswer(error('another'), refusal).bytes, error('another'));
    const copy = Buffer.concat([
      rawMessage('G', Buffer.from('\0\0\0')),
      error('COPY from stdin failed'),
      readyForQuery('I'),
    ]);
    const [first, last] = [...messages(readAnswer(copy, null).bytes)];
    assert.deepEqual([readFields(first).C, typeOf(last)], ['0A000', 'Z']);
  });
});

describe('what a query string means to do', () => {
  const on = (channel: string) => ({ on: true, channel });
  const off = (channel: string | null) => ({ on: false, channel });
  const cases: [string, ReturnType<typeof off>[]][] = [
    ['LISTEN news', [on('news')]],
    ['listen News;', [on('news')]],
    ['LISTEN "News"', [on('News')]],
    ['LISTEN "a;""b--"; UNLISTEN c', [on('a;"b--'), off('c')]],
    ['UNLISTEN *', [off(null)]],
    ['/* LISTEN a; */ LISTEN b -- ; LISTEN c', [on('b')]],
    ["SELECT 'LISTEN a'; LISTEN b", [on('b')]],
    ["SELECT '; LISTEN a; '", []],
    ["SELECT E'\\'; LISTEN a; '", []],
    ["SELECT 'it''s; LISTEN a'", []],
    ['SELECT $$; LISTEN a; $$; LISTEN b', [on('b')]],
    ['SELECT $x$ $$; LISTEN a; $$ $x$; LISTEN b', [on('b')]],
    ['LISTEN\n\tÜber', [on('Über')]],
    [`LISTEN ${'ü'.repeat(40)}`, [on('ü'.repeat(31))]],
    ['SELECT listen FROM t', []],
  ];
  for (const [sql, expected] of cases) {
    test(JSON.stringify(sql), () => assert.deepEqual(intentOf(sql).subscriptions, expected));
  }

  const refusals: [string, boolean][] = [
    ['SELECT pg_advisory_lock(1)', true],
    ['select pg_try_advisory_lock_shared(1, 2)', true],
    ['SELECT pg_advisory_xact_lock(1)', false],
    ["SELECT 'pg_advisory_lock'", false],
    ['SELECT 1; PREPARE p AS SELECT 1', true],
    ["PREPARE TRANSACTION 'x'", false],
    ['CREATE TEMP TABLE t (i int)', true],
    ['CREATE LOCAL TEMPORARY TABLE t (i int) ON COMMIT DELETE ROWS', true],
    ['CREATE TEMP TABLE t ON COMMIT DROP AS SELECT 1', false],
    ['CREATE TEMP VIEW v AS SELECT 1', true],
    ['SELECT 1 INTO TEMP t', true],
    ['CREATE TABLE templates (temp text)', false],
    ["INSERT INTO temp VALUES ('x')", false],
    ["WITH a AS (INSERT INTO temp VALUES ('x') RETURNING *) SELECT * FROM a", false],
  ];
  for (const [sql, expected] of refusals) {
    test(`${expected ? 'refuses' : 'allows'} ${sql}`, () =>
      assert.equal(intentOf(sql).refusal !== null, expected));
  }
});

describe('prepared statements of a client', () => {
  const execute = rawMessage('E', Buffer.from('\0\0\0\0\0'));
  const backendNames = ({ steps }: { steps: { message: Buffer }[] }) =>
    steps
      .filter(({ message: { 0: type } }) => type === 'P'.charCodeAt(0))
      .map(({ message }) => readString(message, 5).text);
  /** An answer of these message types, in order. */
  const answer = (types: string) =>
    readAnswer(
      Buffer.concat(
        [...types].map((type) =>
          type === 'Z' ? readyForQuery('I') : rawMessage(type, Buffer.from('C\0\0')),
        ),
      ),
      null,
    );

  test('are named apart from those of other clients', () => {
    const [one, two] = [preparedStatements(1), preparedStatements(2)];
    const names = [one, two].flatMap((client) =>
      backendNames(client.plan([parseMessage('same', 'SELECT 1')])),
    );
    assert.equal(new Set(names).size, 2);
    assert.ok(names.every((name) => name !== 'same' && name.length < 64));
  });

  test('are parsed again where the backend has lost them, once', () => {
    const client = preparedStatements(1);
    const made = client.plan([parseMessage('a', 'SELECT 1'), parseMessage('', 'SELECT 2'), sync]);
    client.settle(made, answer('11Z'));
    assert.deepEqual(client.revive(), []);
    client.allLost();
    assert.deepEqual(client.revive(), [made.steps[0].message]);
    assert.deepEqual(client.revive(), []);
    assert.deepEqual(client.plan([bindMessage('', 'a'), sync]).before, null);
    assert.deepEqual(client.plan([bindMessage('', ''), sync]).before, made.steps[1].message);
    assert.deepEqual(client.plan([bindMessage('', ''), sync]).before, null);
  });

  test('are those of the messages that were carried out before an error', () => {
    const client = preparedStatements(1);
    client.settle(client.plan([parseMessage('old', 'SELECT 0'), sync]), answer('1Z'));
    const batch = [
      ...[parseMessage('a', 'SELECT 1'), bindMessage('', 'a'), closeMessage('S', 'old')],
      ...[execute, parseMessage('b', 'SELECT 2'), closeMessage('S', 'a'), sync],
    ];
    client.settle(client.plan(batch), answer('123EZ')); // fails at Execute
    client.allLost();
    assert.deepEqual(client.revive().map(sqlOf), ['SELECT 1']);
  });

  test('the unnamed one goes with a Parse that fails, not with one that is skipped', () => {
    for (const [answered, kept] of [
      ['1EZ', false],
      ['12EZ', true],
    ] as const) {
      const client = preparedStatements(1);
      const batch = [
        parseMessage('', 'SELECT 1'),
        bindMessage('', ''),
        execute,
        parseMessage('', 'SELECT 2'),
        sync,
      ];
      const failing = answered === '1EZ' ? [batch[0], batch[3], sync] : batch;
      client.settle(client.plan(failing), answer(answered));
      client.unnamedLost();
      assert.equal(client.plan([bindMessage('', ''), sync]).before !== null, kept);
    }
  });
});
