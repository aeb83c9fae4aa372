import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { executing, fill } from '#src/embeddings/prepared.ts';

const connection = () => ({}) as pg.PoolClient;
const name = (statement: string) => /^EXECUTE (\w+)\(/.exec(statement)![1];

test('a statement is prepared once a connection, and kept once its message succeeded', () => {
  const client = connection();
  const ask = { sql: 'SELECT $1::int', literals: [`'1'`] };
  const failed = executing(client, [ask]);
  assert.equal(failed.before.length, 1);
  const first = executing(client, [ask]);
  assert.deepEqual(first.before, [`PREPARE ${name(first.said[0])} AS SELECT $1::int`]);
  assert.notEqual(name(first.said[0]), name(failed.said[0]));
  first.succeeded();
  const again = executing(client, [{ ...ask, literals: [`'2'`] }]);
  assert.deepEqual(again.before, []);
  assert.deepEqual(again.said, [`EXECUTE ${name(first.said[0])}('2')`]);
  assert.equal(executing(connection(), [ask]).before.length, 1);
});

test('of more statements than are kept the oldest go, but none of the message itself', () => {
  const client = connection();
  const ask = (i: number) => ({ sql: `SELECT $1::int + ${i}`, literals: ['1'] });
  const names = Array.from({ length: 32 }, (_, i) => {
    const { said, succeeded } = executing(client, [ask(i)]);
    succeeded();
    return name(said[0]);
  });
  const { before, said, succeeded } = executing(client, [ask(0), ask(32), ask(33)]);
  assert.equal(name(said[0]), names[0]);
  assert.deepEqual(before.slice(2), [`DEALLOCATE ${names[1]}`, `DEALLOCATE ${names[2]}`]);
  succeeded();
  assert.deepEqual(executing(client, [ask(0), ask(3), ask(32), ask(33)]).before, []);
  assert.equal(executing(client, [ask(1)]).before.length, 2);
});

test('a statement too long to keep is filled; what looks like a parameter in a text is none', () => {
  const sql = `SELECT $1, $2 WHERE t IN ('$1', '$2', '$3')`;
  const filled = `SELECT '[0,$2]', 'b' WHERE t IN ('$1', '$2', '$3')`;
  assert.equal(fill(sql, [`'[0,$2]'`, `'b'`]), filled);
  const long = executing(connection(), [{ sql: sql + ' '.repeat(4000), literals: [`'[0,$2]'`, `'b'`] }]);
  assert.deepEqual(long.before, []);
  assert.equal(long.said[0].trimEnd(), filled);
});
