import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { UserError } from '#src/errors.ts';
import { type Measure, measureName, parseMeasure, parseMeasures } from '#src/evaluation/measures.ts';

test('names are read as ir_measures writes them', () => {
  assert.deepEqual(parseMeasure('nDCG@10'), { family: 'nDCG', cutoff: 10, rel: 1 });
  assert.deepEqual(parseMeasure('AP'), { family: 'AP', rel: 1 });
  assert.deepEqual(parseMeasure('P(rel=2)@5'), { family: 'P', cutoff: 5, rel: 2 });
  assert.deepEqual(parseMeasure('RBP(p=.9)'), { family: 'RBP', rel: 1, p: 0.9 });
  assert.deepEqual(parseMeasure('RBP(p=0.5, rel=3)@20'), { family: 'RBP', cutoff: 20, rel: 3, p: 0.5 });
});

test('other spellings are stored under one name', () => {
  const stored = (name: string) => measureName(parseMeasure(name));
  assert.equal(stored('MRR@10'), 'RR@10');
  assert.equal(stored('Recall@100'), 'R@100');
  assert.equal(stored('MAP'), 'AP');
  assert.equal(stored('Precision@5'), 'P@5');
  assert.equal(stored('ndcg@010'), 'nDCG@10');
  assert.equal(stored('RBP(rel=1,p=.90)'), 'RBP(p=0.9)');
});

test('a stored name reads as the same measure', () => {
  const measure = fc.record(
    {
      family: fc.constantFrom('RR', 'AP', 'RBP'),
      cutoff: fc.integer({ min: 1, max: 1_000_000 }),
      rel: fc.integer({ min: 1, max: 9 }),
      p: fc.double({ min: 0.001, max: 0.999, noNaN: true }),
    },
    { requiredKeys: ['family', 'rel'] },
  ) as fc.Arbitrary<Measure>;
  fc.assert(
    fc.property(measure, ({ p, ...rest }) => {
      const given = rest.family === 'RBP' ? { ...rest, p: p ?? 0.8 } : rest;
      assert.deepEqual(parseMeasure(measureName(given)), given);
    }),
  );
});

test('what does not exist is refused with the reason and the place', () => {
  const refused: [string, RegExp][] = [
    ['nDCG@', /there is no such metric; there are nDCG, nDCG@k, RR/],
    ['F1', /there is no such metric/],
    ['nDCG@10x', /there is no such metric/],
    ['', /there is no such metric/],
    ['P', /P needs a cut: P@10/],
    ['Rprec@5', /Rprec has no cut/],
    ['nDCG@0', /the cut is between 1 and/],
    ['RBP', /write the persistence: RBP\(p=0\.9\)/],
    ['RBP(p=1)', /p lies between 0 and 1/],
    ['RBP(p=)', /p lies between 0 and 1/],
    ['AP(rel=0)', /rel is a grade from 1 on/],
    ['nDCG(rel=2)@10', /nDCG has no parameter "rel"/],
  ];
  for (const [name, reason] of refused)
    assert.throws(
      () => parseMeasures(['AP', name], 100, 'input.metrics'),
      (error) =>
        error instanceof UserError &&
        error.code === 'BAD_USER_INPUT' &&
        error.issues[0].path === 'input.metrics[1]' &&
        reason.test(error.message),
      name,
    );
});

test('a list holds each measure once and no cut below the depth', () => {
  assert.deepEqual(parseMeasures(['MRR@10', 'RR@10', 'AP'], 10).map(measureName), ['RR@10', 'AP']);
  assert.throws(() => parseMeasures(['R@100'], 50), /looks at 100 documents per query, but depth keeps 50/);
});
