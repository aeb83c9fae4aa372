import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { graphql } from 'graphql';
import { schema } from '#src/api/schema.ts';
import { unlessGone } from '#src/embeddings/delete.ts';
import { partition } from '#src/embeddings/partition.ts';
import { search } from '#src/embeddings/search.ts';
import { forget, resolveSet } from '#src/embeddings/set.ts';
import { backends } from '../laboratory.ts';
import { addSet, count, makeSet, type TestSet, vectorOf, vectors } from './collection.ts';

const [smaller, turned] = ['e'.repeat(64), 'f'.repeat(64)];

for (const backend of backends)
  describe(`aliases and the end of sets, ${backend}`, () => {
    let set: TestSet;
    before(async () => {
      set = await makeSet(backend);
      // Another model: every vector turned round, so that the nearest text of any is the farthest of before.
      await addSet(
        set.db,
        'turned',
        turned,
        vectors.map((x) => -x),
      );
      const rows = Uint32Array.from({ length: 100 }, (_, i) => i);
      await addSet(set.db, 'smaller', smaller, vectors.slice(0, 100 * 32), rows);
    });
    after(() => set.stop());

    // biome-ignore lint/suspicious/noExplicitAny: an answer has the shape of its query
    async function ask(source: string): Promise<any> {
      const { data, errors } = await graphql({ schema, source, contextValue: { ...set.context } });
      if (errors) throw errors[0].originalError ?? errors[0];
      return data;
    }
    const point = (ref: string, alias: string) =>
      ask(`mutation { setEmbeddingAlias(embeddingSet: "${ref}", alias: "${alias}") { digest } }`);
    const distance = async (ref: string) => {
      const vector = [...vectorOf(0)];
      const { hits } = await search(set.context, { embeddingSet: ref, vector, first: 1, filter: ofText0 });
      return Math.round(hits[0].distance!);
    };
    const ofText0 = { parallelIds: ['u0'], languages: ['ko'] };

    test('searches follow an alias, there and back', async () => {
      await point('clustered', 'live');
      assert.equal(await distance('clustered@live'), 0);
      await point('turned', 'clustered@live');
      assert.equal(await distance('clustered@live'), 2);
      const question = `{embeddingSet: "clustered@live", vector: [${vectorOf(0).join(', ')}]}`;
      const { search: answer } = await ask(
        `{ search(input: ${question}) { embeddingSet { digest names } } }`,
      );
      assert.deepEqual({ ...answer.embeddingSet }, { digest: turned, names: ['turned@1'] });
      const { revertEmbeddingAlias } = await ask(
        'mutation { revertEmbeddingAlias(alias: "clustered@live") { digest aliases { ref history { from to } } } }',
      );
      assert.equal(await distance('clustered@live'), 0);
      assert.deepEqual(JSON.parse(JSON.stringify(revertEmbeddingAlias)), {
        digest: set.digest,
        aliases: [
          {
            ref: 'clustered@live',
            history: [
              { from: null, to: set.digest },
              { from: set.digest, to: turned },
              { from: turned, to: set.digest },
            ],
          },
        ],
      });
    });

    test('while an alias moves to and fro, every search is answered by one set or the other', async () => {
      await point('clustered', 'shop@now');
      let moving = true;
      const seen = new Set<number>();
      const searches = (async () => {
        while (moving) seen.add(await distance('shop@now'));
      })();
      for (let i = 0; i < 10; i++) await point(i % 2 ? 'clustered' : 'turned', 'shop@now');
      moving = false;
      await searches;
      assert.deepEqual(
        [...seen].filter((d) => d !== 0 && d !== 2),
        [],
      );
      await ask('mutation { removeEmbeddingAlias(alias: "shop@now") }');
      await assert.rejects(distance('shop@now'), /no embedding set "shop@now"/);
    });

    const refusals: [string, string, RegExp][] = [
      [
        'texts would be gone',
        'setEmbeddingAlias(embeddingSet: "smaller", alias: "clustered@live") { digest }',
        /this set lacks 5900 of the 6000 texts that "clustered@live" serves now/,
      ],
      [
        'no set',
        'setEmbeddingAlias(embeddingSet: "none", alias: "live") { digest }',
        /no embedding set "none"/,
      ],
      [
        'a digest has no name',
        `setEmbeddingAlias(embeddingSet: "${smaller}", alias: "live") { digest }`,
        /with its name/,
      ],
      [
        'a version is no alias',
        'setEmbeddingAlias(embeddingSet: "turned", alias: "3") { digest }',
        /not an alias/,
      ],
      ['no alias', 'revertEmbeddingAlias(alias: "clustered@dead") { digest }', /no alias "clustered@dead"/],
      ['an alias is no set', 'removeEmbeddingAlias(alias: "clustered")', /write the alias with its name/],
      [
        'an alias points there',
        'deleteEmbeddingSet(embeddingSet: "clustered") { count }',
        /"clustered@live" points at/,
      ],
    ];
    for (const [what, mutation, message] of refusals)
      test(`${what}: one clear error`, async () => {
        await assert.rejects(ask(`mutation { ${mutation} }`), message);
      });

    test('the first move has no way back', async () => {
      await point('smaller', 'only');
      await assert.rejects(
        ask('mutation { revertEmbeddingAlias(alias: "smaller@only") { digest } }'),
        /pointed nowhere else/,
      );
      await ask('mutation { removeEmbeddingAlias(alias: "smaller@only") }');
    });

    test('a set that a run is making is neither searched nor pointed at', async () => {
      await set.db.pool.query(
        `INSERT INTO run (id, kind, names, recipe, recipe_hash, status, progress, hints)
         VALUES (gen_random_uuid(), 'EMBEDDING', '{coming}', '{}', $1, 'RUNNING', '{"done": 300, "total": 900, "unit": "vectors stored"}', '{}')`,
        ['9'.repeat(64)],
      );
      const message =
        /"coming" is still being made by run [0-9a-f-]+, which is RUNNING \(300 of 900 vectors stored\)/;
      await assert.rejects(
        search(set.context, { embeddingSet: 'coming', vector: [...vectorOf(0)] }),
        message,
      );
      await assert.rejects(point('coming', 'clustered@live'), message);
      assert.equal(await distance('clustered@live'), 0);
    });

    test('a set is not deleted while a run makes it again', async () => {
      const { rows } = await set.db.pool.query(
        `INSERT INTO run (id, kind, names, recipe, recipe_hash, status, forced, hints)
         VALUES (gen_random_uuid(), 'EMBEDDING', '{}', '{}', $1, 'QUEUED', true, '{}') RETURNING id`,
        [smaller],
      );
      await assert.rejects(
        ask('mutation { deleteEmbeddingSet(embeddingSet: "smaller") { count } }'),
        /is making this embedding set again/,
      );
      await set.db.pool.query('DELETE FROM run WHERE id = $1', [rows[0].id]);
    });

    test('a build without settings takes those of its size, and a beam to the m that was said', async () => {
      const build = async (said: string) =>
        (
          await ask(
            `mutation { buildIndex(input: {embeddingSet: "turned"${said}}) { indexes { m efConstruction } } }`,
          )
        ).buildIndex.indexes[0];
      assert.deepEqual({ ...(await build(', m: 6')) }, { m: 6, efConstruction: 24 });
      assert.deepEqual({ ...(await build('')) }, { m: 16, efConstruction: 64 });
    });

    test('a build shows how far it is, and is not begun twice; nor does the set go meanwhile', async () => {
      const build = (m: number) =>
        ask(
          `mutation { buildIndex(input: {embeddingSet: "turned", m: ${m}, efConstruction: ${4 * m}}) { builds { phase } indexes { m } } }`,
        );
      const progress = async () =>
        (await ask('{ embeddingSet(ref: "turned") { builds { language phase done total } } }')).embeddingSet
          .builds;
      const building = build(backend === 'server' ? 30 : 4);
      if (backend === 'server') {
        const seen: { language: string | null; done: number; total: number }[] = [];
        let ready = false;
        const watching = building.finally(() => {
          ready = true;
        });
        let tried = false;
        while (!ready) {
          seen.push(...(await progress()));
          await sleep(20);
          if (tried || !seen.length) continue;
          tried = true;
          await assert.rejects(build(4), /is being built already/);
          await assert.rejects(
            ask('mutation { deleteEmbeddingSet(embeddingSet: "turned") { count } }'),
            /an index of this embedding set is being built/,
          );
        }
        await watching;
        assert.ok(tried, 'the build was seen');
        const far: number[] = seen.map(({ done }) => done);
        assert.deepEqual(
          far,
          far.toSorted((x, y) => x - y),
        );
        assert.ok(
          far.some((done) => done > 0 && done <= count),
          `${far}`,
        );
        assert.ok(seen.every(({ language, total }) => language === null && total === count));
      }
      const { buildIndex } = await building;
      assert.deepEqual(JSON.parse(JSON.stringify(buildIndex)), {
        builds: [],
        indexes: [{ m: backend === 'server' ? 30 : 4 }],
      });
    });

    test('a set goes in a moment, under searches that end with hits or one clear error', async () => {
      const { rows: runs } = await set.db.pool.query(
        `INSERT INTO run (id, kind, names, recipe, recipe_hash, status, hints)
         VALUES (gen_random_uuid(), 'EMBEDDING', '{}', '{}', $1, 'SUCCEEDED', '{}') RETURNING id`,
        [turned],
      );
      const { id } = (await set.db.prisma.embeddingSet.findFirst({ where: { digest: turned } }))!;
      const ends: string[] = [];
      let going = true;
      const searching = Promise.all(
        Array.from({ length: 4 }, async () => {
          while (going)
            await search(set.context, { embeddingSet: 'turned', vector: [...vectorOf(3)], first: 5 }).then(
              ({ hits }) => ends.push(`${hits.length} hits`),
              (error) => ends.push(error.message),
            );
        }),
      );
      const { deleteEmbeddingSet } = await ask(
        'mutation { deleteEmbeddingSet(embeddingSet: "turned") { digest count } }',
      );
      assert.deepEqual({ ...deleteEmbeddingSet }, { digest: turned, count });
      await sleep(100);
      going = false;
      await searching;
      const words = new Set(ends.map((end) => (/has been deleted; launch/.test(end) ? 'deleted' : end)));
      assert.ok(words.has('deleted'));
      assert.deepEqual(
        [...words].filter((word) => word !== 'deleted' && word !== '5 hits'),
        [],
      );
      const { rows } = await set.db.pool.query('SELECT to_regclass($1) AS partition', [partition(id)]);
      assert.equal(rows[0].partition, null);
      const run = await set.db.prisma.run.findUnique({ where: { id: runs[0].id } });
      assert.equal(run!.forced, true, 'the run no longer stands for its recipe');
      await assert.rejects(
        ask('mutation { revertEmbeddingAlias(alias: "clustered@live") { digest } }'),
        /has been deleted/,
      );
      assert.equal(await distance('clustered@live'), 0);
    });

    test('a set goes while its words are taken in: one clear error, and nothing of them stays', async () => {
      const passing = 'b'.repeat(64);
      for (const wait of [0, 10, 40]) {
        await addSet(set.db, `passing-${wait}`, passing, vectors);
        const searching = search(set.context, {
          ...{ embeddingSet: `passing-${wait}`, mode: 'LEXICAL', text: 'text 3', first: 5 },
        }).then(
          ({ hits }) => `${hits.length} hits`,
          (error) => error.message,
        );
        await sleep(wait);
        await ask(`mutation { deleteEmbeddingSet(embeddingSet: "passing-${wait}") { digest } }`);
        assert.match(await searching, /has been deleted; launch|^5 hits$/);
        const { rows } = await set.db.pool.query('SELECT count(*)::int AS n FROM inverted_index');
        assert.equal(rows[0].n, 0);
      }
    });

    test('what a deadlock ended is done once more on a set that is still there, and only that', async () => {
      const there = await resolveSet(set.context.lab, 'smaller', 'input.embeddingSet');
      const failing = (code: string) => {
        const tries: string[] = [];
        const work = async () => {
          tries.push(code);
          if (tries.length === 1)
            await set.db.pool.query(`DO $$ BEGIN RAISE EXCEPTION SQLSTATE '${code}'; END $$`);
          return tries.length;
        };
        return unlessGone(set.context.lab, there, 'input.embeddingSet', work);
      };
      assert.equal(await failing('40P01'), 2);
      await assert.rejects(failing('22012'), { code: '22012' });
    });

    test('what another process deleted is missed by a search that remembers it', async () => {
      await search(set.context, { embeddingSet: 'smaller', vector: [...vectorOf(0)] });
      const { id } = (await set.db.prisma.embeddingSet.findFirst({ where: { digest: smaller } }))!;
      await set.db.pool.query(`DROP TABLE ${partition(id)}`);
      await set.db.pool.query('DELETE FROM embedding_set WHERE id = $1', [id]);
      await assert.rejects(search(set.context, { embeddingSet: 'smaller', vector: [...vectorOf(0)] }), {
        code: 'NOT_FOUND',
        message: /has been deleted/,
      });
      forget(set.db, smaller);
    });
  });
