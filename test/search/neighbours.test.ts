import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { graphql } from 'graphql';
import { schema } from '#src/api/schema.ts';
import { overlapAt } from '#src/evaluation/overlap.ts';
import { stream } from '#workers/train/random.ts';
import { backends } from '../laboratory.ts';
import { addSet, count, dimension, languageOf, makeSet, type TestSet, vectors } from './collection.ts';

/** The first half of each vector, blurred: what a smaller, worse model might see. Text 7 has no vector. */
const half = dimension / 2;
const blurred = (() => {
  const { normal } = stream(5);
  const made = Float32Array.from({ length: count * half }, (_, i) => {
    const [row, d] = [Math.floor(i / half), i % half];
    return vectors[row * dimension + d] + 0.05 * normal();
  });
  return made.fill(0, 7 * half, 8 * half);
})();

/** Neighbours by comparing with every text, in float64. */
function nearestOf(values: Float32Array, i: number, k: number, passes: (j: number) => boolean): number[] {
  const d = values.length / count;
  const of = (j: number) => values.subarray(j * d, (j + 1) * d);
  const cosine = (x: Float32Array, y: Float32Array) =>
    x.reduce((sum, v, at) => sum + v * y[at], 0) / (Math.hypot(...x) * Math.hypot(...y));
  return Array.from({ length: count }, (_, j) => ({ j, score: cosine(of(i), of(j)) }))
    .filter(({ j, score }) => j !== i && passes(j) && !Number.isNaN(score))
    .sort((x, y) => y.score - x.score || x.j - y.j)
    .slice(0, k)
    .map(({ j }) => j);
}

/** Equation 30 of Webber, Moffat and Zobel, for lists of one length. */
function rbo(a: number[], b: number[], p: number): number {
  const agreed = a.map((_, d) => a.slice(0, d + 1).filter((x) => b.slice(0, d + 1).includes(x)).length);
  const sum = agreed.reduce((total, x, d) => total + (x / (d + 1)) * p ** (d + 1), 0);
  return (agreed[a.length - 1] / a.length) * p ** a.length + ((1 - p) / p) * sum;
}

const mean = (x: number[]) => x.reduce((sum, v) => sum + v, 0) / x.length;
const hash = (seed: number, unit: number) => createHash('md5').update(`${seed} ${unit}`).digest('hex');
/** Texts of the sample: of the units that come first by the digest of seed and number. */
const drawn = (sample: number, seed: number, passes: (i: number) => boolean) => {
  const texts = Array.from({ length: count }, (_, i) => i).filter(passes);
  const keys = new Map(texts.map((i) => [hash(seed, Math.floor(i / 2)), Math.floor(i / 2)]));
  const units = [...keys.keys()]
    .sort()
    .slice(0, sample)
    .map((key) => keys.get(key));
  return texts.filter((i) => units.includes(Math.floor(i / 2)));
};

test('overlap of lists, one of them short', () => {
  assert.equal(overlapAt([1, 2, 3], [3, 2, 9], 3), 2 / 3);
  assert.equal(overlapAt([1, 2, 3], [3, 2, 9], 2), 1 / 2);
  assert.equal(overlapAt([1, 2], [1, 2, 3, 4], 3), 2 / 3);
  assert.equal(overlapAt([1], [1], 10), 1);
  assert.equal(overlapAt([], [1], 10), 0);
});

for (const backend of backends)
  describe(`neighbours of two sets, ${backend}`, () => {
    let set: TestSet;
    before(async () => {
      set = await makeSet(backend);
      await addSet(set.db, 'blurred', 'e'.repeat(64), blurred);
      const rows = Uint32Array.from({ length: count / 10 }, (_, i) => 10 * i);
      await addSet(set.db, 'korean', 'f'.repeat(64), vectors.slice(0, rows.length * dimension), rows);
    });
    after(() => set.stop());
    // biome-ignore lint/suspicious/noExplicitAny: an answer has the shape of its query
    async function compare(input: string): Promise<any> {
      const source = `{ neighbours(input: {${input}}) { sample unanswered overlap { value ciLow ciHigh } rbo { value ciLow ciHigh }
        languages { language sample overlap { value } rbo { value } } } }`;
      const { data, errors } = await graphql({ schema, source, contextValue: { ...set.context } });
      if (errors) throw errors[0].originalError ?? errors[0];
      return data!.neighbours;
    }

    const cases: [string, string, (i: number) => boolean, (i: number) => boolean][] = [
      ['every text', '', () => true, () => true],
      [
        'Korean questions, English neighbours',
        'queryLang: "ko", docLang: "en"',
        (i) => languageOf(i) === 'ko',
        (i) => languageOf(i) === 'en',
      ],
    ];
    for (const [what, more, asked, passes] of cases)
      test(`${what}: as by comparing everything with everything`, async () => {
        const found = await compare(
          `a: "clustered", b: "blurred", k: 8, sample: 25, seed: 4, p: 0.8 ${more}`,
        );
        const texts = drawn(25, 4, asked);
        const lists = texts.map((i) => [vectors, blurred].map((values) => nearestOf(values, i, 8, passes)));
        // Two distances that differ in the eighth digit may change places in float32; one such pair moves a mean by this.
        const close = (x: number, y: number) => assert.ok(Math.abs(x - y) < 0.006, `${x} ${y}`);
        close(found.overlap.value, mean(lists.map(([a, b]) => a.filter((x) => b.includes(x)).length / 8)));
        close(found.rbo.value, mean(lists.map(([a, b]) => rbo(a, b, 0.8))));
        assert.equal(found.sample, texts.length);
        assert.ok(found.overlap.value > 0.02 && found.overlap.value < 0.9, `${found.overlap.value}`);
        for (const { value, ciLow, ciHigh } of [found.overlap, found.rbo])
          assert.ok(ciLow < value && value < ciHigh && ciHigh - ciLow < 0.4);
        const shares = found.languages.map((l: { sample: number; overlap: { value: number } }) => [
          l.sample * l.overlap.value,
          l.sample,
        ]);
        const total = (at: number) => shares.reduce((sum: number, s: number[]) => sum + s[at], 0);
        assert.ok(Math.abs(total(0) / total(1) - found.overlap.value) < 1e-9);
      });

    test('a set agrees with itself, and a text without a vector is in no figure', async () => {
      const same = await compare('a: "clustered", b: "clustered", sample: 10');
      assert.deepEqual([same.overlap.value, same.rbo.value.toFixed(12)], [1, '1.000000000000']);
      // Unit 3 holds text 7; under this seed it is drawn.
      const seed = Array.from({ length: 10_000 }, (_, s) => s).find((s) =>
        drawn(20, s, () => true).includes(7),
      )!;
      const { unanswered, sample } = await compare(`a: "clustered", b: "blurred", sample: 20, seed: ${seed}`);
      assert.deepEqual([unanswered, sample], [1, 39]);
    });

    test('another seed draws others; the same seed the same', async () => {
      const ask = (seed: number) => compare(`a: "clustered", b: "blurred", sample: 10, seed: ${seed}`);
      const [first, again, other] = [await ask(1), await ask(1), await ask(2)];
      assert.deepEqual(first, again);
      assert.notDeepEqual(first, other);
    });

    const refusals: [string, RegExp][] = [
      ['a: "clustered", b: "korean"', /different texts: 6000 and 600, 600 of them in both/],
      ['a: "clustered", b: "nothing"', /no embedding set "nothing"/],
      ['a: "clustered", b: "blurred", k: 0', /k is 0/],
      ['a: "clustered", b: "blurred", sample: 1000000', /1 to 1000 units/],
      ['a: "clustered", b: "blurred", p: 1', /persistence lies between 0 and 1/],
      ['a: "clustered", b: "blurred", queryLang: "fr"', /not both sets have texts in "fr"/],
      ['a: "clustered", b: "korean", queryLang: "en"', /not both sets have texts in "en"/],
    ];
    for (const [input, message] of refusals)
      test(`${input}: one clear error`, () => assert.rejects(compare(input), message));

    test('a set of one language is compared in that language', async () => {
      const found = await compare('a: "clustered", b: "korean", docLang: "ko", sample: 5');
      assert.deepEqual(
        found.languages.map((l: { language: string }) => l.language),
        ['ko'],
      );
    });
  });
