import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { giveMemory } from '#src/embeddings/indexes.ts';
import { loadEmbeddings, publishEmbeddings } from '#src/embeddings/load.ts';
import { partition } from '#src/embeddings/partition.ts';
import { insertRows } from '#src/embeddings/write-rows.ts';
import { stream } from '#workers/train/random.ts';
import { backends } from '../laboratory.ts';
import { count, makeSet, type TestSet } from './collection.ts';

/** Wide, so that a load takes several chunks on a server too. */
const dimension = 768;
const run = '00000000-0000-4000-8000-000000000002';
const model = 'b'.repeat(64);

/** Every fourth text of the collection; numbers of every size that fp32 has, and a zero with a sign. */
function made(rows: number) {
  const { normal } = stream(11);
  const values = Float32Array.from({ length: rows * dimension }, normal);
  values.set([-0, 1e-45, -1e-38, 3.4028234663852886e38, 1 / 3, 16777217], 5 * dimension);
  return { rows, values, ordinals: Uint32Array.from({ length: rows }, (_, i) => 4 * i) };
}

for (const backend of backends)
  describe(`loading, ${backend}`, () => {
    // Two chunks of each way to load.
    const { rows, values, ordinals } = made(backend === 'server' ? count / 4 : count / 8);
    let set: TestSet;
    let folder: string;
    before(async () => {
      set = await makeSet(backend);
      folder = await mkdtemp(join(tmpdir(), 'isogloss-load-'));
    });
    after(async () => {
      await set.stop();
      await rm(folder, { recursive: true });
    });

    const fileOf = async (name: string, vectors = values) => {
      const file = {
        vectors: join(folder, `${name}.v`),
        rows: join(folder, `${name}.r`),
        dimension,
        count: rows,
      };
      await writeFile(file.vectors, new Uint8Array(vectors.buffer));
      await writeFile(file.rows, new Uint8Array(ordinals.buffer));
      return file;
    };
    const load = (
      digest: string,
      file: Awaited<ReturnType<typeof fileOf>>,
      onProgress?: Parameters<typeof loadEmbeddings>[7],
    ) => loadEmbeddings(set.db, run, digest, model, 'c'.repeat(64), file, {}, onProgress);
    test('an index is given room for its whole graph, never less than the server gives', async () => {
      const client = await set.db.pool.connect();
      try {
        const memory = async (own: string, only: string) => {
          await client.query(`SET maintenance_work_mem = '${own}'`);
          await giveMemory(client, { id: set.id, dimension: 32 }, 16, only);
          const { rows } = await client.query(
            `SELECT pg_size_bytes(current_setting('maintenance_work_mem'))::int AS bytes`,
          );
          return rows[0].bytes;
        };
        // 32 halves, 33 links of 16 bytes and 200 bytes a row, and a fifth more.
        const room = (count: number) => 1024 * Math.trunc(Math.round(1.2 * (64 + 528 + 200) * count) / 1024);
        assert.equal(await memory('1MB', ''), room(count));
        assert.equal(await memory('1MB', `WHERE language = 'en'`), room((count * 9) / 10));
        assert.equal(await memory('64MB', ''), 64 * 2 ** 20);
      } finally {
        client.release(true);
      }
    });

    const stored = async (id: number) =>
      (
        await set.db.pool.query(
          `SELECT ordinal, unit_ordinal, language, md5(vector_send(vec)) AS vec FROM ${partition(id)} ORDER BY ordinal`,
        )
      ).rows;
    /** What must stand in the database: of a vector, the digest of its bytes on the wire. */
    const head = Buffer.from([dimension >> 8, dimension & 255, 0, 0]);
    const expected = () =>
      Array.from(ordinals, (ordinal, i) => {
        const bytes = Buffer.from(values.slice(i * dimension, (i + 1) * dimension).map((x) => x + 0).buffer);
        return {
          ...{ ordinal, unit_ordinal: Math.floor(ordinal / 2), language: ordinal % 10 === 0 ? 'ko' : 'en' },
          vec: createHash('md5').update(head).update(bytes.swap32()).digest('hex'),
        };
      });

    test('every bit arrives, by COPY as by INSERT', async () => {
      const id = (await load('1'.repeat(64), await fileOf('whole')))!;
      const loaded = await stored(id);
      assert.deepEqual(loaded, expected());
      const { rows: aside } = await set.db.pool.query(
        `SELECT pg_relation_size(reltoastrelid)::int AS bytes FROM pg_class WHERE oid = $1::regclass`,
        [partition(id)],
      );
      assert.equal(aside[0].bytes, 0, 'vectors stand in their rows');
      if (backend === 'embedded') return; // has INSERT alone
      const { rows: of } = await set.db.pool.query('SELECT collection_id FROM embedding_set WHERE id = $1', [
        id,
      ]);
      await set.db.pool.query(`TRUNCATE ${partition(id)}`);
      const target = { id, collectionId: of[0].collection_id, dimension };
      for (let start = 0; start < rows; start += 500)
        await insertRows(set.db.pool, target, {
          ordinals: ordinals.slice(start, start + 500),
          values: values.slice(start * dimension, (start + 500) * dimension).map((x) => x + 0),
        });
      assert.deepEqual(await stored(id), loaded);
    });

    test('the longest vectors that stand in their rows, and longer ones, are loaded', async () => {
      for (const long of [2000, 2001]) {
        const three = [0, 1, 2];
        const file = { ...(await fileOf('long')), dimension: long, count: 3 };
        await writeFile(
          file.vectors,
          Float32Array.from({ length: 3 * long }, (_, i) => i),
        );
        await writeFile(file.rows, Uint32Array.from(three));
        const id = (await load(String(long).padStart(64, '0'), file))!;
        assert.deepEqual(
          (await stored(id)).map(({ ordinal }) => ordinal),
          three,
        );
      }
    });

    test('a load that was cut off goes on behind its last chunk', async () => {
      const [digest, file] = ['2'.repeat(64), await fileOf('cut')];
      const far: number[] = [];
      await assert.rejects(
        load(digest, file, ({ done }) => {
          far.push(done);
          throw new Error('power cut');
        }),
        /power cut/,
      );
      assert.ok(far[0] > 0 && far[0] < rows, `${far[0]}`);
      const { rows: begun } = await set.db.pool.query(
        `SELECT id, status FROM embedding_set WHERE digest = $1`,
        [digest],
      );
      assert.equal(begun[0].status, 'LOADING');
      const id = await load(digest, file, ({ done, total, unit }) => {
        far.push(done);
        assert.deepEqual([total, unit], [rows, 'vectors stored']);
      });
      assert.equal(id, begun[0].id);
      assert.ok(far[1] > far[0], `${far}`);
      assert.deepEqual(await stored(id!), expected());
      await set.db.transaction((tx) => publishEmbeddings(tx, digest, id));
      assert.equal(await load(digest, file), null);
    });

    test('rows of other vectors are not gone on with', async () => {
      const digest = '3'.repeat(64);
      const stop = () => {
        throw new Error('power cut');
      };
      await assert.rejects(load(digest, await fileOf('one'), stop), /power cut/);
      const { rows: begun } = await set.db.pool.query('SELECT id FROM embedding_set WHERE digest = $1', [
        digest,
      ]);
      const others = values.map((x) => x / 2);
      const id = (await load(digest, await fileOf('other', others)))!;
      assert.notEqual(id, begun[0].id);
      const { rows: left } = await set.db.pool.query('SELECT to_regclass($1) AS gone', [
        partition(begun[0].id),
      ]);
      assert.equal(left[0].gone, null);
      assert.deepEqual((await stored(id)).length, rows);
    });

    test('a loader that was overtaken writes no more', async () => {
      const digest = '4'.repeat(64);
      let overtaking: Promise<unknown> | undefined;
      await assert.rejects(
        load(digest, await fileOf('slow'), () => {
          overtaking ??= set.db.pool.query(
            `UPDATE embedding_set SET loader = '00000000-0000-4000-8000-000000000009' WHERE digest = $1`,
            [digest],
          );
        }),
        /another attempt of its run has taken over/,
      );
      await overtaking;
    });

    test('a row of no text fails its chunk, and leaves nothing of it', async () => {
      const digest = '5'.repeat(64);
      const file = await fileOf('astray');
      await writeFile(
        file.rows,
        new Uint8Array(ordinals.map((o, i) => (i === rows - 1 ? count + 7 : o)).buffer),
      );
      let far = 0;
      await assert.rejects(
        load(digest, file, ({ done }) => {
          far = done;
        }),
        /vectors met \d+ texts/,
      );
      const { rows: found } = await set.db.pool.query(
        `SELECT count(*)::int AS n FROM embedding e JOIN embedding_set s ON s.id = e.set_id WHERE s.digest = $1`,
        [digest],
      );
      assert.equal(found[0].n, far);
    });
  });
