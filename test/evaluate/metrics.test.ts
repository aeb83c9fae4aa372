import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Convention, trecEval9, trecEval10 } from '#src/evaluation/convention.ts';
import { parseMeasure } from '#src/evaluation/measures.ts';
import { rankOrder } from '#workers/evaluate/rank.ts';
import { scoreRun } from '#workers/evaluate/score.ts';
import { rankingsOf, runLines, runLinesOf, Scattered } from '#workers/evaluate/trec.ts';
import { parseQrels, parseRun, textLines } from './files.ts';

type Table<T> = Record<string, Record<string, T>>;
interface Case {
  qrels: Table<number>;
  run: Table<number>;
  values: Table<number>;
}
const golden: Case[] = readFileSync(new URL('../golden/evaluate/metrics.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line));

const entries = <T>(table: Table<T>) => Object.entries(table);
const runOf = (table: Table<number>) =>
  new Map(
    entries(table).map(([q, found]) => [q, { documents: Object.keys(found), scores: Object.values(found) }]),
  );
const qrelsOf = (table: Table<number>) =>
  new Map(entries(table).map(([q, grades]) => [q, new Map(Object.entries(grades))]));

const measuresOf = (names: string[]) => names.map((name) => parseMeasure(name));

async function score(run: string, qrels: string, names: string[], convention: Convention) {
  const { queries, values } = scoreRun(await parseRun(run), parseQrels(qrels), measuresOf(names), convention);
  return { queries, values: values.map((row) => Array.from(row)) };
}

describe('values equal those of pytrec_eval and ir_measures', () => {
  golden.forEach((given, index) => {
    test(`golden case ${index}`, () => {
      const names = Object.keys(given.values);
      const { queries, values } = scoreRun(
        runOf(given.run),
        qrelsOf(given.qrels),
        measuresOf(names),
        trecEval9,
      );
      let compared = 0;
      names.forEach((name, m) => {
        const expected = given.values[name];
        assert.deepEqual([...queries].sort(), Object.keys(expected).sort(), name);
        queries.forEach((query, q) => {
          const error = Math.abs(values[m][q] - expected[query]);
          assert.ok(error < 1e-12, `${name} of ${query}: ${values[m][q]} instead of ${expected[query]}`);
          compared++;
        });
      });
      assert.ok(compared > 300);
    });
  });
});

describe('conventions', () => {
  const qrels = 'q1 0 a 1\nq2 0 x 1\nq3 0 y 0\n';
  const run = 'q1 Q0 a 1 0.10000000002 t\nq1 Q0 b 2 0.10000000001 t\nq3 Q0 y 1 1 t\nq9 Q0 a 1 1 t\n';

  test('trec_eval 9 ties in float32, breaks ties by document descending, skips missing queries', async () => {
    assert.deepEqual(await score(run, qrels, ['RR'], trecEval9), {
      queries: ['q1', 'q3'],
      values: [[0.5, 0]],
    });
  });
  test('trec_eval 10 compares doubles and refuses missing queries', async () => {
    await assert.rejects(score(run, qrels, ['RR'], trecEval10), /query "q2" of the qrels has no ranking/);
    const skipping: Convention = { ...trecEval10, missingQueries: 'SKIP' };
    assert.deepEqual(await score(run, qrels, ['RR'], skipping), { queries: ['q1', 'q3'], values: [[1, 0]] });
  });
  test('missing queries count as zero, as with -c', async () => {
    const all: Convention = { ...trecEval9, missingQueries: 'ZERO' };
    assert.deepEqual(await score(run, qrels, ['RR', 'P@2'], all), {
      queries: ['q1', 'q2', 'q3'],
      values: [
        [0.5, 0, 0],
        [0.5, 0, 0],
      ],
    });
  });
  test('ties may ascend', async () => {
    assert.deepEqual((await score(run, qrels, ['RR'], { ...trecEval9, ties: 'DOCUMENT_ASCENDING' })).values, [
      [1, 0],
    ]);
  });
  test('nDCG of the order 1, 3, 2: linear .8175, exponential .7364', async () => {
    const [graded, order] = ['g 0 d1 3\ng 0 d2 2\ng 0 d3 1', 'g Q0 d3 1 3 t\ng Q0 d1 2 2 t\ng Q0 d2 3 1 t'];
    const exponential: Convention = { ...trecEval9, gain: 'EXPONENTIAL' };
    assert.equal((await score(order, graded, ['nDCG'], trecEval9)).values[0][0].toFixed(4), '0.8175');
    assert.equal((await score(order, graded, ['nDCG'], exponential)).values[0][0].toFixed(4), '0.7364');
  });
  test('identical ids are dropped on request, before ranks are counted', async () => {
    const [self, judged] = ['a Q0 a 1 9 t\na Q0 b 2 8 t', 'a 0 b 1'];
    assert.deepEqual((await score(self, judged, ['RR'], trecEval9)).values, [[0.5]]);
    assert.deepEqual((await score(self, judged, ['RR'], { ...trecEval9, identicalIds: 'DROP' })).values, [
      [1],
    ]);
  });
});

describe('ranking', () => {
  const id = fc.string({
    unit: fc.constantFrom('a', 'B', 'é', '한', '\uff5e', '😀', '\u{10ffff}'),
    maxLength: 4,
  });

  test('the packed sort agrees with the comparator of the definition', () => {
    const score = fc.oneof(
      fc.integer({ min: -3, max: 3 }).map((x) => x / 2),
      fc.double({ noNaN: true }),
      fc.constantFrom(0, -0, 1e-46, 0.1, 0.10000000001, Number.POSITIVE_INFINITY),
    );
    const found = fc.uniqueArray(fc.tuple(id, score), { selector: ([document]) => document, maxLength: 60 });
    for (const convention of [trecEval9, trecEval10])
      fc.assert(
        fc.property(found, (pairs) => {
          const ranking = { documents: pairs.map(([d]) => d), scores: pairs.map(([, s]) => s) };
          const seen = convention.scores === 'FLOAT32' ? Math.fround : (x: number) => x;
          const expected = pairs
            .toSorted(
              ([a, x], [b, y]) =>
                Number(seen(y) > seen(x)) - Number(seen(y) < seen(x)) ||
                Buffer.compare(Buffer.from(b), Buffer.from(a)),
            )
            .map(([d]) => d);
          assert.deepEqual(
            Array.from(rankOrder(ranking, convention), (i) => ranking.documents[i]),
            expected,
          );
        }),
      );
  });

  test('a score that is not a number is refused', () => {
    const ranking = { documents: ['a'], scores: [Number.NaN] };
    assert.throws(() => rankOrder(ranking, trecEval9), /score of document "a" is not a number/);
  });
});

describe('TREC files', () => {
  test('a run that is written reads back bit for bit', async () => {
    const ranking = { documents: ['d1', 'd2'], scores: Float32Array.of(0.1, -1e-9) };
    const text = runLines('q', ranking, 'bm25');
    assert.equal(text, 'q Q0 d1 1 0.10000000149011612 bm25\nq Q0 d2 2 -9.999999717180685e-10 bm25\n');
    const { documents, scores } = (await parseRun(text)).get('q')!;
    assert.deepEqual({ documents, scores }, { ...ranking, scores: Array.from(ranking.scores) });
  });
  test('a broken line is named', async () => {
    await assert.rejects(
      parseRun('q Q0 d 1 1 t\nq Q0 d 2 0 t'),
      /x\.run line 2: query "q" lists document "d" twice; keep one of the lines/,
    );
    for (const score of ['nan', 'NaN', '-nan', '1.5x', '1e', '0x10', '--1', '.'])
      await assert.rejects(
        parseRun(`q Q0 d 1 ${score} t`),
        new RegExp(`line 1: the score "${score.replace('.', '\\.')}" is not a number`),
      );
    await assert.rejects(parseRun('\nq Q0 d 1'), /line 2: has 4 fields; write query, Q0/);
    await assert.rejects(parseRun('q Q0 d 1 1 my tag'), /line 1: has 7 fields/);
  });
  test('scores are what C reads', async () => {
    const scores = ['1', '+2.50', '.5', '3.', '-1E-3', 'inf', '-Infinity'];
    const text = scores.map((score, i) => `q\tQ0  d${i} 0 ${score} t\r\n`).join('');
    const { scores: read } = (await parseRun(text)).get('q')!;
    assert.deepEqual(read, [1, 2.5, 0.5, 3, -0.001, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  });
  test('white space is C’s: an id may hold any other', async () => {
    for (const text of ['q\u3000x Q0 d\u00a0y 1 2 t', '\tq\u3000x  Q0\td\u00a0y 1 2 t \r'])
      assert.deepEqual(
        [...(await parseRun(text))].map(([query, { documents }]) => [query, ...documents]),
        [['q\u3000x', 'd\u00a0y']],
      );
  });
  test('queries are given one by one while their lines stand together', async () => {
    const names = async (text: string, comments = false) => {
      const found: string[] = [];
      for await (const [query, { documents }] of rankingsOf(runLinesOf(textLines(text, 'r'), 'r', comments)))
        found.push(`${query}:${documents}`);
      return found;
    };
    assert.deepEqual(await names('a Q0 x 1 1 t\na Q0 y 2 0 t\nb Q0 x 1 1 t'), ['a:x,y', 'b:x']);
    assert.deepEqual(await names('# made by t\na Q0 x 1 1 t', true), ['a:x']);
    await assert.rejects(names('# made by t\na Q0 x 1 1 t'), /line 1: has 4 fields/);
    await assert.rejects(names('a Q0 x 1 1 t\nb Q0 x 1 1 t\na Q0 y 2 0 t'), Scattered);
  });
});
