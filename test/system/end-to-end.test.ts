import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { writeBenchmark, writeCorpus } from '../../sample/corpus.ts';
import { backends, startLaboratory, type TestLaboratory } from '../laboratory.ts';

/** The way of every study, over HTTP alone, on every backend that is there. */
for (const backend of backends)
  describe(`from a corpus to a searchable merged model, ${backend}`, () => {
    let lab: TestLaboratory;
    const ids: Record<string, string> = {};

    async function run(name: string, mutation: string, type: string, input: object) {
      const launched = await lab.get(
        `mutation ($input: ${type}!) { run: ${mutation}(input: $input) { id } }`,
        { input },
      );
      ids[name] = launched.run.id;
      const ended = await lab.finish(launched.run.id);
      assert.equal(ended.status, 'SUCCEEDED', JSON.stringify(ended.error));
      return launched.run.id as string;
    }
    const train = (name: string, init: object, directions: [string, string][]) =>
      run(name, 'launchTraining', 'LaunchTrainingInput', {
        name,
        init,
        composition: {
          components: directions.map(([queryLang, positiveLang]) => ({
            corpus: 'everyday',
            queryLang,
            positiveLang,
            share: 1,
          })),
        },
        steps: 60,
        batchSize: 128,
        seed: 3,
      });

    before(async () => {
      lab = await startLaboratory({ backend });
      const folder = join(lab.home, 'import');
      await mkdir(folder, { recursive: true });
      await writeCorpus(join(folder, 'corpus.jsonl'));
      await writeBenchmark(join(folder, 'benchmark'));
    });
    after(() => lab.stop());

    test('import a corpus from an upload and a benchmark from a folder', async () => {
      const artifact = await lab.upload(await readFile(join(lab.home, 'import', 'corpus.jsonl')));
      await run('corpus', 'importCorpus', 'ImportCorpusInput', { name: 'everyday', artifact });
      await run('benchmark', 'importBenchmark', 'ImportBenchmarkInput', {
        name: 'questions',
        path: 'benchmark',
      });
      const { corpus, benchmark } = await lab.get(`{
        corpus(ref: "everyday") { ref languages unitCount textCount units(first: 2) { totalCount nodes { kind texts { role language text } } } }
        benchmark(ref: "questions@1") { queries directions { queryLang docLang } } }`);
      assert.equal(corpus.ref, 'everyday@1');
      assert.deepEqual(corpus.languages, ['en', 'ko']);
      assert.ok(corpus.unitCount >= 6000);
      assert.equal(corpus.textCount, 4 * corpus.unitCount);
      assert.equal(corpus.units.totalCount, corpus.unitCount);
      assert.deepEqual(
        corpus.units.nodes[0].texts.map((t: { role: string; language: string }) => `${t.role} ${t.language}`),
        ['QUERY en', 'QUERY ko', 'PASSAGE en', 'PASSAGE ko'],
      );
      assert.ok(benchmark.queries >= 120);
      assert.deepEqual(
        benchmark.directions
          .map((d: { queryLang: string; docLang: string }) => `${d.queryLang} ${d.docLang}`)
          .sort(),
        ['en en', 'en ko', 'ko en', 'ko ko'],
      );
    });

    test('train a tokenizer, a base and two compositions', async () => {
      await run('tokenizer', 'trainTokenizer', 'TrainTokenizerInput', {
        name: 'words',
        corpora: ['everyday'],
        vocabSize: 4096,
      });
      await train('base', { static: { tokenizer: 'words', dimension: 64 } }, [
        ['ko', 'ko'],
        ['en', 'en'],
      ]);
      await train('mono', { model: 'base' }, [
        ['ko', 'ko'],
        ['en', 'en'],
      ]);
      await train('cross', { model: 'base' }, [
        ['ko', 'en'],
        ['en', 'ko'],
      ]);
      const { run: training } = await lab.get(
        `query ($id: ID!) { run(id: $id) { progress { done total unit } environment metrics(names: ["loss", "learningRate"], maxPoints: 10) { name points { step value } }
           summaries { name count lastStep } ... on TrainingRun { model { ref architecture dimension } artifacts { role } } } }`,
        { id: ids.cross },
      );
      assert.deepEqual(training.progress, { done: 60, total: 60, unit: 'steps' });
      assert.deepEqual(training.model, { ref: 'cross@1', architecture: 'STATIC', dimension: 64 });
      const loss = training.metrics.find((m: { name: string }) => m.name === 'loss').points;
      assert.ok(loss.length <= 12);
      assert.deepEqual([loss[0].step, loss.at(-1).step], [1, 60]);
      assert.ok(loss.at(-1).value < loss[0].value, 'training lowers the loss');
      assert.equal(training.summaries.find((s: { name: string }) => s.name === 'loss').count, 60);
      assert.equal(training.environment.packages['onnxruntime-node'], '1.30.0');
    });

    test('the same recipe is not run twice; by another name it is the same model', async () => {
      const { runs: before } = await lab.get('{ runs { totalCount } }');
      const again = await train('mono', { model: 'base' }, [
        ['ko', 'ko'],
        ['en', 'en'],
      ]);
      assert.equal(again, ids.mono);
      await train('other-name', { model: 'base' }, [
        ['ko', 'ko'],
        ['en', 'en'],
      ]);
      const { runs, model } = await lab.get('{ runs { totalCount } model(ref: "other-name") { names } }');
      assert.equal(runs.totalCount, before.totalCount);
      assert.deepEqual(model.names, ['mono@1', 'other-name@1']);
    });

    test('average two models; the weights of the average are the mean of the weights', async () => {
      await run('merge', 'launchMerge', 'LaunchMergeInput', {
        name: 'merged',
        models: [{ model: 'mono' }, { model: 'cross', weight: 1 }],
      });
      const { model } = await lab.get('{ model(ref: "merged") { parents { weight role model { ref } } } }');
      assert.deepEqual(model.parents, [
        { weight: 1, role: 'model', model: { ref: 'mono@1' } },
        { weight: 1, role: 'model', model: { ref: 'cross@1' } },
      ]);
      const [mono, cross, merged] = await Promise.all(
        ['mono', 'cross', 'merged'].map((ref) => embeddingOf(lab, ref)),
      );
      for (let i = 0; i < merged.length; i += 997)
        assert.ok(Math.abs(merged[i] - (mono[i] + cross[i]) / 2) < 1e-7);
    });

    test('evaluate in four directions beside BM25, with per-query values, intervals and averages', async () => {
      await run('evaluation', 'launchEvaluation', 'LaunchEvaluationInput', {
        models: ['bm25', 'mono', 'cross', 'merged'],
        benchmarks: ['questions'],
        metrics: ['nDCG@10', 'MRR@10', 'Recall@100', 'AP'],
      });
      const { run: evaluation } = await lab.get(
        `query ($id: ID!) { run(id: $id) { ... on EvaluationRun {
           scores { system queryLang docLang metric value ciLow ciHigh queries convention perQuery(first: 100) { totalCount nodes { query value } } }
           averages { system metric name value } artifacts { role } } } }`,
        { id: ids.evaluation },
      );
      assert.equal(evaluation.scores.length, 4 * 4 * 4);
      for (const score of evaluation.scores) {
        assert.ok(score.ciLow <= score.value && score.value <= score.ciHigh);
        assert.equal(score.perQuery.totalCount, score.queries);
      }
      const value = (system: string, name: string) =>
        evaluation.averages.find(
          (a: { system: string; metric: string; name: string }) =>
            a.system === system && a.metric === 'nDCG@10' && a.name === name,
        ).value;
      assert.ok(
        value('cross@1', 'CLIR') > value('bm25', 'CLIR') + 0.1,
        'training on cross pairs beats BM25 across languages',
      );
      const direction = (queryLang: string, docLang: string) =>
        evaluation.scores.find(
          (s: Record<string, string>) =>
            s.system === 'merged@1' &&
            s.metric === 'nDCG@10' &&
            s.queryLang === queryLang &&
            s.docLang === docLang,
        ).value;
      const mono = (direction('ko', 'ko') + direction('en', 'en')) / 2;
      const clir = (direction('ko', 'en') + direction('en', 'ko')) / 2;
      assert.ok(Math.abs(value('merged@1', 'MONO') - mono) < 1e-12);
      assert.ok(Math.abs(value('merged@1', 'GAP') - (mono - clir)) < 1e-12);
    });

    test('compare: differences of the stored scores, paired tests, Holm', async () => {
      const { compare } =
        await lab.get(`{ compare(models: ["bm25", "mono", "cross"], benchmark: "questions") {
        metric systems directions { queryLang docLang scores { system value } pairs { a b difference ciLow ciHigh p pHolm win tie loss } } } }`);
      assert.deepEqual(compare.systems, ['bm25', 'mono@1', 'cross@1']);
      for (const { scores, pairs } of compare.directions) {
        assert.equal(pairs.length, 3);
        for (const pair of pairs) {
          const value = (system: string) => scores.find((s: { system: string }) => s.system === system).value;
          assert.ok(Math.abs(pair.difference - (value(pair.a) - value(pair.b))) < 1e-9);
          assert.ok(pair.ciLow <= pair.difference && pair.difference <= pair.ciHigh);
          assert.ok(pair.pHolm >= pair.p);
        }
      }
    });

    test('embed the passages and search: text, like, vector, language filter, translations', async () => {
      await run('embedding', 'launchEmbedding', 'LaunchEmbeddingInput', {
        name: 'vectors',
        model: 'cross',
        corpus: 'everyday',
        roles: ['PASSAGE'],
      });
      const { embeddingSet, corpus } = await lab.get(
        '{ embeddingSet(ref: "vectors") { count dimension model { ref } collection { ref } } corpus(ref: "everyday") { unitCount } }',
      );
      assert.deepEqual(embeddingSet, {
        count: 2 * corpus.unitCount,
        dimension: 64,
        model: { ref: 'cross@1' },
        collection: { ref: 'everyday@1' },
      });
      const search = async (input: object) =>
        (
          await lab.get(
            `query ($input: SearchInput!) { search(input: $input) { mode underfilled hits { id rank score distance language text parallelId translations { id language text } } } }`,
            { input: { embeddingSet: 'vectors', ...input } },
          )
        ).search;
      const found = await search({
        text: '기차표는 어디에서 살 수 있어요?',
        filter: { languages: ['en'] },
        first: 5,
      });
      assert.deepEqual(
        found.hits.map((h: { rank: number }) => h.rank),
        [1, 2, 3, 4, 5],
      );
      for (const hit of found.hits) {
        assert.equal(hit.language, 'en');
        assert.deepEqual(
          hit.translations.map((t: { language: string }) => t.language),
          ['ko'],
        );
        assert.ok(Math.abs(hit.score + hit.distance - 1) < 1e-12);
      }
      assert.ok(found.hits[0].distance <= found.hits[4].distance);

      const [hit] = found.hits;
      const alike = await search({ like: hit.id, first: 3 });
      assert.ok(!alike.hits.some((h: { id: string }) => h.id === hit.id), 'a text is no answer to itself');
      const all = await search({ like: hit.translations[0].id, first: 1000 });
      assert.equal(all.hits.length, 1000);
      assert.equal(new Set(all.hits.map((h: { id: string }) => h.id)).size, 1000);
    });

    test('search by words and by both, with ranks and scores of each', async () => {
      const search = async (input: object) =>
        (
          await lab.get(
            `query ($input: SearchInput!) { search(input: $input) { mode underfilled explain { reason terms vectorFound lexicalFound }
              hits { score distance language foundIn text vector { rank score } lexical { rank score } translations { language } } } }`,
            { input: { embeddingSet: 'vectors', ...input } },
          )
        ).search;
      const text = '기차표';
      const words = await search({ text, mode: 'LEXICAL', first: 5 });
      assert.equal(words.mode, 'LEXICAL');
      assert.deepEqual(words.explain.terms, ['기차', '차표']);
      assert.ok(words.hits.length > 0);
      for (const [i, hit] of words.hits.entries()) {
        assert.match(hit.text, /기차|차표/);
        assert.deepEqual([hit.vector, hit.distance], [null, null]);
        assert.deepEqual(hit.lexical, { rank: i + 1, score: hit.score });
      }
      const both = await search({
        text,
        mode: 'HYBRID',
        first: 200,
        fusion: { depth: 50, lexicalWeight: 2 },
      });
      assert.equal(both.explain.vectorFound, 200);
      assert.equal(both.hits.length, 200);
      for (const { score, vector, lexical } of both.hits)
        assert.equal(score, (vector ? 1 / (60 + vector.rank) : 0) + (lexical ? 2 / (60 + lexical.rank) : 0));
      const preferred = await search({
        ...{ text: 'train ticket', mode: 'HYBRID', first: 5 },
        ...{ queryLanguage: 'ko', ownLanguage: 'PREFER' },
      });
      for (const hit of preferred.hits) {
        assert.equal(hit.language, 'ko');
        assert.deepEqual(hit.translations, [{ language: 'en' }]);
      }
      assert.ok(preferred.hits.some((h: { foundIn: string }) => h.foundIn === 'en'));
    });

    test('a set that was deleted is said to be, and is made again under its name', async () => {
      const first = ids.embedding;
      await lab.get('mutation { deleteEmbeddingSet(embeddingSet: "vectors") { count } }');
      const { errors } = await lab.ask('{ search(input: {embeddingSet: "vectors", text: "x"}) { mode } }');
      assert.deepEqual(
        [errors![0].extensions.code, /has been deleted/.test(errors![0].message)],
        ['NOT_FOUND', true],
      );
      const input = { name: 'vectors', model: 'cross', corpus: 'everyday', roles: ['PASSAGE'] };
      assert.notEqual(await run('embedding', 'launchEmbedding', 'LaunchEmbeddingInput', input), first);
      assert.equal(await run('embedding', 'launchEmbedding', 'LaunchEmbeddingInput', input), ids.embedding);
      const { embeddingSet } = await lab.get('{ embeddingSet(ref: "vectors@1") { names } }');
      assert.deepEqual(embeddingSet.names, ['vectors@1']);
    });

    test('lineage: everything a merged model came from, in one answer', async () => {
      const { model } = await lab.get(`{ model(ref: "merged") { id producedBy { id kind }
        lineage(direction: ANCESTORS, depth: 10) { truncated nodes { id kind label runKind } edges { from to role weight } } } }`);
      const labels = model.lineage.nodes.map((n: { label: string }) => n.label).sort();
      for (const label of ['everyday@1', 'words@1', 'base@1', 'mono@1', 'cross@1', 'merged@1'])
        assert.ok(labels.includes(label), label);
      assert.equal(model.producedBy.kind, 'MERGE');
      const ids = new Set(model.lineage.nodes.map((n: { id: string }) => n.id));
      for (const edge of model.lineage.edges) assert.ok(ids.has(edge.from) && ids.has(edge.to));
      const into = model.lineage.edges.filter((e: { to: string }) => e.to === model.producedBy.id);
      assert.deepEqual(
        into.map((e: { weight: number }) => e.weight),
        [1, 1],
      );
      const { node } = await lab.get(
        'query ($id: ID!) { node(id: $id) { __typename ... on Model { ref } } }',
        { id: model.id },
      );
      assert.deepEqual(node, { __typename: 'Model', ref: 'merged@1' });
      const { corpus } = await lab.get(
        '{ corpus(ref: "everyday") { lineage(direction: DESCENDANTS) { nodes { label } } } }',
      );
      assert.ok(corpus.lineage.nodes.some((n: { label: string }) => n.label === 'merged@1'));
    });

    test('events replay from any sequence number to the end of the run, over graphql-ws', async () => {
      const client = createClient({
        url: `${lab.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
      });
      const events = async (after: number) => {
        const seen: { seq: number; type: string; payload: { status?: string } }[] = [];
        for await (const { data } of client.iterate<{ runEvents: (typeof seen)[number] }>({
          query:
            'subscription ($run: ID!, $after: Int) { runEvents(run: $run, after: $after) { seq type payload } }',
          variables: { run: ids.mono, after },
        }))
          seen.push(data!.runEvents);
        return seen;
      };
      const all = await events(0);
      assert.deepEqual(
        all.map((e) => e.seq),
        all.map((_, i) => i + 1),
      );
      assert.deepEqual(
        all.filter((e) => e.type === 'STATUS').map((e) => e.payload.status),
        ['QUEUED', 'RUNNING', 'SUCCEEDED'],
      );
      assert.deepEqual(
        (await events(3)).map((e) => e.seq),
        all.slice(3).map((e) => e.seq),
      );
      await client.dispose();
    });

    test('a run made again gives the same bytes', async () => {
      for (const name of ['mono', 'merge', 'tokenizer']) {
        const { reproduceRun } = await lab.get('mutation ($id: ID!) { reproduceRun(id: $id) { id } }', {
          id: ids[name],
        });
        assert.notEqual(reproduceRun.id, ids[name]);
        assert.equal((await lab.finish(reproduceRun.id)).status, 'SUCCEEDED');
        const outputs = async (id: string) =>
          (await lab.get('query ($id: ID!) { run(id: $id) { outputs { role digest } } }', { id })).run
            .outputs;
        assert.deepEqual(await outputs(reproduceRun.id), await outputs(ids[name]), name);
      }
    });
  });

/** The embedding table of a static model, from its safetensors file as served. */
async function embeddingOf(lab: TestLaboratory, ref: string): Promise<Float32Array> {
  const { model } = await lab.get('query ($ref: String!) { model(ref: $ref) { files { path url } } }', {
    ref,
  });
  const { url } = model.files.find((f: { path: string }) => f.path.endsWith('model.safetensors'));
  const bytes = await (await fetch(`${lab.url}${url}`)).arrayBuffer();
  const header = Number(new DataView(bytes).getBigUint64(0, true));
  return new Float32Array(bytes.slice(8 + header));
}
