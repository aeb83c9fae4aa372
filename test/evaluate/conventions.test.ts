import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type ConventionName, conventionOf, conventions } from '#src/evaluation/convention.ts';
import { parseMeasure } from '#src/evaluation/measures.ts';
import { scoreRun } from '#workers/evaluate/score.ts';

interface Case {
  qrels: Record<string, Record<string, number>>;
  /** Documents and scores in the order in which the tools were given them. */
  run: Record<string, [document: string, score: number][]>;
  values: Record<string, Record<string, Record<string, number>>>;
}
const golden: Case[] = readFileSync(new URL('../golden/evaluate/conventions.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line));

const runOf = ({ run }: Case) =>
  new Map(
    Object.entries(run).map(([query, found]) => [
      query,
      { documents: found.map(([document]) => document), scores: found.map(([, score]) => score) },
    ]),
  );
const qrelsOf = ({ qrels }: Case) =>
  new Map(Object.entries(qrels).map(([query, grades]) => [query, new Map(Object.entries(grades))]));

/** BEIR gives its values rounded to five digits. */
const tolerances: Partial<Record<ConventionName, number>> = { BEIR: 5.1e-6 };

describe('values are those of the tools that conventions are named after', () => {
  for (const name of ['BEIR', 'MTEB', 'SENTENCE_TRANSFORMERS', 'RANX'] as const)
    test(name, () => {
      let compared = 0;
      for (const given of golden) {
        const expected = given.values[name];
        const names = Object.keys(expected);
        const measures = names.map((measure) => parseMeasure(measure));
        const { queries, values } = scoreRun(runOf(given), qrelsOf(given), measures, conventions[name]);
        names.forEach((measure, m) => {
          // ranx was not given the query without relevant documents; see the script.
          if (name !== 'RANX')
            assert.deepEqual([...queries].sort(), Object.keys(expected[measure]).sort(), measure);
          for (const [query, value] of Object.entries(expected[measure])) {
            const found = values[m][queries.indexOf(query)];
            assert.ok(
              Math.abs(found - value) < (tolerances[name] ?? 1e-12),
              `${measure} of ${query}: ${found} instead of ${value}`,
            );
            compared++;
          }
        });
      }
      assert.ok(compared > 400, `${compared} values`);
    });
});

test('conventions differ where their tools do', () => {
  const values = (
    name: ConventionName,
    measure: string,
    run: [string, number][],
    qrels: [string, number][],
  ) =>
    scoreRun(
      new Map([['q', { documents: run.map(([d]) => d), scores: run.map(([, s]) => s) }]]),
      new Map([['q', new Map(qrels)]]),
      [parseMeasure(measure)],
      conventions[name],
    ).values[0][0];
  const tied: [string, number][] = [
    ['b', 1],
    ['c', 1],
    ['a', 1],
  ];
  const rr = (name: ConventionName) => values(name, 'RR@10', tied, [['a', 1]]);
  assert.deepEqual((['TREC_EVAL_9', 'BEIR', 'MTEB', 'SENTENCE_TRANSFORMERS', 'RANX'] as const).map(rr), [
    1 / 3,
    1 / 3,
    1 / 3,
    1,
    1 / 3,
  ]);
  assert.equal(values('RANX', 'RR@10', tied, [['b', 1]]), 1);
  assert.equal(values('TREC_EVAL_9', 'RR@10', tied, [['b', 1]]), 1 / 2);
  const three: [string, number][] = [
    ['x', 1],
    ['y', 1],
    ['z', 1],
  ];
  const found: [string, number][] = [
    ['x', 3],
    ['n', 2],
  ];
  assert.equal(values('TREC_EVAL_9', 'AP@2', found, three), 1 / 3);
  assert.equal(values('SENTENCE_TRANSFORMERS', 'AP@2', found, three), 1 / 2);
});

test('queries without relevant documents and without rankings', () => {
  const qrels = new Map([
    ['none', new Map([['d', 0]])],
    ['missing', new Map([['d', 1]])],
    ['found', new Map([['d', 1]])],
  ]);
  const run = new Map(['none', 'found'].map((query) => [query, { documents: ['d'], scores: [1] }]));
  const scored = (name: ConventionName, missing?: 'SKIP' | 'ZERO') => {
    const { queries, values } = scoreRun(run, qrels, [parseMeasure('RR')], conventionOf(name, missing));
    return Object.fromEntries(queries.map((query, q) => [query, values[0][q]]));
  };
  assert.deepEqual(scored('TREC_EVAL_9'), { none: 0, found: 1 });
  assert.deepEqual(scored('SENTENCE_TRANSFORMERS'), { missing: 0, found: 1 });
  assert.deepEqual(scored('SENTENCE_TRANSFORMERS', 'SKIP'), { found: 1 });
  assert.deepEqual(scored('RANX', 'ZERO'), { none: 0, missing: 0, found: 1 });
  assert.throws(() => scored('RANX'), /query "missing" of the qrels has no ranking/);
});
