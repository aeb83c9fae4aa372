import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { query, sync, typeOf } from '#src/database/embedded/protocol.ts';
import { type Random, seeded } from './random.ts';
import { embedded, server, type TestDatabase } from './targets.ts';
import {
  bindMessage as bind,
  closeMessage as close,
  describeMessage as describeOf,
  executeMessage as execute,
  flushMessage as flush,
  openWire,
  parseMessage as parse,
  show,
  type Wire,
} from './wire.ts';

/** What a client is told in one step: its answer, and the notifications up to its end. */
interface Heard {
  answer: string[];
  notifications: string[];
}

/** Three clients of one database, driven step by step. */
async function ensemble(database: TestDatabase) {
  const settings = { application_name: 'duet', TimeZone: 'UTC' };
  const wires: Wire[] = [];
  for (let index = 0; index < 3; index++) wires.push(await openWire(database.url, settings));
  await wires[0].ask(query('CREATE TABLE t (i int, who int); CREATE SEQUENCE s'));

  function heard(messages: Buffer[]): Heard {
    const channelOf = (message: Buffer) => message.toString('utf8', 9).split('\0').slice(0, 2).join(':');
    return {
      answer: messages.filter((message) => !'AS'.includes(typeOf(message))).map(show),
      notifications: messages.filter((message) => typeOf(message) === 'A').map(channelOf),
    };
  }
  return {
    async step(index: number, messages: Buffer[]): Promise<Heard> {
      wires[index].send(...messages);
      return heard(await wires[index].until('Z'));
    },
    /** Lets notifications arrive; a Sync changes nothing. */
    async settle(): Promise<string[][]> {
      await sleep(8);
      const all: string[][] = [];
      for (const wire of wires) {
        wire.send(sync);
        all.push(heard(await wire.until('Z')).notifications);
      }
      return all;
    },
    async replace(index: number) {
      wires[index].close();
      wires[index] = await openWire(database.url, settings);
    },
    async close() {
      for (const wire of wires) wire.close();
      await database.close();
    },
  };
}

const statements = [
  'SELECT count(*) FROM t',
  'INSERT INTO t VALUES (1, 1) RETURNING i',
  'SELECT $1::text',
  'SELECT i FROM t ORDER BY i, who',
  'SELECT 1 / 0',
  'SELEC',
  'SELECT * FROM nowhere',
  "SELECT pg_notify('one', 'p')",
  'LISTEN one',
  'SHOW work_mem',
  "SET work_mem TO '3MB'",
];
const simple = [
  ...statements.filter((sql) => !sql.includes('$')),
  ...[
    'SAVEPOINT a',
    'ROLLBACK TO SAVEPOINT a',
    'RELEASE SAVEPOINT a',
    "SET LOCAL work_mem TO '9MB'",
    'RESET work_mem',
  ],
  ...[
    'RESET ALL',
    'DISCARD ALL',
    'DEALLOCATE ALL',
    'SHOW application_name',
    'SHOW timezone',
    "SET timezone TO 'Asia/Seoul'",
  ],
  ...[
    'LISTEN two',
    'UNLISTEN one',
    'UNLISTEN *',
    "NOTIFY one, 'x'",
    "NOTIFY two, 'y'",
    'LISTEN one; NOTIFY one',
  ],
  ...[
    'SET app.who TO ann',
    "SELECT coalesce(current_setting('app.who', true), '')",
    'SET ROLE pg_monitor',
    'RESET ROLE',
  ],
  ...[
    'SELECT current_user',
    'DELETE FROM t',
    'INSERT INTO t VALUES (2, 2); SELECT 1/0',
    'SELECT 1; SELECT 2',
    '',
  ],
  ...[
    'BEGIN; INSERT INTO t VALUES (3, 3); COMMIT; SELECT 3',
    'DECLARE c CURSOR FOR SELECT i FROM t',
    'FETCH 1 FROM c',
  ],
  ...[
    "SELECT nextval('s')",
    'TRUNCATE t',
    "SELECT set_config('work_mem', '2MB', false)",
    'COPY (SELECT 7) TO STDOUT',
  ],
  ...["SET client_encoding TO 'UTF8'", 'SELECT count(*) FROM pg_listening_channels() c WHERE false'],
];

/** The messages of one step, chosen by the status that the last one left; every step ends with one ReadyForQuery. */
function pick(random: Random, status: string): Buffer[] {
  const one = <T>(of: T[]) => of[random.below(of.length)];
  if (status === 'ZE' && random.chance(0.6))
    return [query(one(['ROLLBACK', 'COMMIT', 'ROLLBACK TO SAVEPOINT a']))];
  if (status === 'ZT' && random.chance(0.3)) {
    return [query(one(['SAVEPOINT a', 'SAVEPOINT a', 'COMMIT', 'ROLLBACK', 'INSERT INTO t VALUES (4, 4)']))];
  }
  const name = one(['', '', 'a', 'b']);
  const portal = one(['', 'p']);
  const sql = one(statements);
  const values = () => (random.chance(0.5) ? ['v'] : []);
  switch (random.below(10)) {
    case 0:
      return [query('BEGIN')];
    case 1:
      return [parse(name, sql), sync];
    case 2:
      return [bind(portal, name, values()), execute(portal, random.below(3)), sync];
    case 3:
      return [close(one(['S', 'P']), name), describeOf('S', name), sync];
    case 4: {
      const first = [
        parse('', sql),
        bind('', '', sql.includes('$') ? ['v'] : []),
        describeOf('P', ''),
        execute(),
      ];
      return [...first, parse(name, one(statements)), bind('', name, values()), execute(), sync];
    }
    case 5:
      return [parse('', sql), flush, bind('', '', values()), flush, execute(), flush, sync];
    default:
      return [query(one(simple))];
  }
}

describe('the front and a server, told the same', { skip: server.skip }, () => {
  const first = Number(process.env.DIFFERENTIAL_SEED ?? randomInt(2 ** 31));
  for (let seed = first; seed < first + 3; seed++) {
    test(`answer the same (seed ${seed})`, { timeout: 120_000 }, async () => {
      const random = seeded(seed);
      const [front, oracle] = [await ensemble(await embedded.open()), await ensemble(await server.open())];
      let owner: number | null = null;
      let status = 'ZI';
      const told: string[] = [];
      for (let step = 0; step < 250; step++) {
        // A client that is in a transaction goes on alone: here the others wait for it, on a server they do not.
        const index: number = owner ?? random.below(3);
        if (random.chance(0.03)) {
          for (const side of [front, oracle]) await side.replace(index);
          owner = null;
          status = 'ZI';
          told.push(`${index}: reconnect`);
          continue;
        }
        const messages = pick(random, status);
        told.push(
          `${index}: ${messages.map((message) => message.toString('latin1').replace(/[^\x20-\x7e]+/g, ' ')).join('|')}`,
        );
        const [ours, theirs] = [await front.step(index, messages), await oracle.step(index, messages)];
        assert.deepEqual(ours, theirs, told.slice(-12).join('\n'));
        status = ours.answer.at(-1)!;
        owner = status === 'ZI' ? null : index;
        if (owner === null)
          assert.deepEqual(await front.settle(), await oracle.settle(), told.slice(-12).join('\n'));
      }
      await front.close();
      await oracle.close();
    });
  }
});
