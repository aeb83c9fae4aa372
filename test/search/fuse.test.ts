import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkFusion, fuse } from '#src/embeddings/fuse.ts';

test('scores are the formula’s: the sum of weight / (k + rank)', () => {
  assert.deepEqual(
    fuse(
      [
        [7, 3, 9],
        [3, 4],
      ],
      [1, 2],
      60,
    ),
    [
      { ordinal: 3, score: 1 / 62 + 2 / 61, ranks: [2, 1] },
      { ordinal: 4, score: 2 / 62, ranks: [null, 2] },
      { ordinal: 7, score: 1 / 61, ranks: [1, null] },
      { ordinal: 9, score: 1 / 63, ranks: [3, null] },
    ],
  );
});

test('equal scores: what the first list has comes first', () => {
  const order = (lists: number[][]) => fuse(lists, [1, 1], 60).map(({ ordinal }) => ordinal);
  assert.deepEqual(order([[5], [2]]), [5, 2]);
  assert.deepEqual(
    order([
      [5, 2],
      [2, 5],
    ]),
    [5, 2],
  );
  assert.deepEqual(
    order([
      [1, 8],
      [9, 3],
    ]),
    [1, 9, 8, 3],
  );
});

const ranking = fc.uniqueArray(fc.nat(30), { maxLength: 20 });
const weight = fc.double({ min: 0, max: 5, noNaN: true });

test('one ranking alone keeps its order; nothing is lost and nothing comes twice', () => {
  fc.assert(
    fc.property(ranking, ranking, weight, weight, fc.nat(100), (a, b, wa, wb, k) => {
      assert.deepEqual(
        fuse([a, []], [1, wb], k).map(({ ordinal }) => ordinal),
        a,
      );
      const all = fuse([a, b], [wa, wb], k);
      assert.deepEqual(new Set(all.map(({ ordinal }) => ordinal)), new Set([...a, ...b]));
      assert.equal(all.length, new Set([...a, ...b]).size);
    }),
  );
});

test('every score is that of adding up the ranks by itself, and the order is theirs', () => {
  fc.assert(
    fc.property(ranking, ranking, weight, weight, fc.nat(100), (a, b, wa, wb, k) => {
      const score = (ordinal: number) =>
        (a.includes(ordinal) ? wa / (k + a.indexOf(ordinal) + 1) : 0) +
        (b.includes(ordinal) ? wb / (k + b.indexOf(ordinal) + 1) : 0);
      const all = fuse([a, b], [wa, wb], k);
      for (const { ordinal, score: found } of all) assert.equal(found, score(ordinal));
      for (let i = 1; i < all.length; i++) assert.ok(all[i - 1].score >= all[i].score);
    }),
  );
});

test('a better rank in one list, all else the same, never ranks worse', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(30), { minLength: 2, maxLength: 20 }),
      ranking,
      fc.nat(),
      (a, b, at) => {
        const i = 1 + (at % (a.length - 1));
        const place = (list: number[]) =>
          fuse([list, b], [1, 1], 60).findIndex((one) => one.ordinal === a[i]);
        const moved = a.with(i - 1, a[i]).with(i, a[i - 1]);
        assert.ok(place(moved) <= place(a));
      },
    ),
  );
});

test('fusions that cannot be are refused by name', () => {
  const refused = (input: object, message: RegExp, mode = 'HYBRID') =>
    assert.throws(() => checkFusion(mode, input), message);
  refused({ k: -1 }, /k is -1; 0 to 10000/);
  refused({ k: Number.NaN }, /k is NaN/);
  refused({ vectorWeight: -2 }, /the weight is -2/);
  refused({ lexicalWeight: Number.POSITIVE_INFINITY }, /the weight is Infinity/);
  refused({ vectorWeight: 0, lexicalWeight: 0 }, /both weights are 0/);
  refused({ depth: 0 }, /depth is 0; 1 to 1000/);
  refused({}, /fusion is for HYBRID searches; this one is LEXICAL/, 'LEXICAL');
  assert.deepEqual(checkFusion('HYBRID', { k: null, lexicalWeight: 0 }), {
    ...{ k: 60, vectorWeight: 1, lexicalWeight: 0, depth: 100 },
  });
});
