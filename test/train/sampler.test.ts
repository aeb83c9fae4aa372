import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Composition, composition } from '#src/recipes/composition.ts';
import type { PairSet } from '#workers/train/materialise.ts';
import { makeSampler } from '#workers/train/sampler.ts';

/**
 * Components over the same units: row i of component c asks text 1000 c + i and is answered by 1000 c + i, so that a
 * batch tells where its rows come from.
 */
function setOf(c: number, rows: number, firstUnit = 0, negatives = 0): PairSet {
  const count = Array.from({ length: rows }, (_, i) => i);
  return {
    rows,
    units: Int32Array.from(count, (i) => firstUnit + i),
    anchors: Int32Array.from(count, (i) => 1000 * c + i),
    positiveStarts: Int32Array.from({ length: rows + 1 }, (_, i) => i),
    positives: Int32Array.from(count, (i) => 1000 * c + i),
    positiveUnits: Int32Array.from(count, (i) => firstUnit + i),
    negativeStarts: Int32Array.from({ length: rows + 1 }, (_, i) => i * negatives),
    negatives: Int32Array.from({ length: rows * negatives }, (_, i) => 100_000 + i),
  };
}

function compositionOf(shares: number[], rest: Partial<Composition> = {}): Composition {
  return composition.parse({
    components: shares.map((share) => ({
      ...{ corpus: 'a'.repeat(64), pairing: 'TRANSLATION', queryLang: 'ko', positiveLang: 'en', share },
    })),
    ...rest,
  });
}

const componentOf = (text: number) => Math.floor(text / 1000);
const unitOf = (text: number) => text % 1000;
const counts = (texts: Iterable<number>, n: number) => {
  const total = Array<number>(n).fill(0);
  for (const text of texts) total[componentOf(text)]++;
  return total;
};

test('a step depends on the seed and its number alone', () => {
  const sets = [setOf(0, 50), setOf(1, 40)];
  const make = (seed: number) => makeSampler(compositionOf([1, 2]), sets, 8, seed);
  const forward = make(3);
  const inOrder = Array.from({ length: 40 }, (_, k) => forward(k));
  const jumping = make(3);
  for (const k of [39, 0, 17, 18, 5]) assert.deepEqual(jumping(k), inOrder[k]);
  assert.notDeepEqual(make(4)(0), inOrder[0]);
});

test('MIXED batches hold every component by share, to one row', () => {
  const shares = [0.5, 0.3, 0.2];
  const sample = makeSampler(compositionOf(shares), [setOf(0, 400), setOf(1, 400), setOf(2, 400)], 20, 1);
  const all: number[] = [];
  for (let k = 0; k < 200; k++) all.push(...sample(k).anchors);
  const total = counts(all, 3);
  shares.forEach((share, c) => {
    assert.ok(Math.abs(total[c] - share * 4000) < 8, `${total}`);
  });
});

test('HOMOGENEOUS batches hold one component, chosen by share', () => {
  const sample = makeSampler(
    compositionOf([3, 1], { batching: 'HOMOGENEOUS' }),
    [setOf(0, 100), setOf(1, 100)],
    10,
    1,
  );
  const chosen = Array.from({ length: 200 }, (_, k) => new Set(sample(k).anchors.map(componentOf)));
  assert.ok(chosen.every((c) => c.size === 1));
  const first = chosen.filter((c) => c.has(0)).length;
  assert.ok(Math.abs(first - 150) <= 2, `${first}`);
});

test('a pass gives every row of a component once, in another order each time', () => {
  const sample = makeSampler(compositionOf([1]), [setOf(0, 60)], 10, 1);
  const pass = (p: number) => Array.from({ length: 6 }, (_, k) => [...sample(6 * p + k).anchors]).flat();
  const sorted = Array.from({ length: 60 }, (_, i) => i);
  assert.deepEqual(
    pass(0).toSorted((a, b) => a - b),
    sorted,
  );
  assert.deepEqual(
    pass(3).toSorted((a, b) => a - b),
    sorted,
  );
  assert.notDeepEqual(pass(0), pass(3));
});

test('under MASK no batch holds a unit twice, and nothing needs masking', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.constantFrom('MIXED', 'HOMOGENEOUS'), (seed, batching) => {
      const sets = [setOf(0, 30), setOf(1, 30), setOf(2, 30, 15)];
      const sample = makeSampler(compositionOf([1, 1, 1], { batching: batching as 'MIXED' }), sets, 24, seed);
      for (let k = 0; k < 12; k++) {
        const { anchors, masked } = sample(k);
        const units = Array.from(anchors, (text) => unitOf(text) + (componentOf(text) === 2 ? 15 : 0));
        assert.equal(new Set(units).size, 24);
        assert.deepEqual(masked, []);
      }
    }),
    { numRuns: 30 },
  );
});

test('where a unit must come twice, its translation is masked, both ways', () => {
  // Two components have the same 4 units and fill 4 rows each: every one of those units comes twice.
  const sets = [setOf(0, 4), setOf(1, 4), setOf(2, 100, 500)];
  const sample = makeSampler(compositionOf([4, 4, 8]), sets, 16, 1);
  let met = 0;
  for (let k = 0; k < 20; k++) {
    const { anchors, masked } = sample(k);
    const expected: string[] = [];
    const unit = (i: number) => unitOf(anchors[i]) + (componentOf(anchors[i]) === 2 ? 500 : 0);
    for (let i = 0; i < 16; i++)
      for (let j = 0; j < 16; j++) if (i !== j && unit(i) === unit(j)) expected.push(`${i},${j}`);
    const got = Array.from({ length: masked.length / 2 }, (_, i) => `${masked[2 * i]},${masked[2 * i + 1]}`);
    assert.deepEqual(got.sort(), expected.sort());
    met += expected.length;
  }
  assert.ok(met > 0);
});

test('under KEEP translations meet as plain sampling has it, unmasked, but no row twice', () => {
  const sets = [setOf(0, 40), setOf(1, 40)];
  const sample = makeSampler(compositionOf([1, 1], { parallelNegatives: 'KEEP' }), sets, 30, 1);
  let met = 0;
  for (let k = 0; k < 20; k++) {
    const { anchors, masked } = sample(k);
    assert.equal(new Set(anchors).size, 30);
    assert.deepEqual(masked, []);
    met += 30 - new Set(Array.from(anchors, unitOf)).size;
  }
  // A row meets its translation with probability 15/40: about 5.6 units a batch come twice.
  assert.ok(met > 60 && met < 160, `${met}`);
});

test('a neighbour is no negative of a row whose anchor or positive is of its unit', () => {
  // A chain: row i is answered by unit i + 1, so that neighbouring rows share units and are kept apart.
  const chain = setOf(0, 40);
  chain.positiveUnits = chain.units.map((u) => u + 1);
  const sample = makeSampler(compositionOf([1]), [chain], 12, 1);
  for (let k = 0; k < 10; k++) {
    const units = Array.from(sample(k).anchors).flatMap((u) => [u, u + 1]);
    assert.equal(new Set(units).size, 24);
  }
});

test('positives come first, then the hard negatives of all rows', () => {
  const sample = makeSampler(compositionOf([1]), [setOf(0, 20, 0, 2)], 4, 1);
  const { anchors, candidates } = sample(0);
  assert.deepEqual([...candidates.subarray(0, 4)], [...anchors]);
  assert.deepEqual(
    [...candidates.subarray(4)],
    Array.from(anchors).flatMap((i) => [100_000 + 2 * i, 100_000 + 2 * i + 1]),
  );
});

test('a batch larger than the units is refused, saying whose', () => {
  const sets = [setOf(0, 30), setOf(1, 8)];
  assert.throws(
    () => makeSampler(compositionOf([1, 1]), sets, 40, 1),
    /batchSize is 40, of which component 2 \(TRANSLATION ko-en\) fills 20, but it has only 8 distinct units/,
  );
  assert.throws(() => makeSampler(compositionOf([9, 1]), sets, 33, 1), /the composition fills 33.* only 30/);
  assert.throws(
    () => makeSampler(compositionOf([1, 1], { batching: 'HOMOGENEOUS' }), sets, 10, 1),
    /component 2 .* fills 10, but it has only 8/,
  );
});

test('ALIGNED batches hold a unit in every direction: rivals under KEEP, masked under MASK', () => {
  const sets = [setOf(0, 200), setOf(1, 200), setOf(2, 100, 500)];
  for (const parallelNegatives of ['MASK', 'KEEP'] as const) {
    const sample = makeSampler(
      compositionOf([1, 1, 1], { batching: 'ALIGNED', parallelNegatives }),
      sets,
      30,
      1,
    );
    let twice = 0;
    let masked = 0;
    for (let k = 0; k < 20; k++) {
      const batch = sample(k);
      assert.equal(new Set(batch.anchors).size, 30);
      const units = (c: number) =>
        new Set(
          Array.from(batch.anchors)
            .filter((text) => componentOf(text) === c)
            .map(unitOf),
        );
      twice += [...units(0)].filter((unit) => units(1).has(unit)).length;
      masked += batch.masked.length / 2;
    }
    // Ten rows of each; at a batch's edge one may wait for the next.
    assert.ok(twice >= 180, `${twice} of 200 units meet their translation`);
    assert.equal(masked, parallelNegatives === 'MASK' ? 2 * twice : 0);
  }
});
