import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { BenchmarkEntry } from '#src/benchmarks/entry.ts';
import type { ScoresFile } from '#src/evaluation/scores.ts';
import type { Params } from '#src/recipes/kinds.ts';
import { writeModel } from '#workers/encoder/folder.ts';
import { run } from '#workers/evaluate/main.ts';
import { makeModel, staticConfig, temporary, wordPiece, writeTokenizer } from '../encoder/tiny.ts';
import { parseRun } from './files.ts';

const model = 'a'.repeat(64);
const benchmark = 'b'.repeat(64);

const texts: [id: string, en: string, ko: string][] = [
  ['d1', 'the sea', '바다'],
  ['d2', 'salt', '소금'],
  ['d3', 'the salty sea', '소금 바다'],
  ['d4', 'seas', '바다가'],
];
const questions: [id: string, en: string, ko: string][] = [
  ['q1', 'sea!', '바다는'],
  ['q2', 'salts', '소금가'],
];
const grades: [query: string, document: string, grade: number][] = [
  ['q1', 'd1', 2],
  ['q1', 'd4', 1],
  ['q1', 'd2', 0],
  ['q2', 'd2', 1],
];
const languages = ['en', 'ko'];
const inBoth = <T extends 'query' | 'document'>(type: T, rows: typeof texts) =>
  rows.flatMap(([id, en, ko]) => [
    { type, id, language: 'en', text: en },
    { type, id, language: 'ko', text: ko },
  ]);
const entries = (directions: string[][]): BenchmarkEntry[] => [
  ...inBoth('query', questions),
  ...inBoth('document', texts),
  ...directions.flatMap(([queryLang, docLang]) =>
    grades.map(([query, document, grade]) => ({
      ...({ type: 'qrel', queryLang, docLang, query, document, grade } as const),
    })),
  ),
];
const all = languages.flatMap((q) => languages.map((d) => [q, d]));

async function evaluate(t: TestContext, params: Partial<Params<'EVALUATION'>>, directions = all) {
  const dir = await temporary(t);
  const tokenizer = await writeTokenizer(dir, wordPiece);
  await writeModel(join(dir, 'model'), makeModel(staticConfig(), tokenizer));
  const path = join(dir, 'benchmark.jsonl');
  await writeFile(
    path,
    entries(directions)
      .map((e) => `${JSON.stringify(e)}\n`)
      .join(''),
  );
  const out = join(dir, 'out');
  await mkdir(out);
  const progress: number[][] = [];
  const inputs = [
    { role: 'benchmark', digest: benchmark, path },
    { role: 'model', digest: model, path: join(dir, 'model') },
  ];
  const defaults = { systems: ['bm25', model], metrics: ['nDCG@3', 'AP'], depth: 10, bootstrap: 50, seed: 1 };
  await run(
    {
      ...{ run: 'r', attempt: 1, kind: 'EVALUATION', params: { ...defaults, ...params } },
      ...{ inputs, scratch: dir, out, threads: 1 },
    },
    {
      progress: (done, total) => progress.push([done, total!]),
      metrics: () => {},
      log: () => {},
      output: () => {},
      signal: new AbortController().signal,
    },
  );
  const ranking = async (name: string) => parseRun(await readFile(join(out, 'rankings', name), 'utf8'));
  const file: ScoresFile = JSON.parse(await readFile(join(out, 'scores.json'), 'utf8'));
  return { file, ranking, progress };
}
const [b, m] = [benchmark.slice(0, 12), model.slice(0, 12)];

describe('mixed pools', () => {
  test('parallel: a model’s ranking is the merger of its languages’ rankings', async (t) => {
    const { file, ranking, progress } = await evaluate(t, { pools: ['MONO', 'CROSS', 'MIXED_PARALLEL'] });
    for (const queryLang of languages) {
      const mixed = await ranking(`${b}.${m}.${queryLang}.mul.mixed-parallel.trec`);
      for (const query of ['q1', 'q2']) {
        const single = await Promise.all(
          languages.map(async (docLang) => {
            const { documents, scores } = (await ranking(`${b}.${m}.${queryLang}.${docLang}.trec`)).get(
              query,
            )!;
            return documents.map((document, i) => ({ document: `${docLang}:${document}`, score: scores[i] }));
          }),
        );
        const expected = single
          .flat()
          .sort((x, y) => y.score - x.score || (x.document < y.document ? 1 : -1));
        assert.deepEqual(
          mixed.get(query)!.documents,
          expected.map(({ document }) => document),
        );
      }
    }
    assert.deepEqual(
      file.scores.filter((s) => s.metric === 'AP').map((s) => [s.system, s.pool, s.queryLang, s.docLang]),
      ['bm25', model].flatMap((system) => [
        [system, 'MONO', 'en', 'en'],
        [system, 'CROSS', 'en', 'ko'],
        [system, 'CROSS', 'ko', 'en'],
        [system, 'MONO', 'ko', 'ko'],
        [system, 'MIXED_PARALLEL', 'en', 'mul'],
        [system, 'MIXED_PARALLEL', 'ko', 'mul'],
      ]),
    );
    // Averages are over the pools of one language.
    assert.deepEqual(
      file.averages.filter((a) => a.system === model && a.metric === 'AP').map((a) => [a.name, a.directions]),
      [
        ['MONO', 2],
        ['CLIR', 2],
        ['GAP', 4],
      ],
    );
    const [done, total] = progress.at(-1)!;
    assert.equal(done, total);
  });

  test('parallel: both translations are relevant', async (t) => {
    const { file, ranking } = await evaluate(t, {
      pools: ['MIXED_PARALLEL'],
      metrics: ['R@10', 'P@1'],
      systems: ['bm25'],
    });
    // BM25 finds Korean documents by Korean queries only: two of four relevant ones, one of two.
    const recall = file.scores.find((s) => s.metric === 'R@10' && s.queryLang === 'ko')!;
    assert.deepEqual(recall.perQuery, [0.5, 0.5]);
    const run = await ranking(`${b}.bm25.ko.mul.mixed-parallel.trec`);
    assert.ok(run.get('q1')!.documents.every((document) => document.startsWith('ko:')));
  });

  test('distractor: relevant documents in one language, the rest in the other', async (t) => {
    const { ranking, file } = await evaluate(t, { pools: ['MIXED_DISTRACTOR'] });
    for (const system of ['bm25', m])
      for (const [queryLang, docLang] of all) {
        const run = await ranking(`${b}.${system}.${queryLang}.${docLang}.mixed-distractor.trec`);
        const other = docLang === 'en' ? 'ko' : 'en';
        const allowed = new Set([`${docLang}:d1`, `${docLang}:d4`, `${other}:d2`, `${other}:d3`]);
        const found = run.get('q1')?.documents ?? [];
        assert.ok(
          found.every((document) => allowed.has(document)),
          found.join(),
        );
        if (system === m) assert.deepEqual(new Set(found), allowed);
      }
    // The English judgement of d2 as not relevant stands where English is the distractors' language.
    assert.equal(file.scores.filter((s) => s.pool === 'MIXED_DISTRACTOR').length, 2 * 2 * 4);
  });

  test('distractor: a ranking is as deep as asked for, and scores are the search’s', async (t) => {
    const { ranking } = await evaluate(t, {
      pools: ['MONO', 'CROSS', 'MIXED_DISTRACTOR'],
      metrics: ['nDCG@1'],
      depth: 2,
      systems: [model],
    });
    const run = await ranking(`${b}.${m}.en.ko.mixed-distractor.trec`);
    for (const { documents } of run.values()) assert.equal(documents.length, 2);
    const whole = await evaluate(t, { pools: ['MONO', 'CROSS'], systems: [model] });
    const single = await whole.ranking(`${b}.${m}.en.ko.trec`);
    const { documents, scores } = run.get('q1')!;
    documents.forEach((document, i) => {
      if (!document.startsWith('ko:')) return;
      const at = single.get('q1')!.documents.indexOf(document.slice(3));
      assert.ok(Math.abs(single.get('q1')!.scores[at] - scores[i]) < 1e-6);
    });
  });

  test('figures about languages', async (t) => {
    const metrics = ['nDCG@3', 'Share@2', 'TLR@2', 'PEER@3', 'RBO(p=0.9)@8', 'RBO(p=0.9,by=document)@8'];
    const { file, ranking } = await evaluate(t, { pools: ['MONO', 'MIXED_PARALLEL'], metrics });
    const of = (system: string, queryLang: string) =>
      file.scores.filter(
        (s) => s.system === system && s.queryLang === queryLang && s.pool === 'MIXED_PARALLEL',
      );
    assert.deepEqual(
      of(model, 'ko').map((s) => s.metric),
      [
        'nDCG@3',
        'Share(lang=en)@2',
        'Share(lang=ko)@2',
        'TLR@2',
        'PEER@3',
        'RBO(p=0.9,lang=en)@8',
        'RBO(p=0.9,by=document,lang=en)@8',
      ],
    );
    const value = (system: string, queryLang: string, metric: string) =>
      of(system, queryLang).find((s) => s.metric === metric);
    // BM25 ranks Korean documents alone for Korean queries.
    assert.equal(value('bm25', 'ko', 'Share(lang=ko)@2')!.value, 1);
    assert.equal(value('bm25', 'ko', 'Share(lang=en)@2')!.value, 0);
    assert.equal(value('bm25', 'ko', 'TLR@2')!.value, 0);
    assert.equal(value('bm25', 'ko', 'RBO(p=0.9,by=document,lang=en)@8')!.value, 0);
    assert.ok(value('bm25', 'ko', 'RBO(p=0.9,lang=en)@8')!.value > 0.9);
    const run = await ranking(`${b}.${m}.ko.mul.mixed-parallel.trec`);
    const share = value(model, 'ko', 'Share(lang=ko)@2')!;
    assert.deepEqual(
      share.perQuery,
      ['q1', 'q2'].map(
        (q) =>
          run
            .get(q)!
            .documents.slice(0, 2)
            .filter((d) => d.startsWith('ko:')).length / 2,
      ),
    );
    assert.equal(share.convention.reference, 'Isogloss');
    assert.equal(of(model, 'ko')[0].convention.reference, 'trec_eval 9');
  });

  test('what makes no such pool is refused', async (t) => {
    await assert.rejects(
      evaluate(t, { pools: ['MONO', 'MIXED_PARALLEL'] }, [
        ['ko', 'ko'],
        ['en', 'en'],
      ]),
      /the directions ko against ko, en against en make no MIXED_PARALLEL pool: it takes queries judged against documents in two languages/,
    );
    await assert.rejects(evaluate(t, { pools: ['CROSS'] }, [['ko', 'ko']]), /make no CROSS pool/);
    await assert.rejects(
      evaluate(t, { metrics: ['Share@10'] }),
      /Share@10: there are such figures over MIXED_PARALLEL pools only; add it to pools/,
    );
  });
});
