/** What a sweep decides, without models: sides, points, soups, fronts. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { paretoFront } from '#src/evaluation/frontier.ts';
import { inputName } from '#src/models/merge-input.ts';
import type { Asked } from '#src/models/merge-recipe.ts';
import { bestOf, standing } from '#src/sweeps/choose.ts';
import { gridOf, simplex, weightedBy } from '#src/sweeps/points.ts';
import type { PartScores } from '#src/sweeps/sweep-file.ts';
import { openTokenizer } from '#workers/encoder/tokenizer.ts';
import { greedySoup } from '#workers/sweep/greedy.ts';
import { selectionOf } from '#workers/sweep/split.ts';
import { rememberTexts } from '#workers/sweep/tokens.ts';
import { temporary, wordPiece, writeTokenizer } from '../encoder/tiny.ts';

const ids = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), { minLength: 2, maxLength: 200 });
const share = fc.double({ min: 0.1, max: 0.9, noNaN: true });

describe('the queries that select', () => {
  test('are the share asked for, whatever the order, and other ones by another seed', () => {
    fc.assert(
      fc.property(ids, share, fc.nat(), (queries, share, seed) => {
        const selected = selectionOf(queries, share, seed);
        assert.equal(selected.size, Math.round(share * queries.length));
        assert.ok(queries.filter((q) => selected.has(q)).length === selected.size);
        assert.deepEqual(new Set(selectionOf(queries.toReversed(), share, seed)), selected);
      }),
    );
    const many = Array.from({ length: 100 }, (_, i) => `q${i}`);
    assert.notDeepEqual(selectionOf(many, 0.5, 1), selectionOf(many, 0.5, 2));
  });

  test('take a cluster whole', () => {
    fc.assert(
      fc.property(ids, share, fc.nat(), fc.integer({ min: 1, max: 20 }), (queries, share, seed, n) => {
        const clusters = new Map(queries.map((q, i) => [q, `c${i % n}`]));
        const selected = selectionOf(queries, share, seed, clusters);
        const chosen = new Set([...selected].map((q) => clusters.get(q)));
        for (const q of queries) assert.equal(selected.has(q), chosen.has(clusters.get(q)));
        assert.ok(selected.size >= Math.round(share * queries.length));
        assert.ok(selected.size < share * queries.length + 0.5 + Math.ceil(queries.length / n));
      }),
    );
  });
});

const asked: Asked = {
  ...{ method: 'TIES', base: 'base', given: {}, nameOf: inputName },
  models: ['a', 'b'].map((digest) => ({ digest, given: {}, path: digest })),
  ...{ path: 'input', basePath: 'input.base', modelsPath: 'input.models' },
};

describe('points', () => {
  test('of a simplex: all ways to share, each once, C(steps + n - 1, n - 1) of them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 7 }), (n, steps) => {
        const points = simplex(n, steps, 'steps');
        const choose = (a: number, b: number): number => (b === 0 ? 1 : (choose(a - 1, b - 1) * a) / b);
        assert.equal(points.length, Math.round(choose(steps + n - 1, n - 1)));
        assert.equal(new Set(points.map(String)).size, points.length);
        for (const weights of points) {
          assert.equal(weights.length, n);
          assert.ok(Math.abs(weights.reduce((sum, w) => sum + w, 0) - 1) < 1e-12);
          assert.ok(weights.every((w) => w >= 0 && Number.isInteger(Math.round(w * steps * 1e9) / 1e9)));
        }
      }),
    );
    assert.throws(() => simplex(4, 20, 'steps'), /more than 1,000 merges/); // 1,771
    assert.equal(simplex(4, 15, 'steps').length, 816);
    assert.throws(() => simplex(64, 1000, 'steps'), /more than 1,000 merges/);
  });

  test('of a grid: every combination, the first axis slowest; of one model where one is named', () => {
    const points = gridOf(
      asked,
      [
        { name: 'lambda', model: null, values: [0.5, 1], path: 'axes[0]' },
        { name: 'densities', model: 1, values: [0.1, 0.2, 0.3], path: 'axes[1]' },
      ],
      'axes',
    );
    assert.deepEqual(
      points.map(({ given, models }) => [given.lambda, models[0].given.densities, models[1].given.densities]),
      [0.5, 1].flatMap((lambda) => [0.1, 0.2, 0.3].map((density) => [lambda, undefined, density])),
    );
    const given = { ...asked, given: { lambda: 1 } };
    const axis = { name: 'lambda' as const, model: null, values: [1], path: 'axes[0]' };
    assert.throws(() => gridOf(given, [axis], 'axes'), /lambda has a value in the merge already/);
    assert.throws(() => weightedBy({ ...asked, given: { weights: 1 } }, [[1, 1]], 'w'), /weights already/);
  });
});

describe('a greedy soup', () => {
  const members = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 8 });
  test('never stands below the best model, and keeps what does not lower it', async () => {
    await fc.assert(
      fc.asyncProperty(members, fc.double({ min: -0.2, max: 0.2, noNaN: true }), async (values, gain) => {
        // A soup is worth the mean of its models and something for each.
        const worth = (of: number[]) =>
          of.reduce((sum, i) => sum + values[i], 0) / of.length + gain * (of.length - 1);
        const trials = await greedySoup(values.length, async (of) => worth(of));
        assert.equal(trials.length, 2 * values.length - 1);
        assert.deepEqual(
          trials.slice(0, values.length).map(({ members }) => members),
          values.map((_, i) => [i]),
        );
        const kept = trials.filter((trial) => trial.kept);
        assert.equal(kept[0].value, Math.max(...values));
        kept.slice(1).forEach((trial, i) => {
          assert.ok(trial.value! >= kept[i].value!);
        });
        // Each trial is the soup of its time and one more.
        let soup = kept[0].members;
        for (const trial of trials.slice(values.length)) {
          assert.equal(trial.members.length, soup.length + 1);
          assert.ok(soup.every((i) => trial.members.includes(i)));
          if (trial.kept) soup = trial.members;
        }
      }),
    );
  });

  test('a model that may not be chosen comes last', async () => {
    const trials = await greedySoup(3, async (of) => (of.includes(0) ? null : of.length));
    assert.deepEqual(
      trials.map(({ members, kept }) => [members, kept]),
      [
        [[0], false],
        [[1], true],
        [[2], false],
        [[1, 2], true],
        [[0, 1, 2], false],
      ],
    );
  });
});

test('the front is what no other point beats, by comparing all with all', () => {
  // Few values, so that points are equal in one figure or both.
  const figure = fc.integer({ min: 0, max: 6 });
  fc.assert(
    fc.property(fc.array(fc.record({ mono: figure, clir: figure }), { maxLength: 40 }), (points) => {
      const expected = points.map(
        (a) =>
          !points.some((b) => b.mono >= a.mono && b.clir >= a.clir && (b.mono > a.mono || b.clir > a.clir)),
      );
      assert.deepEqual(paretoFront(points), expected);
    }),
  );
});

test('the best is the eligible point of the greatest value, of equal ones the first', () => {
  const of = (mono: number, clir: number) => {
    const figure = (value: number) => ({ value, ciLow: null, ciHigh: null });
    const selection: PartScores = { directions: [], mono: figure(mono), clir: figure(clir), gap: null };
    return { selection };
  };
  const reference = of(0.6, 0.3);
  const points = [of(0.6, 0.4), of(0.5, 0.6), of(0.55, 0.5), of(0.55, 0.5)];
  const best = (rule: Parameters<typeof standing>[0]) =>
    bestOf(points.map((point) => standing(rule, point, reference)));
  assert.equal(best({ criterion: 'CLIR' }), 1);
  assert.equal(best({ criterion: 'MONO' }), 0);
  assert.equal(best({ criterion: 'MIN' }), 1);
  assert.equal(best({ criterion: 'CLIR', maxMonoLoss: 0.06 }), 2);
  assert.equal(best({ criterion: 'CLIR', maxMonoLoss: 0 }), 0);
  assert.equal(
    bestOf(points.map((p) => standing({ criterion: 'CLIR', maxMonoLoss: 0 }, p, of(0.9, 0)))),
    null,
  );
});

test('remembered texts have the tokens they had, and each is tokenized once', async (t) => {
  const plain = await openTokenizer(await writeTokenizer(await temporary(t), wordPiece));
  const asked: string[] = [];
  const counting = {
    ...plain,
    encode: (texts: string[], ...rest: [number | null, boolean]) => {
      asked.push(...texts);
      return plain.encode(texts, ...rest);
    },
  };
  const texts = ['the salt sea', '바다는', '', 'salty seas', 'the salt sea'];
  const expected = await plain.encode(texts, null, false);
  const remembering = rememberTexts(counting);
  assert.deepEqual(await remembering.encode(texts, null, false), expected);
  assert.deepEqual(await remembering.encode(texts, null, false), expected);
  assert.deepEqual(asked, [...new Set(texts)]);
  assert.deepEqual(await remembering.encode(texts, 3, true), await plain.encode(texts, 3, true));
  const forgetful = rememberTexts(counting, 4);
  for (let i = 0; i < 2; i++) assert.deepEqual(await forgetful.encode(texts, null, false), expected);
});
