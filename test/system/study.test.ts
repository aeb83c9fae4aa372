import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeBenchmark, writeCorpus } from '../../sample/corpus.ts';
import { backends, startLaboratory, type TestLaboratory } from '../laboratory.ts';

const yaml = (over = '') => `
name: small
languages: [ko, en]
sources: [{corpus: everyday}]
bases: [{name: base, model: base}]
compositions: [MONO, CROSS]
training: {steps: 120, batchSize: 128, learningRate: 0.01}
seeds: [1, 2]
merges: [{name: both, of: [mono, cross]}]
union: SUM_STEPS
evaluation: {benchmarks: [questions], metrics: [nDCG@10, RR@10]}
${over}`;

const axis = (queryLang: string, positiveLang: string) =>
  `{queryLang: ${queryLang}, positiveLang: ${positiveLang}, shares: [${Array.from({ length: 20 }, (_, i) => i)}]}`;

for (const backend of backends)
  describe(`a study, ${backend}`, () => {
    let lab: TestLaboratory;
    const launch = 'mutation ($input: StudyInput!) { launchStudy(input: $input) { name status } }';
    const state = async (name: string) =>
      (
        await lab.get(
          `query ($name: String!) { study(name: $name) { status progress { total succeeded failed running }
             steps(first: 100) { totalCount nodes { key kind status after run { id status error { message } } error { code message } } } } }`,
          { name },
        )
      ).study;
    async function ended(name: string, ms = 120_000) {
      for (const end = Date.now() + ms; Date.now() < end; await sleep(200)) {
        const study = await state(name);
        if (study.status !== 'RUNNING') return study;
      }
      throw new Error(JSON.stringify(await state(name), null, 1));
    }

    before(async () => {
      lab = await startLaboratory({ backend });
      const folder = join(lab.home, 'import');
      await mkdir(folder, { recursive: true });
      await writeCorpus(join(folder, 'corpus.jsonl'));
      await writeBenchmark(join(folder, 'benchmark'));
      for (const [mutation, type, input] of [
        ['importCorpus', 'ImportCorpusInput', { name: 'everyday', path: 'corpus.jsonl' }],
        ['importBenchmark', 'ImportBenchmarkInput', { name: 'questions', path: 'benchmark' }],
        ['trainTokenizer', 'TrainTokenizerInput', { name: 'words', corpora: ['everyday'], vocabSize: 2048 }],
        [
          'launchTraining',
          'LaunchTrainingInput',
          {
            name: 'base',
            init: { static: { tokenizer: 'words', dimension: 32 } },
            composition: {
              components: [{ corpus: 'everyday', queryLang: 'ko', positiveLang: 'ko', share: 1 }],
            },
            steps: 60,
            batchSize: 64,
          },
        ],
      ] as const) {
        const { run } = await lab.get(
          `mutation ($input: ${type}!) { run: ${mutation}(input: $input) { id } }`,
          { input },
        );
        assert.equal((await lab.finish(run.id)).status, 'SUCCEEDED');
      }
    });
    after(() => lab.stop());

    test('a plan says what would be run and runs nothing', async () => {
      const { planStudy, runs } = await lab.get(
        'query ($input: StudyInput!) { planStudy(input: $input) { runs { kind planned known } seconds bytes steps } runs { totalCount } }',
        { input: { yaml: yaml() } },
      );
      assert.deepEqual(planStudy.runs, [
        { kind: 'TRAINING', planned: 6, known: 0 },
        { kind: 'MERGE', planned: 2, known: 0 },
        { kind: 'EVALUATION', planned: 10, known: 0 },
      ]);
      assert.equal(planStudy.seconds, null, 'no merge has been run yet, so nobody can say');
      assert.ok(planStudy.bytes > 8 * 2048 * 32 * 4);
      assert.ok(planStudy.steps.includes('evaluate/merge/both/s2/questions'));
      assert.equal(runs.totalCount, 4);
    });

    test('launched, it trains, merges, measures, and writes the table', async () => {
      await lab.get(launch, { input: { yaml: yaml() } });
      const study = await ended('small');
      assert.equal(
        study.status,
        'SUCCEEDED',
        JSON.stringify(study.steps.nodes.filter((s: { status: string }) => s.status !== 'SUCCEEDED')),
      );
      assert.deepEqual(study.progress, { total: 18, succeeded: 18, failed: 0, running: 0 });

      const { study: read } =
        await lab.get(`{ study(name: "small") { tables { benchmark metric rows { system role seeds
        directions { queryLang docLang figure { value seedSd } } mono { value ciLow ciHigh } clir { value } gap { value }
        deltaMono { value pHolm } deltaClir { value ciLow ciHigh p pHolm } runs { id } } }
        effects(benchmark: "questions") { factor levels { level cells clir { value ciLow } } } } }`);
      const [table] = read.tables;
      assert.equal(table.metric, 'nDCG@10');
      const rows = new Map(table.rows.map((row: { system: string }) => [row.system, row]));
      assert.deepEqual([...rows.keys()], ['bm25', 'base', 'mono', 'cross', 'merge both', 'union_mono_cross']);
      const cross = rows.get('cross') as {
        seeds: number[];
        clir: { value: number };
        deltaClir: { value: number; ciLow: number; pHolm: number };
        directions: { queryLang: string; docLang: string; figure: { value: number; seedSd: number } }[];
        runs: { id: string }[];
      };
      assert.deepEqual(cross.seeds, [1, 2]);
      const scores = await Promise.all(
        cross.runs.map(
          async ({ id }) =>
            (
              await lab.get<{
                run: { scores: { queryLang: string; docLang: string; metric: string; value: number }[] };
              }>(
                'query ($id: ID!) { run(id: $id) { ... on EvaluationRun { scores { queryLang docLang metric value } } } }',
                { id },
              )
            ).run.scores,
        ),
      );
      for (const { queryLang, docLang, figure } of cross.directions) {
        const values = scores.map(
          (run) =>
            run.find((s) => s.metric === 'nDCG@10' && s.queryLang === queryLang && s.docLang === docLang)!
              .value,
        );
        assert.ok(Math.abs(figure.value - (values[0] + values[1]) / 2) < 1e-9);
        assert.ok(Math.abs(figure.seedSd - Math.abs(values[0] - values[1]) / Math.SQRT2) < 1e-9);
      }
      assert.ok(
        cross.deltaClir.value > 0.1 && cross.deltaClir.ciLow > 0 && cross.deltaClir.pHolm < 0.05,
        JSON.stringify(cross.deltaClir),
      );
      const effect = read.effects.find((e: { factor: string }) => e.factor === 'trained on ko-en');
      const level = (name: string) =>
        effect.levels.find((l: { level: string }) => l.level === name).clir.value;
      assert.ok(level('with') > level('without'));
    });

    test('its report, in every format, holds the figures of the table', async () => {
      const { study } = await lab.get(`{ study(name: "small") { tables { rows { system mono { value } } }
        markdown: report csv: report(format: CSV) latex: report(format: LATEX) json: report(format: JSON) mteb: report(format: MTEB) html: report(format: HTML) } }`);
      const merged = study.tables[0].rows.find((row: { system: string }) => row.system === 'merge both').mono
        .value;
      const shown = (100 * merged).toFixed(1);
      assert.match(study.markdown, new RegExp(`\\| merge both \\|.*${shown}`));
      assert.match(
        study.csv,
        new RegExp(`questions,nDCG@10,merge both,MERGE,1 2,mono,${String(merged).slice(0, 12)}`),
      );
      assert.match(study.latex, new RegExp(`merge both & .*${shown}`));
      assert.match(study.markdown, /\| mono\/s1 \| PASSAGE \| ko \| ko \| 50\.0 \|/);
      assert.match(study.latex, /union\\_mono\\_cross/);
      assert.equal(
        JSON.parse(study.json).tables[0].rows.find(
          (row: { cell: { name: string } }) => row.cell.name === 'both',
        ).mono.value,
        merged,
      );
      const ko = JSON.parse(study.mteb).find((r: { model_name: string }) => r.model_name === 'cross').scores
        .test;
      assert.ok(ko.some((s: { hf_subset: string }) => s.hf_subset === 'kor-eng'));
      assert.match(study.html, /<svg[\s\S]*Mono against CLIR[\s\S]*Learning curves/);
      assert.doesNotMatch(study.html, /LEAK|NaN|undefined/);
      // A figure leads to the page of its run, which has the figure.
      const [, address, bm25] = /<td><a href="(\/runs\/[^"]+)">([\d.]+)<\/a><\/td>/.exec(study.html)!;
      const run = await fetch(lab.url + address);
      assert.match(run.headers.get('content-security-policy')!, /default-src 'none'/);
      assert.match(
        await run.text(),
        new RegExp(`<h1>evaluation run.*nDCG@10</td><td>0?${(Number(bm25) / 100).toFixed(2)}`, 's'),
      );
      assert.equal((await fetch(`${lab.url}/runs/nothing`)).status, 400);
      const page = await fetch(`${lab.url}/studies/small.html`);
      assert.equal(page.status, 200);
      assert.match(page.headers.get('content-security-policy')!, /default-src 'none'/);
      assert.equal(
        (await page.text()).replace(/launched .*?\./, ''),
        study.html.replace(/launched .*?\./, ''),
      );
    });

    test('the same study again runs nothing; a grown one only what is new', async () => {
      const before = (await lab.get('{ runs { totalCount } }')).runs.totalCount;
      await lab.get(launch, { input: { yaml: yaml() } });
      assert.equal((await ended('small')).status, 'SUCCEEDED');
      assert.equal((await lab.get('{ runs { totalCount } }')).runs.totalCount, before);

      const grown = yaml().replace('seeds: [1, 2]', 'seeds: [1, 2, 3]');
      const { planStudy } = await lab.get(
        'query ($input: StudyInput!) { planStudy(input: $input) { runs { kind planned known } seconds } }',
        {
          input: { yaml: grown },
        },
      );
      assert.deepEqual(planStudy.runs, [
        { kind: 'TRAINING', planned: 9, known: 6 },
        { kind: 'MERGE', planned: 3, known: 2 },
        { kind: 'EVALUATION', planned: 14, known: 10 },
      ]);
      assert.ok(planStudy.seconds > 0);
      await lab.get(launch, { input: { yaml: grown } });
      assert.equal((await ended('small')).progress.total, 26);
      assert.equal((await lab.get('{ runs { totalCount } }')).runs.totalCount, before + 8);
    });

    test('made again, every digest of a study is the same, and its lineage says so', async () => {
      // A part of the study that is there: all of its runs are known.
      const before = (await lab.get('{ runs { totalCount } }')).runs.totalCount;
      const part = yaml()
        .replace('name: small', 'name: part')
        .replace('[1, 2]', '[1]')
        .replace('union: SUM_STEPS', '');
      await lab.get(launch, { input: { yaml: part } });
      assert.equal((await ended('part')).progress.total, 8);
      assert.equal((await lab.get('{ runs { totalCount } }')).runs.totalCount, before);

      const verification = async () =>
        (await lab.get('{ study(name: "part") { verification { runs equal different open } } }')).study
          .verification;
      assert.deepEqual(await verification(), { runs: 8, equal: 0, different: 0, open: 8 });
      await lab.get('mutation { verifyStudy(name: "part") { name } }');
      for (const end = Date.now() + 120_000; (await verification()).open && Date.now() < end; )
        await sleep(200);
      assert.deepEqual(await verification(), { runs: 8, equal: 8, different: 0, open: 0 });
      await lab.get('mutation { verifyStudy(name: "part") { name } }');
      assert.equal((await lab.get('{ runs { totalCount } }')).runs.totalCount, before + 8, 'once is enough');

      const { model } = await lab.get(
        '{ model(ref: "small/both") { lineage { nodes { kind runKind verifiedAt verifiedOn } } } }',
      );
      const verified = model.lineage.nodes.filter((node: { verifiedAt: string | null }) => node.verifiedAt);
      assert.deepEqual(verified.map((node: { runKind: string }) => node.runKind).sort(), [
        'MERGE',
        'TRAINING',
        'TRAINING',
      ]);
      for (const { verifiedOn } of verified) assert.equal(verifiedOn, cpus()[0].model);
    });

    test('a benchmark that stands in what is trained on is marked', async () => {
      const documents = (await readFile(join(lab.home, 'import/benchmark/ko-ko/corpus.jsonl'), 'utf8'))
        .trim()
        .split('\n')
        .slice(0, 7)
        .map((line) => JSON.parse(line).text as string);
      const units = documents.map((text, i) => ({
        id: `u${i}`,
        query: { ko: `질문 ${i}` },
        // Spacing and punctuation hide nothing.
        passage: { ko: i % 2 ? text : ` ${text.replaceAll(' ', '  ')} !` },
      }));
      await writeFile(
        join(lab.home, 'import/leaky.jsonl'),
        units.map((unit) => JSON.stringify(unit)).join('\n'),
      );
      const { run } = await lab.get(
        'mutation { run: importCorpus(input: { name: "leaky", path: "leaky.jsonl" }) { id } }',
      );
      assert.equal((await lab.finish(run.id)).status, 'SUCCEEDED');
      const text = `
name: leaking
languages: [ko, en]
sources: [{corpus: leaky}]
bases: [{name: base, model: base}]
compositions: [{name: own, directions: [{queryLang: ko, positiveLang: ko}]}]
training: {steps: 2, batchSize: 4}
evaluation: {benchmarks: [questions], bm25: false, selection: [questions]}
`;
      await lab.get(launch, { input: { yaml: text } });
      assert.equal((await ended('leaking')).status, 'SUCCEEDED');
      const { study } = await lab.get(
        '{ study(name: "leaking") { leaks { benchmark texts of } choice { system selection test { benchmark } } report } }',
      );
      const [leak] = study.leaks;
      assert.equal(leak.texts, 7);
      assert.ok(leak.of > 100);
      assert.match(
        study.report,
        new RegExp(`LEAK: 7 of its ${leak.of} texts stand in leaky@1, which is trained on`),
      );
      assert.match(study.report, /Best by the mean of Mono and CLIR on the selection benchmarks: base: own/);
      assert.equal(study.choice.system, 'own');
      assert.deepEqual(study.choice.test, []);
      const clean = await lab.get('{ study(name: "small") { leaks { texts } } }');
      assert.deepEqual(clean.study.leaks, []);
    });

    test('a study that would change is refused; so is one whose first step could not be launched', async () => {
      for (const [text, code, pattern] of [
        [yaml().replace('steps: 120', 'steps: 121'), 'CONFLICT', /has \d+ steps that this would change/],
        [
          yaml().replace('everyday', 'nowhere').replace('small', 'other'),
          'NOT_FOUND',
          /there is no corpus "nowhere"/,
        ],
        [
          yaml().replace('[questions]', '[nothing]').replace('small', 'other'),
          'NOT_FOUND',
          /there is no benchmark "nothing"/,
        ],
        [
          yaml()
            .replace('steps: 120', 'distillation: {teacher: nobody}, steps: 120')
            .replace('small', 'other'),
          'NOT_FOUND',
          /there is no model "nobody"/,
        ],
        [
          yaml().replace('CROSS', 'CROSSED').replace('small', 'other'),
          'BAD_USER_INPUT',
          /^input\.compositions\[1\]: .*PAPER/,
        ],
        [
          yaml()
            .replace(
              '[MONO, CROSS]',
              `[{grid: [${axis('ko', 'en')}, ${axis('ko', 'ko')}, ${axis('en', 'ko')}]}]`,
            )
            .replace(/merges.*/, '')
            .replace('small', 'other'),
          'LIMIT_EXCEEDED',
          /about 32,000 runs: .*\(8000 compositions \+ 0 merges\).*the limit is 5,000/,
        ],
        [
          yaml().replace('of: [mono, cross]', 'method: SLERP, of: [mono, cross]').replace('small', 'other'),
          'BAD_USER_INPUT',
          /SLERP takes one model beside the base, and it was given 2/,
        ],
        [
          yaml().replace('[ko, en]', '[ko, ja]').replace('small', 'other'),
          'BAD_USER_INPUT',
          /step "mono\/s1": .*has no "ja"/,
        ],
      ] as const) {
        const { errors } = await lab.ask(launch, { input: { yaml: text } });
        assert.equal(errors![0].extensions.code, code, errors![0].message);
        assert.match(errors![0].message, pattern);
      }
      assert.equal((await lab.get('{ study(name: "other") { name } }')).study, null);
    });

    test('a failure is local: what does not need it goes on, what does is skipped and says why', async () => {
      const text = yaml()
        .replace('name: small', 'name: partly')
        .replace(
          'compositions: [MONO, CROSS]',
          'compositions: [MONO, {name: cross, components: [{corpus: everyday, pairing: TRANSLATION, queryLang: ko, positiveLang: en, share: 1}]}]',
        )
        .replace('seeds: [1, 2]', 'seeds: [1]')
        .replace('union: SUM_STEPS', '');
      await lab.get(launch, { input: { yaml: text } });
      const study = await ended('partly');
      assert.equal(study.status, 'FAILED');
      const step = (key: string) => study.steps.nodes.find((s: { key: string }) => s.key === key);
      assert.equal(step('cross/s1').status, 'FAILED');
      assert.equal(step('mono/s1').status, 'SUCCEEDED');
      assert.equal(step('evaluate/mono/s1/questions').status, 'SUCCEEDED');
      assert.deepEqual(step('merge/both/s1').error, {
        code: 'UNAVAILABLE',
        message: 'it needs "cross/s1", which FAILED',
      });
      assert.equal(step('evaluate/merge/both/s1/questions').status, 'SKIPPED');
    });

    test('cancelled, its finished parts stay; launched again it carries on', async () => {
      const text = yaml()
        .replace('name: small', 'name: long')
        .replace('steps: 120', 'steps: 600')
        .replace('of: [mono, cross]', 'of: [mono, cross], method: TIES, parameters: {density: 0.5}');
      await lab.get(launch, { input: { yaml: text } });
      for (;;) {
        const { progress } = await state('long');
        if (progress.succeeded >= 4) break;
        await sleep(100);
      }
      const { cancelStudy } = await lab.get('mutation { cancelStudy(name: "long") { status } }');
      assert.equal(cancelStudy.status, 'CANCELLED');
      await sleep(4000);
      const study = await state('long');
      assert.equal(study.progress.running, 0);
      assert.ok(study.progress.succeeded >= 4 && study.progress.succeeded < 18);
      const done = new Map(
        study.steps.nodes
          .filter((s: { status: string }) => s.status === 'SUCCEEDED')
          .map((s: { key: string; run: { id: string } }) => [s.key, s.run.id]),
      );
      await lab.get(launch, { input: { yaml: text } });
      const again = await ended('long');
      assert.equal(
        again.status,
        'SUCCEEDED',
        JSON.stringify(again.steps.nodes.filter((s: { status: string }) => s.status !== 'SUCCEEDED')),
      );
      for (const { key, run } of again.steps.nodes)
        if (done.has(key)) assert.equal(run.id, done.get(key), key);
      const { model } = await lab.get(
        '{ model(ref: "long/both") { producedBy { recipe inputs { role } } } }',
      );
      assert.deepEqual(model.producedBy.recipe.params.densities, [0.5, 0.5]);
      assert.ok(model.producedBy.inputs.some((edge: { role: string }) => edge.role === 'base'));
    });
  });
