import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { encodeGlobalID } from '#src/api/builder.ts';
import { buildIndex, readIndexes, settingsFor } from '#src/embeddings/indexes.ts';
import { measureRecall } from '#src/embeddings/recall.ts';
import { type SearchInput, search } from '#src/embeddings/search.ts';
import { forget, resolveSet } from '#src/embeddings/set.ts';
import { backends } from '../laboratory.ts';
import { count, dimension, languageOf, makeSet, oracle, type TestSet, vectorOf } from './collection.ts';

/** English texts, spread over the set. */
const questions = Array.from({ length: 25 }, (_, i) => 1 + 2 * Math.floor((i * count) / 50)).filter(
  (i) => languageOf(i) === 'en',
);

for (const backend of backends)
  describe(`search, ${backend}`, () => {
    let set: TestSet;
    const ask = (i: number, over: Partial<SearchInput> = {}) =>
      search(set.context, { embeddingSet: 'clustered', vector: [...vectorOf(i)], first: 10, ...over });
    const ordinals = async (i: number, over: Partial<SearchInput> = {}) =>
      (await ask(i, over)).hits.map(({ ordinal }) => ordinal);
    const overlap = (found: number[], expected: number[]) =>
      found.filter((i) => expected.includes(i)).length / expected.length;
    const mean = (x: number[]) => x.reduce((a, b) => a + b, 0) / x.length;

    before(async () => {
      set = await makeSet(backend);
      await buildIndex(set.db, { id: set.id, dimension }, { language: null, ...settingsFor(count) });
      await set.db.pool.query(`ANALYZE embedding_${set.id}`);
      forget(set.db, set.digest);
    });
    after(() => set.stop());

    test('the index is over vectors as the database indexes them best', async () => {
      const [index, ...more] = await readIndexes(set.db.pool, set.id);
      assert.deepEqual(more, []);
      const { bytes, ...rest } = index;
      assert.deepEqual(rest, {
        ...{ language: null, precision: backend === 'embedded' ? 'vector' : 'halfvec' },
        ...{ m: 16, efConstruction: 64, ready: true },
      });
      assert.ok(bytes > count * dimension * 2);
    });

    test('pgvector alone loses Korean neighbours of English questions; no search of ours does', async () => {
      const passes = (i: number) => languageOf(i) === 'ko';
      const [{ precision }] = await readIndexes(set.db.pool, set.id);
      const type = `${precision}(${dimension})`;
      const client = await set.db.pool.connect();
      const alone: number[] = [];
      const ours: Record<'AUTO' | 'HNSW', number[]> = { AUTO: [], HNSW: [] };
      try {
        for (const i of questions) {
          const expected = oracle(vectorOf(i), passes, 10);
          await client.query('BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off');
          const { rows } = await client.query(
            `SELECT ordinal FROM embedding_${set.id} WHERE language = 'ko' ORDER BY (vec::${type}) <=> $1::vector::${type} LIMIT 10`,
            [`[${vectorOf(i).join(',')}]`],
          );
          await client.query('COMMIT');
          alone.push(
            overlap(
              rows.map(({ ordinal }) => ordinal),
              expected,
            ),
          );
          for (const mode of ['AUTO', 'HNSW'] as const) {
            const found = await ask(i, { filter: { languages: ['ko'] }, mode });
            assert.equal(found.underfilled, false);
            ours[mode].push(
              overlap(
                found.hits.map(({ ordinal }) => ordinal),
                expected,
              ),
            );
          }
        }
      } finally {
        client.release();
      }
      assert.ok(mean(alone) < 0.5, `pgvector alone finds ${mean(alone)}`);
      assert.equal(mean(ours.AUTO), 1);
      assert.ok(mean(ours.HNSW) >= 0.98, `${mean(ours.HNSW)}`);
    });

    for (const [share, max] of [
      [0.5, 249],
      [0.1, 49],
      [0.01, 4],
      [0.002, 0],
    ])
      test(`a filter that leaves ${100 * share} % finds the nearest of them, in every mode`, async () => {
        const filter = { attributes: [{ name: 'n', max }] };
        const passes = (i: number) => Math.floor(i / 2) % 500 <= max;
        for (const mode of ['AUTO', 'EXACT', 'HNSW'] as const) {
          const shares = [];
          for (const i of questions)
            shares.push(overlap(await ordinals(i, { filter, mode }), oracle(vectorOf(i), passes, 10)));
          assert.ok(mean(shares) >= (mode === 'EXACT' ? 1 : 0.98), `${mode}: ${mean(shares)}`);
        }
      });

    test('without a filter the index finds what comparing all finds', async () => {
      const shares = [];
      for (const i of questions) {
        const found = await ask(i, { mode: 'HNSW' });
        assert.equal(found.method, 'HNSW');
        shares.push(
          overlap(
            found.hits.map((hit) => hit.ordinal),
            oracle(vectorOf(i), () => true, 10),
          ),
        );
      }
      assert.ok(mean(shares) >= 0.98, `${mean(shares)}`);
    });

    test('exact search is the oracle, equal distances in the order of the texts', async () => {
      for (const i of [1, 2, ...questions.slice(0, 5)])
        assert.deepEqual(
          await ordinals(i, { mode: 'EXACT' }),
          oracle(vectorOf(i), () => true, 10),
        );
      assert.deepEqual((await ordinals(2, { mode: 'EXACT' })).slice(0, 2), [1, 2]);
      assert.deepEqual((await ordinals(2, { mode: 'HNSW' })).slice(0, 2), [1, 2]);
    });

    test('one hit a unit, the nearest', async () => {
      const { hits } = await ask(2, { distinctUnits: true, first: 20 });
      assert.equal(new Set(hits.map(({ unitOrdinal }) => unitOrdinal)).size, 20);
      const all = oracle(vectorOf(2), () => true, 40);
      const expected = all.filter(
        (i, at) => all.findIndex((j) => Math.floor(j / 2) === Math.floor(i / 2)) === at,
      );
      assert.deepEqual(
        hits.map(({ ordinal }) => ordinal),
        expected.slice(0, 20),
      );
    });

    test('every kind of condition, and all together', async () => {
      const id = (i: number) => encodeGlobalID('Text', `1-${i}`);
      const cases: [SearchInput['filter'], (i: number) => boolean][] = [
        [{ sources: ['book'] }, (i) => Math.floor(i / 2) % 2 === 1],
        [{ docs: ['doc3', 'doc7', "o'brien $1\\"] }, (i) => [3, 7].includes(Math.floor(i / 200))],
        [{ parallelIds: ['u5', 'u90'] }, (i) => [5, 90].includes(Math.floor(i / 2))],
        [{ ids: [id(8), id(400)] }, (i) => i === 8 || i === 400],
        [{ attributes: [{ name: 'checked', is: true }] }, (i) => Math.floor(i / 2) % 4 === 0],
        [{ attributes: [{ name: 'grade', in: ['g0', 'g2'] }] }, (i) => Math.floor(i / 2) % 3 !== 1],
        [
          { attributes: [{ name: 'n', min: 10, max: 12 }] },
          (i) => [10, 11, 12].includes(Math.floor(i / 2) % 500),
        ],
        [
          { languages: ['ko'], sources: ['web'], attributes: [{ name: 'grade', in: ['g0'] }] },
          (i) => languageOf(i) === 'ko' && Math.floor(i / 2) % 2 === 0 && Math.floor(i / 2) % 3 === 0,
        ],
      ];
      for (const [filter, passes] of cases) {
        const { hits, underfilled, explanation } = await ask(7, { filter });
        const expected = oracle(vectorOf(7), passes, 10);
        assert.deepEqual(
          hits.map(({ ordinal }) => ordinal),
          expected,
          JSON.stringify(filter),
        );
        assert.equal(underfilled, expected.length < 10);
        assert.ok(
          overlap(await ordinals(7, { filter, mode: 'HNSW' }), expected) >= 0.9,
          JSON.stringify(filter),
        );
        assert.equal(
          explanation.eligible.count,
          Array.from({ length: count }, (_, i) => i).filter(passes).length,
        );
      }
    });

    test('recall is measured, stored, and shown', async () => {
      const known = await resolveSet(set.context.lab, 'clustered', 'set');
      const found = await measureRecall(set.context, known, {
        k: 10,
        sample: 40,
        mode: 'HNSW',
        language: null,
      });
      assert.equal(found.sample, 40);
      assert.ok(found.recall >= 0.98 && found.recall <= 1, `${found.recall}`);
      assert.ok(found.p50 > 0 && found.p95 >= found.p50);
      const stored = await set.db.prisma.embeddingRecall.findMany({ where: { setId: set.id } });
      assert.deepEqual(
        stored.map((r) => [r.k, r.mode, r.recall]),
        [[10, 'HNSW', found.recall]],
      );
    });

    const refusals: [string, Partial<SearchInput>, RegExp][] = [
      ['a short vector', { vector: [1, 2] }, /the vector has 2 numbers; this embedding set has 32/],
      ['NaN', { vector: Array(dimension).fill(Number.NaN) }, /not finite/],
      ['infinity', { vector: [1e39, ...Array(dimension - 1).fill(0)] }, /not finite in 32 bits/],
      ['zero', { vector: Array(dimension).fill(0) }, /zero vector/],
      ['first 0', { first: 0 }, /first/],
      ['first a million', { first: 1e6 }, /1000/],
      ['an unknown language', { filter: { languages: ['fr'] } }, /nothing here is in "fr"; there are en, ko/],
      [
        'an unknown attribute',
        { filter: { attributes: [{ name: 'colour', is: true }] } },
        /no.*attribute "colour"|nothing here has an attribute "colour"; there are checked, grade, n/,
      ],
      [
        'an attribute of another type',
        { filter: { attributes: [{ name: 'grade', max: 3 }] } },
        /"grade" never holds numbers/,
      ],
      ['an empty list', { filter: { ids: [] } }, /an empty list matches nothing/],
      ['an unknown set', { embeddingSet: 'nowhere' }, /nowhere/],
    ];
    for (const [what, input, message] of refusals)
      test(`${what}: one clear error`, async () => {
        await assert.rejects(ask(3, input), message);
      });

    test('an interrupted build leaves nothing that a search would use', async () => {
      await set.db.pool.query(`DROP INDEX embedding_${set.id}_hnsw`);
      forget(set.db, set.digest);
      await assert.rejects(ask(3, { mode: 'HNSW' }), /has no index/);
      assert.equal((await ask(3)).method, 'EXACT');
      await assert.rejects(
        buildIndex(set.db, { id: set.id, dimension }, { language: null, m: 32, efConstruction: 8 }),
        /less than twice m/,
      );
      await buildIndex(set.db, { id: set.id, dimension }, { language: 'ko', m: 8, efConstruction: 32 });
      forget(set.db, set.digest);
      const found = await ask(10, { mode: 'HNSW', filter: { languages: ['ko'] } });
      assert.equal(found.method, 'HNSW');
      const expected = oracle(vectorOf(10), (i) => languageOf(i) === 'ko', 10);
      assert.ok(
        overlap(
          found.hits.map((hit) => hit.ordinal),
          expected,
        ) >= 0.9,
      );
    });
  });
