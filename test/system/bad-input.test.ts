import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import pg from 'pg';
import { startLaboratory, type TestLaboratory } from '../laboratory.ts';

/** Everything a person can get wrong: one clear error with its place, or a FAILED run that says the same. */
describe('bad input', () => {
  let lab: TestLaboratory;
  let sql: pg.Client;
  const unit = (id: string, ko = `한국어 문장 ${id}`, en = `English sentence ${id}`) =>
    JSON.stringify({ id, query: { ko: `${ko} 질문`, en: `${en} question` }, passage: { ko, en } });

  async function importCorpus(content: string | Uint8Array, over: object = {}) {
    const artifact = await lab.upload(content);
    const { data, errors } = await lab.ask<{ importCorpus: { id: string } }>(
      'mutation ($input: ImportCorpusInput!) { importCorpus(input: $input) { id } }',
      { input: { name: `c${Math.random().toString(36).slice(2)}`, artifact, ...over } },
    );
    if (errors) return { refused: errors[0], ended: null };
    return { refused: null, ended: await lab.finish(data!.importCorpus.id) };
  }
  async function failing(content: string | Uint8Array, pattern: RegExp, over: object = {}) {
    const { ended } = await importCorpus(content, over);
    assert.equal(ended!.status, 'FAILED');
    assert.notEqual(ended!.error!.code, 'INTERNAL', ended!.error!.message);
    assert.match(ended!.error!.message, pattern);
  }
  async function refused(query: string, variables: object, code: string, path: string, pattern: RegExp) {
    const { errors } = await lab.ask(query, variables);
    assert.ok(errors, 'was accepted');
    assert.equal(errors[0].extensions.code, code, errors[0].message);
    assert.match(errors[0].message, pattern);
    assert.equal(errors[0].extensions.issues?.[0].path, path);
  }

  before(async () => {
    lab = await startLaboratory();
    sql = new pg.Client({ connectionString: lab.database.url });
    await sql.connect();
    const folder = join(lab.home, 'import');
    await mkdir(join(folder, 'inside'), { recursive: true });
    await writeFile(join(lab.home, 'secret.jsonl'), unit('x'));
    await mkdir(join(lab.home, 'import_evil'));
    await writeFile(join(lab.home, 'import_evil', 'a.jsonl'), unit('x'));
    await symlink(join(lab.home, 'secret.jsonl'), join(folder, 'link.jsonl'));
    const units = Array.from({ length: 400 }, (_, i) =>
      unit(`u${i}`, `사과와 배 ${i}번은 맛있다`, `apple and pear number ${i} taste good`),
    );
    const { ended } = await importCorpus(units.join('\n'), { name: 'fruit' });
    assert.equal(ended!.status, 'SUCCEEDED', JSON.stringify(ended!.error));
    const { trainTokenizer } = await lab.get(
      'mutation { trainTokenizer(input: { name: "words", corpora: ["fruit"], vocabSize: 300 }) { id } }',
    );
    assert.equal((await lab.finish(trainTokenizer.id)).status, 'SUCCEEDED');
  });
  after(async () => {
    await sql.end();
    await lab.stop();
  });

  test('corpus files that are not what they should be', async () => {
    await failing(`${unit('a')}\n{"id": "b", `, /line 2/);
    await failing(
      Buffer.concat([Buffer.from(`${unit('a')}\n`), Buffer.from([0x22, 0xff, 0x22])]),
      /line 2.*UTF-8/,
    );
    await failing(`${unit('a')}\n${unit('b', '널\0문자')}`, /line 2/);
    await failing(`${unit('a')}\n{"id":"b","texts":{"ko":"\\ud800","en":"x y"}}`, /line 2.*surrogate/i);
    await failing(`${unit('a')}\n${unit('b', 'x'.repeat(50 << 20))}`, /line 2/);
    await failing(`${unit('a')}\n${unit('a')}`, /line 2.*"a"/);
    await failing('[1,2]', /line 1/);
    await failing('', /./);
    await failing(gzipSync(Buffer.alloc(300 << 20, 0x20)), /./);
    await failing(gzipSync(unit('a')).subarray(0, 40), /./);
  });

  test('nothing half-written stays behind', async () => {
    const { rows } = await sql.query(
      `SELECT (SELECT count(*)::int FROM collection) AS collections, (SELECT count(*)::int FROM unit) AS units`,
    );
    assert.deepEqual(rows[0], { collections: 1, units: 400 });
  });

  test('paths outside the allowed folders, by any road, are not told apart from paths that do not exist', async () => {
    for (const path of [
      '../secret.jsonl',
      join(lab.home, 'secret.jsonl'),
      '/etc/passwd',
      'inside/../../secret.jsonl',
      'link.jsonl',
      '../import_evil/a.jsonl',
      '..\\secret.jsonl',
      '%2e%2e/secret.jsonl',
      'file:///etc/passwd',
      'missing.jsonl',
      'inside',
      '',
    ])
      await refused(
        'mutation ($input: ImportCorpusInput!) { importCorpus(input: $input) { id } }',
        { input: { name: 'stolen', path } },
        'BAD_USER_INPUT',
        'input.path',
        /is not a file in a folder that imports may read from/,
      );
    await refused(
      'mutation { importBenchmark(input: { name: "b", path: "/etc" }) { id } }',
      {},
      'BAD_USER_INPUT',
      'input.path',
      /is not a folder in a folder that imports may read from/,
    );
  });

  test('benchmarks whose qrels name what does not exist', async () => {
    const folder = join(lab.home, 'import', 'bench', 'ko-en');
    await mkdir(join(folder, 'qrels'), { recursive: true });
    await writeFile(join(folder, 'queries.jsonl'), '{"_id":"q1","text":"질문"}\n');
    await writeFile(join(folder, 'corpus.jsonl'), '{"_id":"d1","text":"answer"}\n');
    await writeFile(join(folder, 'qrels', 'test.tsv'), 'query-id\tcorpus-id\tscore\nq1\td1\t1\nq1\td9\t1\n');
    const { importBenchmark } = await lab.get(
      'mutation { importBenchmark(input: { name: "broken", path: "bench" }) { id } }',
    );
    const ended = await lab.finish(importBenchmark.id);
    assert.equal(ended.status, 'FAILED');
    assert.match(ended.error!.message, /ko-en\/qrels\/test\.tsv line 3.*"d9"/);
  });

  const train = 'mutation ($input: LaunchTrainingInput!) { launchTraining(input: $input) { id } }';
  const component = { corpus: 'fruit', queryLang: 'ko', positiveLang: 'en', share: 1 };
  const training = (over: object = {}, more: object[] = []) => ({
    input: {
      name: `m${Math.random().toString(36).slice(2)}`,
      init: { static: { tokenizer: 'words', dimension: 16 } },
      composition: { components: [component, ...more] },
      steps: 5,
      batchSize: 8,
      ...over,
    },
  });

  test('trainings that cannot be', async () => {
    const at = 'input.composition.components';
    await refused(
      train,
      training({ init: { model: 'nobody' } }),
      'NOT_FOUND',
      'input.init.model',
      /there is no model "nobody"/,
    );
    await refused(
      train,
      training({ init: { static: { tokenizer: 'nobody' } } }),
      'NOT_FOUND',
      'input.init.static.tokenizer',
      /there is no tokenizer/,
    );
    await refused(
      train,
      training({}, [{ ...component, corpus: 'nobody@7' }]),
      'NOT_FOUND',
      `${at}[1].corpus`,
      /there is no corpus "nobody@7"/,
    );
    await refused(
      train,
      training({}, [{ ...component, queryLang: 'ja' }]),
      'BAD_USER_INPUT',
      `${at}[1].queryLang`,
      /has no "ja"; it has en, ko/,
    );
    await refused(
      train,
      training({}, [{ ...component, positiveLang: 'xx-nonsense-' }]),
      'BAD_USER_INPUT',
      `${at}[1].positiveLang`,
      /it has en, ko/,
    );
    for (const share of [0, -1])
      await refused(
        train,
        training({}, [{ ...component, share }]),
        'BAD_USER_INPUT',
        `${at}[1].share`,
        /must be greater than 0/,
      );
    await refused(
      train,
      training({ composition: { components: [] } }),
      'BAD_USER_INPUT',
      at,
      /at least one component/,
    );
    await refused(train, training({ epochs: 1 }), 'BAD_USER_INPUT', 'input.steps', /either steps or epochs/);
    await refused(train, training({ batchSize: 1 }), 'BAD_USER_INPUT', 'input.batchSize', /./);
    await refused(train, training({ temperature: 0 }), 'BAD_USER_INPUT', 'input.temperature', /./);
    await refused(train, training({ steps: 0 }), 'BAD_USER_INPUT', 'input.steps', /./);
    await refused(
      train,
      training({ init: { bert: { tokenizer: 'words', hidden: 30, heads: 4 } } }),
      'BAD_USER_INPUT',
      'input.init.bert.heads',
      /does not divide/,
    );
    await refused(train, training({ name: 'bm25' }), 'BAD_USER_INPUT', 'input.name', /reserved/);
    await refused(train, training({ name: '../x' }), 'BAD_USER_INPUT', 'input.name', /is not a name/);
  });

  test('trainings that fail when the data is looked at say why', async () => {
    for (const [over, pattern] of [
      [{ composition: { components: [{ ...component, pairing: 'TRANSLATION' }] } }, /TRANSLATION/],
      [{ batchSize: 500 }, /batch/i],
    ] as const) {
      const { launchTraining } = await lab.get(train, training(over));
      const ended = await lab.finish(launchTraining.id);
      assert.equal(ended.status, 'FAILED');
      assert.equal(ended.error!.code, 'BAD_USER_INPUT');
      assert.match(ended.error!.message, pattern);
    }
  });

  test('merges and evaluations that cannot be', async () => {
    const names = ['small', 'large'];
    for (const [i, dimension] of [16, 24].entries()) {
      const { launchTraining } = await lab.get(
        train,
        training({ name: names[i], init: { static: { tokenizer: 'words', dimension } } }),
      );
      assert.equal((await lab.finish(launchTraining.id)).status, 'SUCCEEDED');
    }
    const merge = 'mutation ($input: LaunchMergeInput!) { launchMerge(input: $input) { id } }';
    const models = (...weights: [string, number][]) => ({
      input: { name: 'm', models: weights.map(([model, weight]) => ({ model, weight })) },
    });
    await refused(merge, models(['small', 1]), 'BAD_USER_INPUT', 'input.models', /two models or more/);
    await refused(
      merge,
      models(['small', 1], ['nobody', 1]),
      'NOT_FOUND',
      'input.models[1].model',
      /there is no model/,
    );
    await refused(merge, models(['small', 1], ['small', -1]), 'BAD_USER_INPUT', 'input.models', /sum to 0/);
    await refused(
      merge,
      models(['small', 1], ['large', 1]),
      'BAD_USER_INPUT',
      'input.models[1].model',
      /dimension differs: the first model has 16, this one 24/,
    );

    const evaluate = 'mutation ($input: LaunchEvaluationInput!) { launchEvaluation(input: $input) { id } }';
    await refused(
      evaluate,
      { input: { models: ['small'], benchmarks: ['nobody'] } },
      'NOT_FOUND',
      'input.benchmarks[0]',
      /there is no benchmark/,
    );
    await refused(
      evaluate,
      { input: { models: [], benchmarks: ['nobody'] } },
      'BAD_USER_INPUT',
      'input.models',
      /at least one model/,
    );
  });

  test('searches that cannot be', async () => {
    const { launchEmbedding } = await lab.get(
      'mutation { launchEmbedding(input: { name: "vectors", model: "small", corpus: "fruit" }) { id } }',
    );
    assert.equal((await lab.finish(launchEmbedding.id)).status, 'SUCCEEDED');
    const search =
      'query ($input: SearchInput!) { search(input: $input) { underfilled hits { rank language } } }';
    const of = (input: object) => ({ input: { embeddingSet: 'vectors', ...input } });
    const zeros = new Array(16).fill(0);
    await refused(
      search,
      { input: { embeddingSet: 'nobody', text: 'x' } },
      'NOT_FOUND',
      'input.embeddingSet',
      /no embedding set/,
    );
    await refused(search, of({}), 'BAD_USER_INPUT', 'input', /exactly one of text, vector and like/);
    await refused(search, of({ text: 'x', vector: zeros }), 'BAD_USER_INPUT', 'input', /exactly one/);
    await refused(
      search,
      of({ vector: [1, 2, 3] }),
      'BAD_USER_INPUT',
      'input.vector',
      /has 3 numbers; this embedding set has 16/,
    );
    await refused(search, of({ vector: zeros }), 'BAD_USER_INPUT', 'input.vector', /zero vector/);
    await refused(
      search,
      of({ vector: [...zeros.slice(1), 1e39] }),
      'BAD_USER_INPUT',
      'input.vector[15]',
      /not finite in 32 bits/,
    );
    await refused(search, of({ text: '  ' }), 'BAD_USER_INPUT', 'input.text', /empty/);
    await refused(
      search,
      of({ text: 'x'.repeat(200_000) }),
      'BAD_USER_INPUT',
      'input.text',
      /200000 characters/,
    );
    for (const mode of ['LEXICAL', 'HYBRID'])
      await refused(
        search,
        of({ vector: zeros.with(0, 1), mode }),
        'BAD_USER_INPUT',
        'input.vector',
        /a vector has no words to search by; give text or like/,
      );
    await refused(
      search,
      of({ text: 'x', fusion: { k: 10 } }),
      'BAD_USER_INPUT',
      'input.fusion',
      /fusion is for HYBRID searches/,
    );
    await refused(
      search,
      of({ text: 'x', mode: 'LEXICAL', ownLanguage: 'PREFER' }),
      'BAD_USER_INPUT',
      'input.queryLanguage',
      /say which language the question is in/,
    );
    const megabyte = await lab.ask(search, of({ text: 'x'.repeat(2 ** 20), mode: 'LEXICAL' }));
    assert.equal(megabyte.errors?.[0].extensions.code, 'LIMIT_EXCEEDED');
    await refused(search, of({ like: 'nonsense' }), 'BAD_USER_INPUT', 'id', /not an id/);
    await refused(
      search,
      of({ like: Buffer.from('Text:1-999999').toString('base64') }),
      'NOT_FOUND',
      'input.like',
      /not the id of a text/,
    );
    await refused(
      search,
      of({ text: 'x', filter: { languages: ['ja'] } }),
      'BAD_USER_INPUT',
      'input.filter.languages[0]',
      /nothing here is in "ja"/,
    );
    for (const first of [0, -1, 1001])
      await refused(search, of({ text: 'x', first }), 'BAD_USER_INPUT', 'input.first', /ask for 1 to 1000/);
    // 400 pair units have 1,600 texts, 800 of them Korean: the filter gives all there are and says when that is too few.
    const vector = zeros.map((_, i) => Math.sin(i + 1));
    const { search: korean } = await lab.get(
      search,
      of({ vector, filter: { languages: ['ko'] }, first: 1000 }),
    );
    assert.equal(korean.hits.length, 800);
    assert.equal(korean.underfilled, true);
    assert.ok(korean.hits.every((h: { language: string }) => h.language === 'ko'));
  });
});
