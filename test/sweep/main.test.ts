/** A sweep as its room is called, against the merges and evaluations that it stands for, stored one by one. */
import assert from 'node:assert/strict';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ScoresFile } from '#src/evaluation/scores.ts';
import { mean } from '#src/evaluation/statistics.ts';
import type { MergeParams } from '#src/recipes/merging.ts';
import type { SweepFile } from '#src/sweeps/sweep-file.ts';
import { writeModel } from '#workers/encoder/folder.ts';
import type { ModelConfig } from '#workers/encoder/model.ts';
import { run as evaluate } from '#workers/evaluate/main.ts';
import type { Job, JobInput } from '#workers/job.ts';
import { run as merge } from '#workers/merge/main.ts';
import { run } from '#workers/sweep/main.ts';
import { selectionOf } from '#workers/sweep/split.ts';
import {
  bertConfig,
  makeModel,
  messageOf,
  staticConfig,
  temporary,
  wordPiece,
  writeTokenizer,
} from '../encoder/tiny.ts';
import { listener } from '../tokenize/texts.ts';
import { entries } from './tiny.ts';

const digestOf = (i: number) => String(i).repeat(64);
const benchmark = 'b'.repeat(64);
const weighted = (...weights: number[]): MergeParams => ({ method: 'LINEAR', weights, normalize: true });

async function sweepJob(t: TestContext, config: ModelConfig, params: Partial<Job<'SWEEP'>['params']> = {}) {
  const dir = await temporary(t);
  const tokenizer = await writeTokenizer(dir, wordPiece);
  const inputs: JobInput[] = [];
  for (let i = 0; i < 3; i++) {
    const path = join(dir, `in-${i}`);
    await writeModel(
      path,
      makeModel(config, tokenizer, (a, j) => Math.sin((1 + i) * (1 + a * 1000 + j))),
    );
    inputs.push({ role: 'model', digest: digestOf(i), path });
  }
  const path = join(dir, 'benchmark.jsonl');
  await writeFile(
    path,
    entries()
      .map((entry) => `${JSON.stringify(entry)}\n`)
      .join(''),
  );
  const [scratch, out] = [join(dir, 'scratch'), join(dir, 'out')];
  await Promise.all([mkdir(scratch), mkdir(out)]);
  const job: Job<'SWEEP'> = {
    ...{ run: 'r', attempt: 1, kind: 'SWEEP', scratch, out, threads: 1 },
    params: {
      ...{ merges: [weighted(1, 0, 0), weighted(1, 1, 0), weighted(0.2, 0.3, 0.5)], reference: digestOf(0) },
      ...{ metric: 'nDCG@5', depth: 10, criterion: 'MEAN', selectionShare: 0.5, bootstrap: 100, seed: 7 },
      ...params,
    },
    inputs: [...inputs, { role: 'benchmark', digest: benchmark, path }],
  };
  return { dir, job };
}

const resultOf = async ({ out }: Job): Promise<SweepFile> =>
  JSON.parse(await readFile(join(out, 'sweep.json'), 'utf8'));

for (const config of [staticConfig(), bertConfig()])
  test(`each point is what the stored merge of ${config.encoder.architecture} models is, query by query`, async (t) => {
    const { dir, job } = await sweepJob(t, config);
    const { report, outputs, progress } = listener();
    await run(job, report);
    assert.deepEqual(outputs, [
      { role: 'sweep', path: 'sweep.json', meta: { mediaType: 'application/json' } },
    ]);
    assert.deepEqual(
      progress,
      [1, 2, 3, 4, 5, 6].map((n) => [n, 6, 'models']),
    );
    const found = await resultOf(job);
    const ids = Array.from({ length: 12 }, (_, i) => `q${i}`);
    const selected = selectionOf(ids, 0.5, 7);
    assert.deepEqual(found.queries, { selection: 6, test: 6 });

    for (const [i, point] of found.points.entries()) {
      const out = join(dir, `merged-${i}`);
      await merge({ ...job, kind: 'MERGE', params: point.merge, out }, listener().report);
      const model = { role: 'model', digest: 'c'.repeat(64), path: join(out, 'model') };
      const scored = join(dir, `scored-${i}`);
      await mkdir(scored);
      const params = { systems: [model.digest], metrics: ['nDCG@5'], depth: 10, bootstrap: 0, seed: 0 };
      const inputs = [model, job.inputs.at(-1)!];
      await evaluate({ ...job, kind: 'EVALUATION', params, inputs, out: scored }, listener().report);
      const file: ScoresFile = JSON.parse(await readFile(join(scored, 'scores.json'), 'utf8'));
      for (const part of ['selection', 'test'] as const) {
        const has = (id: string) => selected.has(id) === (part === 'selection');
        const means = file.scores.map(({ perQuery, ...of }) => {
          const order = file.queries.find(
            (q) => q.queryLang === of.queryLang && q.docLang === of.docLang,
          )!.ids;
          return { ...of, value: mean(perQuery.filter((_, q) => has(order[q]))) };
        });
        const near = (a: number | undefined, b: number) =>
          assert.ok(Math.abs(a! - b) < 1e-12, `${a} and ${b}`);
        for (const [d, { queryLang, docLang, value }] of means.entries()) {
          const own = point[part].directions[d];
          assert.deepEqual([own.queryLang, own.docLang, own.queries], [queryLang, docLang, 6]);
          near(own.value, value);
        }
        const average = (mono: boolean) =>
          mean(means.filter((m) => (m.queryLang === m.docLang) === mono).map((m) => m.value));
        near(point[part].mono?.value, average(true));
        near(point[part].clir?.value, average(false));
        near(point[part].gap?.value, average(true) - average(false));
        assert.ok(point[part].mono!.ciLow! <= point[part].mono!.value);
      }
    }
    // With all weight on the first model it is the first model.
    const { model: _, ...reference } = found.reference;
    const { selection, test: tested } = found.points[0];
    assert.deepEqual({ selection, test: tested }, reference);
    const values = found.points.map(({ value }) => value);
    assert.equal(found.best, values.indexOf(Math.max(...values)));
    // The tests are of what the test side says of the two.
    const best = found.points[found.best!].test;
    const of = (name: string) => found.tests!.find((one) => one.name === name)!;
    for (const [name, a, b] of [
      ['MONO', best.mono, tested.mono],
      ['CLIR', best.clir, tested.clir],
      ['GAP', best.gap, tested.gap],
    ] as const) {
      const [pair] = of(name).pairs;
      assert.equal(of(name).queries, 6);
      assert.ok(Math.abs(pair.difference - (a!.value - b!.value)) < 1e-12);
      assert.ok(pair.ciLow! <= pair.difference && pair.difference <= pair.ciHigh!);
      assert.equal(pair.win + pair.tie + pair.loss, 6);
    }
    assert.ok(new Set(values).size > 1, 'the points differ');
  });

test('a stopped sweep goes on from what it has measured, to the same bytes', async (t) => {
  const { job } = await sweepJob(t, staticConfig());
  await run(job, listener().report);
  const whole = await readFile(join(job.out, 'sweep.json'), 'utf8');

  const { job: other } = await sweepJob(t, staticConfig());
  const abort = new AbortController();
  const { report, progress } = listener(abort.signal);
  const told = report.progress;
  report.progress = (...args) => {
    told(...args);
    if (args[0] === 2) abort.abort(new Error('stop now'));
  };
  assert.equal(await messageOf(run(other, report)), 'Error: stop now');
  assert.equal(progress.length, 2);
  const notes = join(other.scratch, 'measured.jsonl');
  const before = await readFile(notes, 'utf8');
  assert.equal(before.split('\n').length, 3);
  await appendFile(notes, before.slice(0, 100)); // torn, as a kill leaves it
  const { report: second, logs } = listener();
  await run(other, second);
  assert.deepEqual(logs, ['2 measurements of an earlier attempt are kept']);
  assert.equal(await readFile(join(other.out, 'sweep.json'), 'utf8'), whole);
  const after = (await readFile(notes, 'utf8')).split('\n');
  assert.deepEqual([after.length, after[2]], [6, before.slice(0, 100)]);
});

test('a greedy soup measures each model, then what the best ones make together', async (t) => {
  const { job } = await sweepJob(t, staticConfig(), { merges: 'GREEDY' });
  const { report, progress } = listener();
  await run(job, report);
  const { points, best } = await resultOf(job);
  assert.deepEqual(progress.at(-1), [8, 8, 'models']);
  assert.deepEqual(
    points.slice(0, 3).map(({ merge }) => merge.weights),
    [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
  );
  const values = points.map(({ value }) => value);
  const order = [0, 1, 2].sort((a, b) => values[b] - values[a] || a - b);
  let soup = [order[0]];
  let current = values[order[0]];
  for (const [n, next] of order.slice(1).entries()) {
    const trial = points[3 + n];
    const members = [...soup, next];
    assert.deepEqual(
      trial.merge.weights,
      [0, 1, 2].map((i) => (members.includes(i) ? 1 : 0)),
    );
    assert.equal(trial.kept, trial.value >= current);
    if (!trial.kept) continue;
    soup = members;
    current = trial.value;
  }
  assert.equal(points[best!].value, current);
  assert.ok(current >= Math.max(...values.slice(0, 3)));
});

test('another benchmark can select; a merge that loses too much Mono is not chosen', async (t) => {
  const { job } = await sweepJob(t, staticConfig());
  const { selectionShare: _, ...params } = job.params;
  const { path } = job.inputs.at(-1)!;
  const inputs = [...job.inputs, { role: 'selection', digest: 'd'.repeat(64), path }];
  await run({ ...job, inputs, params: { ...params, criterion: 'CLIR' } }, listener().report);
  const free = await resultOf(job);
  assert.deepEqual(free.queries, { selection: 12, test: 12 });
  for (const { selection, test: tested } of free.points) assert.deepEqual(selection, tested);

  const [least, ...rest] = free.points.map(({ selection }) => selection.mono!.value).sort((a, b) => a - b);
  const base = free.reference.selection.mono!.value;
  // Between the worst loss and the next: exactly the worst is out.
  const maxMonoLoss = Math.max(0, base - (least + rest.find((x) => x > least)!) / 2);
  await run({ ...job, inputs, params: { ...params, criterion: 'CLIR', maxMonoLoss } }, listener().report);
  const bound = await resultOf(job);
  for (const { selection, eligible } of bound.points)
    assert.equal(eligible, base - selection.mono!.value <= maxMonoLoss);
  assert.ok(bound.points.some(({ eligible }) => !eligible));
  assert.ok(bound.points[bound.best!].eligible);
});

test('what cannot be is refused before anything is measured', async (t) => {
  const { job } = await sweepJob(t, staticConfig());
  const refused = async (params: Partial<Job<'SWEEP'>['params']>, pattern: RegExp) => {
    const { report, progress } = listener();
    assert.match(await messageOf(run({ ...job, params: { ...job.params, ...params } }, report)), pattern);
    assert.deepEqual(progress, []);
  };
  await refused(
    { merges: [weighted(1, 1, 1), weighted(1, -1, 0)] },
    /the weights 1, -1, 0 of tensor .* sum to 0/,
  );
  await refused({ selectionShare: 0.01 }, /0.01 of the queries leaves none of en against en for selection/);
  await refused({ metric: 'PEER@10' }, /says nothing of Mono and CLIR/);
  await refused({ cluster: 'GROUP' }, /have no groups/);
});
