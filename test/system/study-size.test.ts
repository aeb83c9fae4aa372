import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { execute, parse } from 'graphql';
import pg from 'pg';
import { schema } from '#src/api/schema.ts';
import { connect, type Database } from '#src/database/client.ts';
import { planStudy } from '#src/studies/plan.ts';
import { studySpec } from '#src/studies/spec.ts';
import { saveStudy } from '#src/studies/store.ts';
import { backends, type TestDatabase, testDatabase } from '../laboratory.ts';
import { measureAtRandom } from '../studies/measured.ts';

const study = (name: string, seeds: number) =>
  studySpec.parse({
    name,
    languages: ['ko', 'en'],
    sources: [{ corpus: 'everyday' }],
    bases: [{ name: 'base', model: 'base' }],
    compositions: ['PAPER'],
    factors: { parallelNegatives: ['MASK', 'KEEP'] },
    training: {},
    seeds: Array.from({ length: seeds }, (_, i) => i),
    merges: [{ of: 'PAIRS' }],
    evaluation: { benchmarks: ['questions'] },
  });

for (const backend of backends)
  describe(`a large study, ${backend}`, () => {
    let database: TestDatabase;
    let db: Database;
    let context: object;
    before(async () => {
      database = await testDatabase(backend);
      db = connect(database.url);
      context = { lab: { db } };
      for (const spec of [study('small', 1), study('large', 9)]) await saveStudy(db, spec, planStudy(spec));
    });
    after(async () => {
      await db.close();
      await database.stop();
    });

    /** The answer, and how many statements the database was sent for it. */
    async function counted(query: string) {
      const original = pg.Client.prototype.query;
      let statements = 0;
      pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
        statements++;
        return original.apply(this, args as never);
      } as never;
      try {
        const { data, errors } = await execute({
          schema,
          document: parse(query),
          contextValue: { ...context },
        });
        assert.equal(errors, undefined);
        return { statements, study: JSON.parse(JSON.stringify(data)).study };
      } finally {
        pg.Client.prototype.query = original;
      }
    }

    test('tables, steps and effects of a thousand runs are as many statements as those of a hundred', async () => {
      assert.equal(await measureAtRandom(db.pool, 'small', 20), 58);
      assert.equal(await measureAtRandom(db.pool, 'large', 20), 506);
      const asked = (name: string) => `{ study(name: "${name}") {
        progress { total succeeded } steps(first: 100) { nodes { key status run { status } } }
        tables { rows { system seeds mono { value ciLow } deltaClir { value pHolm } runs { id } } }
        effects(benchmark: "questions") { factor levels { level cells } } } }`;
      // The first of all opens connections.
      await counted(asked('small').replace('tables', 'tables(metric: "nDCG@10")'));
      const small = await counted(asked('small'));
      const large = await counted(asked('large'));
      assert.deepEqual(small.study.progress, { total: 114, succeeded: 58 });
      assert.deepEqual(large.study.progress, { total: 1010, succeeded: 506 });
      assert.equal(large.study.tables[0].rows.length, small.study.tables[0].rows.length);
      assert.deepEqual(large.study.tables[0].rows.at(-1).seeds, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
      assert.equal(large.statements, small.statements);
      assert.ok(large.statements < 10, `${large.statements} statements`);
    });
  });
