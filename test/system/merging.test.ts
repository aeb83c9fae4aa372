import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { writeModel } from '#workers/encoder/folder.ts';
import { bertConfig, makeModel, staticConfig, unigram, wordPiece, writeTokenizer } from '../encoder/tiny.ts';
import { backends, startLaboratory, type TestLaboratory } from '../laboratory.ts';
import { writeEntries } from '../sweep/tiny.ts';

interface Point {
  index: number;
  weights: number[];
  parameters: { lambda?: number };
  value: number;
  onFront: boolean;
  kept: boolean | null;
  selection: Scores;
  test: Scores;
}
interface Scores {
  mono: { value: number };
  clir: { value: number };
  gap: { value: number };
  directions: { queryLang: string; docLang: string; value: number; queries: number }[];
}

for (const backend of backends)
  describe(`merges checked and swept over GraphQL, ${backend}`, () => {
    let lab: TestLaboratory;
    const scores =
      '{ mono { value } clir { value } gap { value } directions { queryLang docLang value queries } }';
    const point = `{ index weights parameters yaml value eligible onFront kept selection ${scores} test ${scores} }`;
    const mutation = 'mutation ($input: LaunchMergeSweepInput!) { launchMergeSweep(input: $input) { id } }';

    async function launched(query: string, input: object): Promise<string> {
      const data = await lab.get(query, { input });
      const { id } = Object.values(data)[0] as { id: string };
      const ended = await lab.finish(id);
      assert.equal(ended.status, 'SUCCEEDED', JSON.stringify(ended.error));
      return id;
    }
    const sweep = async (input: object) => {
      const id = await launched(mutation, { benchmark: 'pages', metric: 'nDCG@5', bootstrap: 50, ...input });
      const { run } = await lab.get(
        `query ($id: ID!) { run(id: $id) { progress { done total unit } outputs { role kind } metrics { name points { step value } }
           ... on SweepRun { sweep { metric criterion selectionQueries testQueries csv plot models { ref } base { ref }
             tests { name pairs { a b difference p pHolm } } reference { model { ref } selection ${scores} } best ${point} frontier { index selection ${scores} } points ${point} } } } }`,
        { id },
      );
      return { id, run, sweep: run.sweep as Record<string, never> & { points: Point[]; best: Point } };
    };
    async function refused(input: object, pattern: RegExp, code = 'BAD_USER_INPUT') {
      const { errors } = await lab.ask(mutation, { input: { benchmark: 'pages', ...input } });
      assert.equal(errors?.[0].extensions.code, code, JSON.stringify(errors));
      assert.match(errors[0].message, pattern);
    }

    before(async () => {
      lab = await startLaboratory({ backend });
      const folder = join(lab.home, 'import');
      await mkdir(folder, { recursive: true });
      const tokenizer = await writeTokenizer(lab.home, wordPiece);
      for (const i of [0, 1, 2])
        await writeModel(
          join(folder, `m${i}`),
          makeModel(staticConfig(21), tokenizer, (_, j) => Math.sin((1 + i) * (1 + j))),
        );
      await writeModel(join(folder, 'other'), makeModel(bertConfig(), tokenizer));
      await mkdir(join(lab.home, 'other'));
      const pieces = await writeTokenizer(join(lab.home, 'other'), unigram);
      await writeModel(join(folder, 'words'), makeModel(staticConfig(21), pieces));
      await writeEntries(join(folder, 'pages'));
      for (const name of ['m0', 'm1', 'm2', 'other', 'words'])
        await launched('mutation ($input: ImportModelInput!) { importModel(input: $input) { id } }', {
          ...{ name, path: name },
        });
      await launched('mutation ($input: ImportBenchmarkInput!) { importBenchmark(input: $input) { id } }', {
        name: 'pages',
        path: 'pages',
      });
    });
    after(() => lab.stop());

    const models = ['m0', 'm1', 'm2'].map((model) => ({ model }));
    let best: Point;
    let simplexRun: string;

    test('a simplex over three models: every point, the front, the best and its test', async () => {
      const found = await sweep({ merge: { models }, strategy: 'SIMPLEX', steps: 3 });
      simplexRun = found.id;
      const { points, ...rest } = found.sweep;
      assert.equal(points.length, 10); // C(3 + 2, 2)
      assert.deepEqual(
        [0, 1, 9].map((i) => points[i].weights),
        [
          [1, 0, 0],
          [2 / 3, 1 / 3, 0],
          [0, 0, 1],
        ],
      );
      assert.deepEqual([rest.selectionQueries, rest.testQueries, rest.metric], [6, 6, 'nDCG@5']);
      assert.deepEqual(found.run.progress, { done: 13, total: 13, unit: 'models' });
      assert.deepEqual(found.run.outputs, [{ role: 'sweep', kind: 'ARTIFACT' }]);
      const mono = found.run.metrics.find(({ name }: { name: string }) => name === 'selection Mono');
      assert.deepEqual(
        mono.points.map((p: { value: number }) => p.value),
        points.map((p) => p.selection.mono.value),
      );
      for (const { selection, test: tested, value, onFront } of points) {
        for (const { mono, clir, gap } of [selection, tested])
          assert.ok(Math.abs(mono.value - clir.value - gap.value) < 1e-12);
        assert.ok(Math.abs(value - (selection.mono.value + selection.clir.value) / 2) < 1e-12);
        const beaten = points.some(
          ({ selection: { mono, clir } }) =>
            mono.value >= selection.mono.value &&
            clir.value >= selection.clir.value &&
            (mono.value > selection.mono.value || clir.value > selection.clir.value),
        );
        assert.equal(onFront, !beaten);
      }
      const tests = rest.tests as { name: string; pairs: { a: string; b: string; difference: number }[] }[];
      assert.deepEqual(
        tests.map(({ name, pairs: [{ a, b }] }) => [name, a, b]),
        ['MONO', 'CLIR', 'GAP'].map((name) => [name, `point ${found.sweep.best.index}`, 'm0@1']),
      );
      best = found.sweep.best;
      assert.equal(best.value, Math.max(...points.map(({ value }) => value)));
      assert.deepEqual(
        (rest.frontier as { index: number }[]).map(({ index }) => index).sort((a, b) => a - b),
        points.filter(({ onFront }) => onFront).map(({ index }) => index),
      );
      const { models: stored } = await lab.get('{ models { totalCount } }');
      assert.equal(stored.totalCount, 5, 'no point is stored');
    });

    test('made again from its recipe it is the same file', async () => {
      const { reproduceRun } = await lab.get('mutation ($id: ID!) { reproduceRun(id: $id) { id } }', {
        id: simplexRun,
      });
      assert.equal((await lab.finish(reproduceRun.id)).status, 'SUCCEEDED');
      const { run } = await lab.get('query ($id: ID!) { run(id: $id) { verifications { equal } } }', {
        id: simplexRun,
      });
      assert.deepEqual(run.verifications, [{ equal: true }]);
    });

    test('the points are served as a table and a drawing', async () => {
      const get = async (ending: string) => {
        const response = await fetch(`${lab.url}/sweeps/${uuidOf(simplexRun)}.${ending}`);
        assert.equal(response.status, 200);
        return { type: response.headers.get('content-type'), text: await response.text() };
      };
      const { text, type } = await get('csv');
      assert.match(type!, /^text\/csv/);
      const [header, reference, ...lines] = text.trim().split('\n');
      assert.match(
        header,
        /^point,method,weight m0@1,weight m1@1,weight m2@1,parameters,value,eligible,on_front,best,/,
      );
      assert.match(header, /selection en-en,selection en-ko,.*selection Mono,.*test gap$/);
      assert.match(reference, /^reference,,,,,[0-9a-f]{64},,,,,/);
      assert.equal(lines.length, 10);
      const columns = header.split(',').length;
      // The one quoted cell is the recipe.
      const cells = lines[best.index].replace(/"(?:[^"]|"")*"/, 'recipe').split(',');
      assert.equal(cells.length, columns);
      assert.deepEqual(cells.slice(0, 6), [
        String(best.index),
        'LINEAR',
        ...best.weights.map(String),
        'recipe',
      ]);
      assert.equal(cells[9], 'true');
      assert.equal(Number(cells.at(-1)), best.test.gap.value);
      const plot = await get('svg');
      assert.match(plot.type!, /^image\/svg/);
      assert.equal(plot.text.match(/<circle/g)!.length, 11);
      for (const path of ['x.csv', `${uuidOf(simplexRun)}.png`])
        assert.equal((await fetch(`${lab.url}/sweeps/${path}`)).status, 404);
    });

    test('the best becomes a model, which an evaluation measures as the sweep did', async () => {
      const materialise =
        'mutation ($input: MaterialiseSweepPointInput!) { materialiseSweepPoint(input: $input) { id } }';
      const merge = await launched(materialise, { run: simplexRun, name: 'best' });
      const { run } = await lab.get(
        `query ($id: ID!) { run(id: $id) { inputs { role kind weight } ... on MergeRun { model { ref
           lineage(direction: ANCESTORS, depth: 9) { nodes { runKind } } } } } }`,
        { id: merge },
      );
      assert.deepEqual(run.inputs, [
        ...best.weights.map((weight) => ({ role: 'model', kind: 'MODEL', weight })),
        { role: 'sweep', kind: 'ARTIFACT', weight: null },
      ]);
      const kinds = new Set(run.model.lineage.nodes.map((n: { runKind: string | null }) => n.runKind));
      assert.ok(kinds.has('SWEEP') && kinds.has('MERGE'));
      const evaluation = await launched(
        'mutation ($input: LaunchEvaluationInput!) { launchEvaluation(input: $input) { id } }',
        { models: ['best'], benchmarks: ['pages'], metrics: ['nDCG@5'], bootstrap: 0 },
      );
      const { run: evaluated } = await lab.get(
        'query ($id: ID!) { run(id: $id) { ... on EvaluationRun { scores { queryLang docLang value } } } }',
        { id: evaluation },
      );
      for (const { queryLang, docLang, value } of evaluated.scores) {
        const own = [best.selection, best.test].map(
          (part) => part.directions.find((d) => d.queryLang === queryLang && d.docLang === docLang)!,
        );
        const together =
          own.reduce((sum, d) => sum + d.value * d.queries, 0) / own.reduce((sum, d) => sum + d.queries, 0);
        assert.ok(Math.abs(value - together) < 1e-12);
      }
      const again = await lab.get(materialise, {
        input: { run: simplexRun, name: 'best', point: best.index },
      });
      assert.equal(again.materialiseSweepPoint.id, merge, 'the same point is the same run');
      const none = await lab.ask(materialise, { input: { run: simplexRun, name: 'no', point: 99 } });
      assert.match(none.errors![0].message, /there is no point 99; there are 0 to 9/);
      const other = await lab.ask(materialise, { input: { run: merge, name: 'no' } });
      assert.equal(other.errors![0].extensions.code, 'CONFLICT');
    });

    test('a cancelled sweep keeps what it has measured, and goes on when it is retried', async () => {
      const input = {
        merge: { models },
        strategy: 'SIMPLEX',
        steps: 35,
        benchmark: 'pages',
        bootstrap: 2000,
      };
      const { launchMergeSweep } = await lab.get(mutation, { input });
      const { id } = launchMergeSweep;
      const state = async () =>
        (
          await lab.get(
            'query ($id: ID!) { run(id: $id) { status progress { done total } log(first: 50) { nodes { message } } attempts { outcome } } }',
            { id },
          )
        ).run;
      for (let now = await state(); !(now.progress?.done > 1); now = await state())
        assert.ok(['QUEUED', 'RUNNING'].includes(now.status), now.status);
      await lab.get('mutation ($id: ID!) { cancelRun(id: $id) { id } }', { id });
      assert.equal((await lab.finish(id)).status, 'CANCELLED');
      await lab.get('mutation ($id: ID!) { retryRun(id: $id) { id } }', { id });
      assert.equal((await lab.finish(id)).status, 'SUCCEEDED');
      const { progress, log, attempts } = await state();
      assert.deepEqual(progress, { done: 669, total: 669 }); // C(37, 2) points, the reference, and two again
      assert.deepEqual(
        attempts.map((attempt: { outcome: string }) => attempt.outcome),
        ['CANCELLED', 'SUCCEEDED'],
      );
      const [, kept] = /^(\d+) measurements of an earlier attempt are kept$/.exec(log.nodes.at(-1).message)!;
      assert.ok(Number(kept) > 1 && Number(kept) < 667, kept);
    });

    test('WiSE-FT is the line from the base; lambda of task arithmetic goes the same way', async () => {
      const line = await sweep({
        merge: { base: 'm0', models: [{ model: 'm1' }] },
        strategy: 'WISE_FT',
        steps: 4,
        criterion: 'CLIR',
      });
      assert.deepEqual(
        line.sweep.points.map(({ weights }) => weights),
        [
          [1, 0],
          [0.75, 0.25],
          [0.5, 0.5],
          [0.25, 0.75],
          [0, 1],
        ],
      );
      const values = [0, 0.25, 0.5, 0.75, 1];
      const axes = [{ parameter: 'lambda', values }];
      const tasks = await sweep({
        merge: { method: 'TASK_ARITHMETIC', base: 'm0', models: [{ model: 'm1' }] },
        axes,
        criterion: 'CLIR',
      });
      assert.deepEqual(
        tasks.sweep.points.map(({ parameters }) => parameters.lambda),
        values,
      );
      const curve = ({ points }: { points: Point[] }) => points.map((p) => [p.selection, p.test]);
      assert.deepEqual(curve(tasks.sweep), curve(line.sweep));
    });

    test('a greedy soup; a grid of weights; the same recipe is the same run', async () => {
      const soup = await sweep({ merge: { models }, strategy: 'GREEDY' });
      assert.equal(soup.sweep.points.length, 5);
      assert.equal(soup.sweep.points.findLast(({ kept }) => kept)!.index, soup.sweep.best.index);
      const input = {
        merge: { models },
        weights: [
          [1, 1, 1],
          [2, 1, 1],
        ],
      };
      const grid = await sweep(input);
      assert.equal(grid.sweep.points.length, 2);
      assert.equal((await sweep(input)).id, grid.id);
    });

    test('checkMerge lists every difference without a run', async () => {
      const check = async (input: object) => {
        const query =
          'query ($input: MergeInput!) { checkMerge(input: $input) { mergeable yaml parameters differences { severity model what message } } }';
        return (await lab.get(query, { input })).checkMerge;
      };
      const { runs: before } = await lab.get('{ runs { totalCount } }');
      const fine = await check({ models });
      assert.deepEqual([fine.mergeable, fine.differences], [true, []]);
      assert.deepEqual(fine.parameters, { method: 'LINEAR', weights: [1, 1, 1], normalize: true });
      assert.match(fine.yaml, /merge_method: linear\nmodels:\n {2}- model: m0@1\n/);

      const other = await check({ models: [{ model: 'm0' }, { model: 'other' }] });
      assert.equal(other.mergeable, false);
      const seen = other.differences.map(
        ({ severity, model, what }: Record<string, string>) => `${severity} ${model} ${what}`,
      );
      for (const what of ['architecture', 'pooling', 'normalize', 'dimension', 'tensor embedding.weight'])
        assert.ok(seen.includes(`ERROR model 2 ${what}`), `${what} in ${seen}`);
      assert.ok(seen.indexOf('WARNING model 2 maxLength') > seen.lastIndexOf('ERROR model 2 pooling'));
      const tokenizers = await check({ models: [{ model: 'm0' }, { model: 'words' }] });
      assert.deepEqual(
        tokenizers.differences.map(({ severity, what }: Record<string, string>) => [severity, what]),
        [['ERROR', 'tokenizer.json']],
      );

      const layered = await check({
        models: [
          { model: 'm0', varying: [{ parameter: 'weight', filter: 'embedding', value: -1 }] },
          { model: 'm1' },
        ],
      });
      assert.deepEqual(
        layered.differences.map(({ model, what }: Record<string, string>) => [model, what]),
        [['the merge', 'parameters']],
      );
      assert.match(layered.differences[0].message, /the weights -1, 1 of tensor embedding.weight sum to 0/);
      const { errors } = await lab.ask(
        'query ($input: MergeInput!) { checkMerge(input: $input) { mergeable } }',
        { input: { method: 'TIES', base: 'm0', models, density: 2 } },
      );
      assert.match(errors![0].message, /density is 2, not in \(0, 1\]/);
      const { runs: after } = await lab.get('{ runs { totalCount } }');
      assert.equal(after.totalCount, before.totalCount);
    });

    test('what cannot be measured is refused with one sentence', async () => {
      await refused({ merge: { models } }, /a grid needs axes, weights or both/);
      await refused({ merge: { models }, weights: [[1, 1]] }, /has 2 of them for 3 models/);
      await refused({ merge: { models }, weights: [[1, -1, 0]] }, /sum to 0/);
      await refused({ merge: { models }, strategy: 'SIMPLEX', steps: 1000 }, /more than 1,000 merges/);
      await refused(
        { merge: { models }, axes: [{ parameter: 'rescale', values: [1] }] },
        /no parameter that is a number/,
      );
      await refused(
        { merge: { models }, axes: [{ parameter: 't', values: [1] }] },
        /LINEAR has no parameter t/,
      );
      await refused(
        { merge: { method: 'TIES', base: 'm0', models }, axes: [{ parameter: 'density', values: [0.5, 2] }] },
        /density is 2, not in \(0, 1\]/,
      );
      await refused({ merge: { models }, strategy: 'WISE_FT' }, /name the base/);
      await refused({ merge: { models, base: 'm0' }, strategy: 'WISE_FT' }, /takes one fine-tuned model/);
      await refused(
        { merge: { models }, strategy: 'GREEDY', axes: [{ parameter: 'weight', values: [1] }] },
        /has no axes/,
      );
      await refused(
        { merge: { models }, strategy: 'SIMPLEX', directions: [{ queryLang: 'en', docLang: 'en' }] },
        /no direction measured is across languages/,
      );
      await refused(
        { merge: { models }, strategy: 'SIMPLEX', selectionBenchmark: 'pages' },
        /this is the benchmark that tests/,
      );
      await refused({ merge: { models }, strategy: 'SIMPLEX', selectionShare: 1 }, /selectionShare|share/i);
      await refused(
        { merge: { models: [{ model: 'nothing' }] }, strategy: 'SIMPLEX' },
        /nothing/,
        'NOT_FOUND',
      );
    });
  });

const uuidOf = (id: string) => Buffer.from(id, 'base64').toString('utf8').split(':')[1];
