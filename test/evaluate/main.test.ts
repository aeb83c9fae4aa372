import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { BenchmarkEntry } from '#src/benchmarks/entry.ts';
import { trecEval9 } from '#src/evaluation/convention.ts';
import { parseMeasure } from '#src/evaluation/measures.ts';
import type { ScoresFile } from '#src/evaluation/scores.ts';
import { mean } from '#src/evaluation/statistics.ts';
import type { Params } from '#src/recipes/kinds.ts';
import { writeModel } from '#workers/encoder/folder.ts';
import { run } from '#workers/evaluate/main.ts';
import { scoreRun } from '#workers/evaluate/score.ts';
import type { JobInput } from '#workers/job.ts';
import { makeModel, staticConfig, temporary, wordPiece, writeTokenizer } from '../encoder/tiny.ts';
import { parseRun } from './files.ts';

const modelDigest = 'a'.repeat(64);
const benchmarkDigest = 'b'.repeat(64);
const languages = ['en', 'ko'];

/** Words that the tiny tokenizer knows, in two languages. */
const pages: [id: string, en: string, ko: string][] = [
  ['d1', 'the sea', '바다'],
  ['d2', 'salt', '소금'],
  ['d3', 'the salty sea', '소금 바다'],
  ['d4', 'seas', '바다가'],
  ['d5', 'seas', '바다가'],
];
const questions: [id: string, en: string, ko: string][] = [
  ['q1', 'sea!', '바다는'],
  ['q2', 'salts', '소금가'],
  ['q3', 'nothing known', '모르는 말'],
];
const grades: [query: string, document: string, grade: number][] = [
  ['q1', 'd1', 2],
  ['q1', 'd4', 1],
  ['q1', 'd2', 0],
  ['q2', 'd2', 1],
  ['q3', 'd5', 1],
];

function entries(directions = languages.flatMap((q) => languages.map((d) => [q, d]))): BenchmarkEntry[] {
  const texts = <T extends 'query' | 'document'>(type: T, rows: typeof pages) =>
    rows.flatMap(([id, en, ko]) => [
      { type, id, language: 'en', text: en },
      { type, id, language: 'ko', text: ko },
    ]);
  return [
    ...texts('query', questions),
    ...texts('document', pages),
    ...directions.flatMap(([queryLang, docLang]) =>
      grades.map(([query, document, grade]) => ({
        ...({ type: 'qrel', queryLang, docLang, query, document, grade } as const),
      })),
    ),
  ];
}

const defaults: Params<'EVALUATION'> = {
  systems: ['bm25'],
  metrics: ['nDCG@3', 'MRR@10', 'R@3', 'AP'],
  depth: 10,
  bootstrap: 200,
  seed: 7,
};

async function evaluate(
  t: TestContext,
  params: Partial<Params<'EVALUATION'>> = {},
  given = entries(),
  inputs: JobInput[] = [],
) {
  const dir = await temporary(t);
  const [benchmark, out, scratch] = ['benchmark.jsonl', 'out', 'scratch'].map((name) => join(dir, name));
  await writeFile(benchmark, given.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  await mkdir(out);
  const outputs: { role: string; path: string; meta: Record<string, unknown> }[] = [];
  const progress: [number, number | null, string][] = [];
  const controller = new AbortController();
  const job = {
    ...{
      run: 'r',
      attempt: 1,
      kind: 'EVALUATION' as const,
      params: { ...defaults, ...params },
      out,
      scratch,
    },
    inputs: [{ role: 'benchmark', digest: benchmarkDigest, path: benchmark }, ...inputs],
    threads: 1,
  };
  const finished = run(job, {
    progress: (...point) => progress.push(point),
    metrics: () => {},
    log: () => {},
    output: (role, path, meta) => outputs.push({ role, path, meta }),
    signal: controller.signal,
  });
  return { finished, controller, out, outputs, progress };
}

async function scoresOf(
  t: TestContext,
  ...args: [Partial<Params<'EVALUATION'>>?, BenchmarkEntry[]?, JobInput[]?]
) {
  const { finished, out, ...rest } = await evaluate(t, ...args);
  await finished;
  const file: ScoresFile = JSON.parse(await readFile(join(out, 'scores.json'), 'utf8'));
  return { file, out, ...rest };
}

async function tinyModel(t: TestContext): Promise<JobInput> {
  const dir = await temporary(t);
  const tokenizer = await writeTokenizer(dir, wordPiece);
  const path = join(dir, 'model');
  await writeModel(path, makeModel(staticConfig(), tokenizer));
  return { role: 'model', digest: modelDigest, path };
}

const refused = (
  t: TestContext,
  ...args: Parameters<typeof evaluate> extends [unknown, ...infer A] ? A : never
) => evaluate(t, ...args).then(({ finished }) => finished);

describe('an evaluation', () => {
  test('gives every system, direction and metric a score', async (t) => {
    const model = await tinyModel(t);
    const { file, outputs, progress } = await scoresOf(t, { systems: [modelDigest, 'bm25'] }, undefined, [
      model,
    ]);
    const metrics = ['nDCG@3', 'RR@10', 'R@3', 'AP'];
    assert.deepEqual(
      file.scores.map((s) => [s.system, s.benchmark, s.metric, s.queryLang, s.docLang]),
      [modelDigest, 'bm25'].flatMap((system) =>
        metrics.flatMap((metric) =>
          ['en en', 'en ko', 'ko en', 'ko ko'].map((d) => [system, benchmarkDigest, metric, ...d.split(' ')]),
        ),
      ),
    );
    for (const score of file.scores) {
      assert.equal(score.n, 3);
      assert.equal(score.value, mean(score.perQuery));
      assert.ok(score.ciLow! <= score.value && score.value <= score.ciHigh!);
      assert.deepEqual(score.convention, {
        ...{ ...trecEval9, missingQueries: 'ZERO' },
        interval: { method: 'PERCENTILE', cluster: 'QUERY', level: 0.95, resamples: 200, seed: 7 },
      });
      assert.equal(score.pool, score.queryLang === score.docLang ? 'MONO' : 'CROSS');
    }
    assert.deepEqual(
      file.queries.map((d) => d.ids),
      Array(4).fill(['q1', 'q2', 'q3']),
    );
    assert.equal(outputs.filter((o) => o.role === 'rankings').length, 8);
    assert.equal(outputs.at(-1)!.role, 'scores');
    // Taken in: 2 systems x 2 x 5 documents, 2 x 3 queries by the model. Ranked: 2 systems x 4 directions x 3 queries.
    assert.deepEqual(progress.at(-1), [50, 50, 'texts']);
  });

  test('scores are those of its run files', async (t) => {
    const model = await tinyModel(t);
    const { file, out, outputs } = await scoresOf(t, { systems: ['bm25', modelDigest] }, undefined, [model]);
    const qrels = new Map<string, Map<string, number>>();
    for (const [query, document, grade] of grades)
      qrels.set(query, (qrels.get(query) ?? new Map()).set(document, grade));
    const runs = outputs.filter((o) => o.role === 'rankings');
    for (const { path, meta } of runs) {
      const rankings = await parseRun(await readFile(join(out, path), 'utf8'));
      const scores = file.scores.filter(
        (s) => s.system === meta.system && s.queryLang === meta.queryLang && s.docLang === meta.docLang,
      );
      const measures = scores.map((s) => parseMeasure(s.metric));
      const { values } = scoreRun(rankings, qrels, measures, { ...trecEval9, missingQueries: 'ZERO' });
      assert.deepEqual(
        values.map((row) => Array.from(row)),
        scores.map((s) => s.perQuery),
        path,
      );
    }
  });

  test('BM25 finds across particles and scores a query without known terms 0', async (t) => {
    const directions = [{ queryLang: 'ko', docLang: 'ko' }];
    const { file } = await scoresOf(t, { metrics: ['AP', 'nDCG@1'], directions });
    // q1 finds d1, the shortest, then d5, d4 and d3, which tie.
    assert.deepEqual(
      file.scores.map((s) => [s.metric, s.perQuery]),
      [
        ['AP', [(1 + 2 / 3) / 2, 1, 0]],
        ['nDCG@1', [1, 1, 0]],
      ],
    );
  });

  test('a model ranks by cosine, ties by document descending', async (t) => {
    const model = await tinyModel(t);
    const { out } = await scoresOf(t, { systems: [modelDigest] }, undefined, [model]);
    const [name] = await readdir(join(out, 'rankings'));
    assert.equal(name, `${'b'.repeat(12)}.${'a'.repeat(12)}.en.en.trec`);
    const rows = (await readFile(join(out, 'rankings', name), 'utf8'))
      .trimEnd()
      .split('\n')
      .map((r) => r.split(' '));
    assert.equal(rows.length, 3 * 5);
    const positions = ['d4', 'd5'].map((d) => rows.findIndex((r) => r[0] === 'q1' && r[2] === d));
    assert.equal(positions[1], positions[0] - 1); // equal texts
    assert.equal(rows[positions[0]][4], rows[positions[1]][4]);
  });

  test('averages within and across languages, and their gap', async (t) => {
    const { file } = await scoresOf(t, { metrics: ['AP'] });
    const value = (of: string) => {
      const [queryLang, docLang] = of.split(' ');
      return file.scores.find((s) => s.queryLang === queryLang && s.docLang === docLang)!.value;
    };
    const mono = (value('en en') + value('ko ko')) / 2;
    const clir = (value('en ko') + value('ko en')) / 2;
    assert.deepEqual(
      file.averages.map((a) => [a.name, a.directions, a.value]),
      [
        ['MONO', 2, mono],
        ['CLIR', 2, clir],
        ['GAP', 4, mono - clir],
      ],
    );
    for (const a of file.averages) assert.ok(a.ciLow! <= a.value && a.value <= a.ciHigh!);
  });

  test('one kind of direction gives one average and no gap; no resamples, no interval', async (t) => {
    const directions = [{ queryLang: 'en', docLang: 'ko' }];
    const { file } = await scoresOf(t, { metrics: ['AP'], directions, bootstrap: 0 });
    assert.deepEqual(
      file.averages.map((a) => [a.name, a.ciLow, a.ciHigh]),
      [['CLIR', null, null]],
    );
    assert.deepEqual([file.scores[0].ciLow, file.scores[0].ciHigh], [null, null]);
  });

  test('the same recipe gives the same bytes', async (t) => {
    const model = await tinyModel(t);
    const read = async () => {
      const { out } = await scoresOf(t, { systems: [modelDigest, 'bm25'] }, undefined, [model]);
      const names = (await readdir(out, { recursive: true, withFileTypes: true })).filter((f) => f.isFile());
      return Promise.all(
        names.map(async (f) => [f.name, await readFile(join(f.parentPath, f.name), 'utf8')]),
      );
    };
    assert.deepEqual(await read(), await read());
  });

  test('a text may hold a line separator', async (t) => {
    const given = entries().map((e) => (e.type === 'document' ? { ...e, text: `${e.text}\u2028` } : e));
    assert.equal((await scoresOf(t, { metrics: ['AP'] }, given)).file.scores.length, 4);
  });

  test('what cannot be measured is refused', async (t) => {
    const directions = [{ queryLang: 'en', docLang: 'fr' }];
    await assert.rejects(refused(t, { directions }, entries([['ko', 'en']])), {
      name: 'UserError',
      message: 'benchmark bbbbbbbbbbbb has no qrels for en against fr; it has ko against en',
    });
    const irrelevant = entries().map((e) => (e.type === 'qrel' ? { ...e, grade: 0 } : e));
    await assert.rejects(refused(t, {}, irrelevant), /no relevant document for en against en/);
    await assert.rejects(refused(t, {}, entries([])), /has no qrels at all/);
    await assert.rejects(refused(t, { metrics: ['F1'] }), /there is no such metric/);
    await assert.rejects(refused(t, { metrics: ['R@100'] }), /depth keeps 10: raise depth/);
    await assert.rejects(refused(t, { systems: [modelDigest] }), /nor one of the run's models/);
    const spaced = entries().map((e) => (e.type === 'query' ? { ...e, id: 'q 1' } : e));
    await assert.rejects(refused(t, {}, spaced), /the id "q 1" has white space/);
  });

  test('a model whose vectors are not finite is refused, naming the text', async (t) => {
    const dir = await temporary(t);
    const tokenizer = await writeTokenizer(dir, wordPiece);
    const path = join(dir, 'model');
    await writeModel(
      path,
      makeModel(staticConfig(), tokenizer, (_, j) => (j === 20 ? Number.NaN : 1)),
    );
    const model = { role: 'model', digest: modelDigest, path };
    await assert.rejects(
      refused(t, { systems: [modelDigest] }, entries(), [model]),
      /gives a vector that is not finite for passage "d1"/,
    );
  });

  test('stops when told to', async (t) => {
    const { finished, controller, outputs } = await evaluate(t);
    controller.abort(new Error('cancelled'));
    await assert.rejects(finished, /cancelled/);
    assert.equal(outputs.filter((o) => o.role === 'scores').length, 0);
  });
});
