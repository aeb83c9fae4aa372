import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import tar from 'tar-stream';
import { startLaboratory, type TestLaboratory } from '../laboratory.ts';

/** Rankings made elsewhere, scored and compared beside the built-in systems. */
describe('rankings', () => {
  let lab: TestLaboratory;
  const ids = Array.from({ length: 12 }, (_, i) => String(i + 1).padStart(2, '0'));
  const words = {
    ko: ['바다', '소금', '산', '강', '별', '달'],
    en: ['sea', 'salt', 'hill', 'river', 'star', 'moon'],
  };
  const languages = ['ko', 'en'] as const;
  const textOf = (language: 'ko' | 'en', i: number) =>
    `${words[language][i % 6]} ${words[language][(i * 5 + 1) % 6]} ${i >= 6 ? words[language][2] : ''}`.trim();

  const scoreRanking = 'mutation ($input: ScoreRankingInput!) { scoreRanking(input: $input) { id } }';
  const scored = `query ($id: ID!) { run(id: $id) { inputs { kind role } ... on EvaluationRun {
    scores { system model { ref } queryLang docLang pool metric value ciLow ciHigh queries convention perQuery(first: 100) { nodes { query value } } }
    averages { name } } } }`;
  const input = (over: object) => ({
    input: {
      system: 'elsewhere',
      benchmark: 'words',
      queryLang: 'ko',
      docLang: 'ko',
      metrics: ['RR'],
      ...over,
    },
  });

  async function scoresFor(over: object) {
    const { scoreRanking: run } = await lab.get(scoreRanking, input(over));
    const ended = await lab.finish(run.id);
    assert.equal(ended.status, 'SUCCEEDED', JSON.stringify(ended.error));
    return (await lab.get(scored, { id: run.id })).run;
  }
  async function failing(run: string | Uint8Array, pattern: RegExp, over: object = {}) {
    const { scoreRanking: launched } = await lab.get(
      scoreRanking,
      input({ artifact: await lab.upload(run), ...over }),
    );
    const ended = await lab.finish(launched.id);
    assert.deepEqual([ended.status, ended.error?.code], ['FAILED', 'BAD_USER_INPUT']);
    assert.match(ended.error!.message, pattern);
  }
  const line = (query: string, document: string, score: number | string) =>
    `${query} Q0 ${document} 1 ${score} tag\n`;

  before(async () => {
    lab = await startLaboratory();
    for (const queryLang of languages)
      for (const docLang of languages) {
        const folder = join(lab.home, 'import', 'words', `${queryLang}-${docLang}`);
        await mkdir(join(folder, 'qrels'), { recursive: true });
        const jsonl = (prefix: string, language: 'ko' | 'en') =>
          ids
            .map(
              (id, i) =>
                `${JSON.stringify({ _id: `${prefix}${id}`, text: textOf(language, i), topic: `t${i >> 1}` })}\n`,
            )
            .join('');
        await writeFile(join(folder, 'queries.jsonl'), jsonl('q', queryLang));
        await writeFile(join(folder, 'corpus.jsonl'), jsonl('d', docLang));
        const qrels = ids.map((id) => `q${id}\td${id}\t1\n`).join('');
        await writeFile(join(folder, 'qrels', 'test.tsv'), `query-id\tcorpus-id\tscore\n${qrels}`);
      }
    const { importBenchmark } = await lab.get(
      'mutation { importBenchmark(input: { name: "words", path: "words", groupField: "topic" }) { id } }',
    );
    assert.equal((await lab.finish(importBenchmark.id)).status, 'SUCCEEDED');
  });
  after(() => lab.stop());

  test('a benchmark comes out in BEIR layout, and in again as the same', async () => {
    const { benchmark } = await lab.get('{ benchmark(ref: "words") { digest archive } }');
    const response = await fetch(lab.url + benchmark.archive);
    assert.equal(response.status, 200);
    const extract = tar.extract();
    extract.end(gunzipSync(Buffer.from(await response.arrayBuffer())));
    for await (const entry of extract) {
      const path = join(lab.home, 'import', 'again', entry.header.name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, entry as unknown as AsyncIterable<Uint8Array>);
    }
    const { importBenchmark } = await lab.get(
      'mutation { importBenchmark(input: { name: "again", path: "again", groupField: "group" }) { id } }',
    );
    assert.equal((await lab.finish(importBenchmark.id)).status, 'SUCCEEDED');
    const { benchmark: again } = await lab.get('{ benchmark(ref: "again") { digest } }');
    assert.equal(again.digest, benchmark.digest);
    for (const [path, status] of [
      [`${'0'.repeat(64)}.tar.gz`, 404],
      ['words.tar.gz', 400],
      [benchmark.digest, 404],
    ])
      assert.equal((await fetch(`${lab.url}/benchmarks/${path}`)).status, status, String(path));
  });

  test('one data set is of the direction that is said, both ways or not at all', async () => {
    const launched = await lab.get(
      'mutation { importBenchmark(input: { name: "one", path: "words/ko-en", queryLang: "ko", docLang: "en" }) { id } }',
    );
    assert.equal((await lab.finish(launched.importBenchmark.id)).status, 'SUCCEEDED');
    const { benchmark } = await lab.get(
      '{ benchmark(ref: "one") { directions { queryLang docLang queries } } }',
    );
    assert.deepEqual(benchmark.directions, [{ queryLang: 'ko', docLang: 'en', queries: 12 }]);
    for (const [languages, message] of [
      ['queryLang: "ko"', /give both or neither/],
      ['queryLang: "ko", docLang: "klingonese"', /"klingonese" is no language/],
    ] as const) {
      const { errors } = await lab.ask(
        `mutation { importBenchmark(input: { name: "two", path: "words/ko-en", ${languages} }) { id } }`,
      );
      assert.match(errors![0].message, message);
    }
  });

  test('an own ranking, given back as a foreign one, has its scores', async () => {
    const { launchEvaluation } = await lab.get(
      `mutation { launchEvaluation(input: { models: ["bm25"], benchmarks: ["words"], metrics: ["nDCG@10", "AP"],
         directions: [{queryLang: "ko", docLang: "ko"}], interval: BCA, cluster: PASSAGE }) { id } }`,
    );
    assert.equal((await lab.finish(launchEvaluation.id)).status, 'SUCCEEDED');
    const own = (await lab.get(scored, { id: launchEvaluation.id })).run;
    const { run } = await lab.get(
      'query ($id: ID!) { run(id: $id) { ... on EvaluationRun { artifacts { role artifact { digest } } } } }',
      { id: launchEvaluation.id },
    );
    const rankings = run.artifacts.find((a: { role: string }) => a.role === 'rankings');
    const foreign = await scoresFor({
      system: 'copy',
      artifact: rankings.artifact.digest,
      metrics: ['nDCG@10', 'AP'],
      missingQueries: 'ZERO',
      interval: 'BCA',
      cluster: 'PASSAGE',
    });
    assert.deepEqual(foreign.inputs, [
      { kind: 'BENCHMARK', role: 'benchmark' },
      { kind: 'ARTIFACT', role: 'source' },
    ]);
    const asCopy = (score: object) => ({ ...score, system: 'run:copy' });
    assert.deepEqual(foreign.scores, own.scores.map(asCopy));
    assert.equal(foreign.scores[0].convention.interval.method, 'BCA');
    assert.equal(foreign.scores[0].model, null);
    assert.deepEqual(foreign.averages, []);
  });

  test('a gzip file by path; queries that are missing count as the convention has it', async () => {
    const content = `${line('q01', 'd02', 3)}${line('q01', 'd01', 2)}${line('q02', 'd02', 1)}${line('other', 'd01', 1)}`;
    await writeFile(join(lab.home, 'import', 'two.run.gz'), gzipSync(content));
    const values = async (over: object) =>
      (await scoresFor({ path: 'two.run.gz', ...over })).scores.map(
        (s: { value: number; queries: number; pool: string; perQuery: { nodes: object[] } }) => [
          s.value,
          s.queries,
          s.pool,
          s.perQuery.nodes.slice(0, 3),
        ],
      );
    const found = [
      { query: 'q01', value: 0.5 },
      { query: 'q02', value: 1 },
    ];
    assert.deepEqual(await values({}), [[0.75, 2, 'MONO', found]]);
    assert.deepEqual(await values({ convention: 'SENTENCE_TRANSFORMERS' }), [
      [1.5 / 12, 12, 'MONO', [...found, { query: 'q03', value: 0 }]],
    ]);
    // An order of lines is no order of a ranking, and queries may be shuffled.
    const shuffled = `${line('q02', 'd02', 1)}${line('q01', 'd01', 2)}${line('q02', 'd05', 1e-3)}${line('q01', 'd02', 3)}`;
    assert.deepEqual(
      (await scoresFor({ artifact: await lab.upload(shuffled) })).scores[0].perQuery.nodes,
      found,
    );
  });

  test('mixed pools have scores of their own beside those of one language', async () => {
    const { launchEvaluation } = await lab.get(
      `mutation { launchEvaluation(input: { models: ["bm25"], benchmarks: ["words"], metrics: ["RR", "Share(lang=ko)@5"],
         pools: [MONO, CROSS, MIXED_PARALLEL, MIXED_DISTRACTOR], convention: TREC_EVAL_10, depth: 10 }) { id } }`,
    );
    assert.equal((await lab.finish(launchEvaluation.id)).status, 'SUCCEEDED');
    const { scores } = (await lab.get(scored, { id: launchEvaluation.id })).run;
    const of = (metric: string) =>
      scores
        .filter((s: { metric: string }) => s.metric === metric)
        .map((s: Record<string, string>) => `${s.queryLang} ${s.docLang} ${s.pool}`)
        .sort();
    assert.deepEqual(of('RR'), [
      'en en MIXED_DISTRACTOR',
      'en en MONO',
      'en ko CROSS',
      'en ko MIXED_DISTRACTOR',
      'en mul MIXED_PARALLEL',
      'ko en CROSS',
      'ko en MIXED_DISTRACTOR',
      'ko ko MIXED_DISTRACTOR',
      'ko ko MONO',
      'ko mul MIXED_PARALLEL',
    ]);
    assert.deepEqual(of('Share(lang=ko)@5'), ['en mul MIXED_PARALLEL', 'ko mul MIXED_PARALLEL']);
    for (const { convention } of scores.filter((s: { metric: string }) => s.metric === 'RR'))
      assert.equal(convention.reference, 'trec_eval 10');
  });

  test('compare: foreign systems beside built-in ones, averages, groups, the matrix', async () => {
    const oracle = ids.map((id) => line(`q${id}`, `d${id}`, 1)).join('');
    const artifact = await lab.upload(oracle);
    for (const queryLang of languages)
      for (const docLang of languages)
        await scoresFor({ system: 'oracle', artifact, queryLang, docLang, convention: 'TREC_EVAL_10' });
    const query = `query ($models: [String!]!, $cluster: ClusterBy) {
      compare(models: $models, benchmark: "words", metric: "RR", interval: BCA, cluster: $cluster) {
        systems
        directions { queryLang docLang pool queries pairs { a b difference p exact pHolm t pT pTHolm } }
        averages { name directions queries estimates { system value ciLow ciHigh } differences pHolm
          pairs { difference ciLow ciHigh p pHolm exact win tie loss } } } }`;
    const models = ['bm25', 'run:oracle'];
    const { compare } = await lab.get(query, { models, cluster: 'GROUP' });
    assert.deepEqual(compare.systems, models);
    assert.deepEqual(
      compare.directions.map((d: Record<string, string>) => [d.queryLang, d.docLang, d.pool]),
      [
        ['en', 'en', 'MONO'],
        ['en', 'ko', 'CROSS'],
        ['ko', 'en', 'CROSS'],
        ['ko', 'ko', 'MONO'],
      ],
    );
    // No word of a query is in a document of the other language: 12 losses by 1 in 6 groups have no spread.
    const [cross] = compare.directions[1].pairs;
    assert.deepEqual(
      [cross.a, cross.b, cross.difference, cross.exact, cross.p, cross.t, cross.pT],
      ['bm25', 'run:oracle', -1, true, 2 / 2 ** 6, null, 0],
    );
    assert.equal(cross.pHolm, (4 * 2) / 2 ** 6);
    const clir = compare.averages.find((average: { name: string }) => average.name === 'CLIR');
    assert.deepEqual(
      clir.estimates.map((e: { value: number }) => e.value),
      [0, 1],
    );
    assert.deepEqual(clir.differences, [
      [0, -1],
      [1, 0],
    ]);
    assert.deepEqual(clir.pHolm, [
      [1, clir.pairs[0].pHolm],
      [clir.pairs[0].pHolm, 1],
    ]);
    assert.deepEqual([clir.pairs[0].win, clir.pairs[0].loss, clir.directions], [0, 12, 2]);
    const gap = compare.averages.find((average: { name: string }) => average.name === 'GAP');
    const mono = compare.averages.find((average: { name: string }) => average.name === 'MONO');
    assert.ok(Math.abs(gap.pairs[0].difference - (mono.pairs[0].difference + 1)) < 1e-12);

    const alone = (await lab.get(query, { models, cluster: 'PASSAGE' })).compare;
    assert.equal(alone.directions[1].pairs[0].p, 2 / 2 ** 12);
    const other = await lab.ask(query, { models: ['bm25', 'run:elsewhere'] });
    assert.match(
      other.errors![0].message,
      /"run:elsewhere" was scored by the convention of .*, "bm25" by that of trec_eval 10/,
    );
    const nobody = await lab.ask(query, { models: ['bm25', 'run:nobody'] });
    assert.match(
      nobody.errors![0].message,
      /"run:nobody" has no RR on "words" yet; score its run file first/,
    );
  });

  test('run files that are not what they should be', async () => {
    const first = line('q01', 'd01', 1);
    await failing(`${first}${line('q01', 'd01', 2)}`, /line 2.*"q01".*"d01" twice/);
    await failing(`${first}${line('q01', 'd02', 'nan')}`, /line 2.*score "nan" is not a number/);
    await failing(`${first}q01 d02 2\n`, /line 2.*has 3 fields/);
    await failing(line('x', 'd01', 1), /none of its 1 queries is judged.*"x".*"q01"/);
    await failing('\n', /holds no rankings/);
    await failing(gzipSync(first).subarray(0, -6), /gzip/);
    await failing(first, /query "q02" of the qrels has no ranking/, { convention: 'TREC_EVAL_10' });
  });

  test('requests that cannot be', async () => {
    const artifact = await lab.upload(line('q01', 'd01', 1));
    async function refused(over: object, path: string, pattern: RegExp) {
      const { errors } = await lab.ask(scoreRanking, input(over));
      assert.match(errors![0].message, pattern);
      assert.equal(errors![0].extensions.issues![0].path, path);
    }
    await refused({}, 'input', /either artifact .* or path/);
    await refused({ artifact, benchmark: 'nobody' }, 'input.benchmark', /no benchmark "nobody"/);
    await refused(
      { artifact, docLang: 'fr' },
      'input',
      /no queries in "ko" against documents in "fr"; it has/,
    );
    await refused({ artifact, system: 'a:b' }, 'input.system', /not a name/);
    await refused({ artifact, metrics: ['PEER@10'] }, 'input.metrics[0]', /MIXED_PARALLEL/);
    await refused({ artifact: '0'.repeat(64) }, 'input.artifact', /there is no artifact/);
    await refused({ path: '../secret' }, 'input.path', /not a file in a folder/);
  });
});
