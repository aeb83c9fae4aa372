import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  bootstrapDifference,
  bootstrapMeans,
  effectSize,
  generator,
  holm,
  mean,
  pairedRandomization,
  percentileInterval,
  quantile,
  winTieLoss,
} from '#src/evaluation/statistics.ts';

const golden = Object.assign(
  {},
  ...readFileSync(new URL('../golden/evaluate/statistics.jsonl', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line)),
) as {
  paired: {
    a: number[];
    b: number[];
    exact: boolean;
    p: number;
    low: number;
    high: number;
    effect: number;
  }[];
  quantile: { values: number[]; levels: number[]; expected: number[] };
  holm: { ps: number[]; adjusted: number[] };
};

function close(actual: number, expected: number, tolerance: number, what = '') {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual}, expected ${expected}`);
}

describe('generator', () => {
  test('the stream of a seed never changes', () => {
    const random = generator(42);
    assert.deepEqual(
      [random.uint32(), random.uint32(), random.uint32()],
      // From a transcription of PractRand's sfc32 into Python, seeded alike.
      [3_648_644_458, 4_206_697_674, 2_509_843_200],
    );
  });
  test('below is uniform', () => {
    const random = generator(1);
    const counts = new Float64Array(7);
    for (let i = 0; i < 70_000; i++) counts[random.below(7)]++;
    const chi2 = counts.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0);
    assert.ok(chi2 < 22.5, `chi-squared with 6 degrees of freedom: ${chi2}`); // p = .001
  });
});

describe('bootstrap', () => {
  test('two values: the three possible means arise 1 : 2 : 1', () => {
    const [means] = bootstrapMeans([[0, 1]], { resamples: 40_000, seed: 1 });
    for (const [value, share] of [
      [0, 0.25],
      [0.5, 0.5],
      [1, 0.25],
    ])
      close(means.filter((x) => x === value).length / 40_000, share, 0.01, `share of ${value}`); // 4 sigma
  });
  test('columns are resampled by the same rows', () => {
    const a = [0.1, 0.5, 0.9, 0.3];
    const [first, second] = bootstrapMeans([a, a.map((x) => 1 - x)], { resamples: 500, seed: 2 });
    for (let r = 0; r < 500; r++) close(first[r] + second[r], 1, 1e-12);
  });
  test('columns beside one another have the means they have alone', () => {
    const random = generator(6);
    for (const width of [1, 3, 4, 6, 9]) {
      const columns = Array.from({ length: width }, () => Array.from({ length: 13 }, () => random.unit()));
      const together = bootstrapMeans(columns, { resamples: 50, seed: 7 });
      for (const [c, column] of columns.entries())
        assert.deepEqual(together[c], bootstrapMeans([column], { resamples: 50, seed: 7 })[0]);
    }
  });
  test('a column without some rows has the mean of the drawn rows that it has', () => {
    const [means] = bootstrapMeans([[2, Number.NaN, 2]], { resamples: 2_000, seed: 3 });
    const absent = means.filter((x) => Number.isNaN(x)).length / 2_000;
    assert.ok(means.every((x) => Number.isNaN(x) || x === 2));
    close(absent, 1 / 27, 0.017, 'all three draws absent');
  });
  test('the spread is that of a mean: sd / sqrt(n)', () => {
    const random = generator(4);
    const values = Float64Array.from({ length: 500 }, () => random.unit());
    const [means] = bootstrapMeans([values], { resamples: 20_000, seed: 5 });
    const centre = mean(values);
    const variance = values.reduce((s, x) => s + (x - centre) ** 2, 0) / 500 / 500;
    close(mean(means), centre, 5e-4);
    close(Math.sqrt(means.reduce((s, x) => s + (x - centre) ** 2, 0) / 20_000), Math.sqrt(variance), 3e-4);
  });
  test('95% intervals of a mean cover it in 93 to 97% of simulated data', () => {
    const random = generator(6);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit());
    let covered = 0;
    for (let i = 0; i < 1_000; i++) {
      const [means] = bootstrapMeans([Float64Array.from({ length: 100 }, normal)], {
        resamples: 500,
        seed: i,
      });
      const { low, high } = percentileInterval(means)!;
      if (low <= 0 && 0 <= high) covered++;
    }
    assert.ok(covered >= 930 && covered <= 970, `${covered} of 1000`);
  });
  test('intervals of a difference are those of scipy', () => {
    for (const { a, b, low, high } of golden.paired) {
      const { difference, interval } = bootstrapDifference(a, b, { resamples: 100_000, seed: 7 });
      close(difference, mean(a) - mean(b), 1e-12);
      // The sampling error of a 2.5% quantile from 100,000 resamples, about 1% of the interval.
      close(interval!.low, low, (high - low) * 0.02, 'low');
      close(interval!.high, high, (high - low) * 0.02, 'high');
    }
  });
  test('nothing resampled, no interval', () => {
    assert.equal(percentileInterval(bootstrapMeans([[1, 2]], { resamples: 0, seed: 1 })[0]), undefined);
  });
  test('quantiles are numpy’s', () => {
    const { values, levels, expected } = golden.quantile;
    for (const i of levels.keys()) close(quantile(values, levels[i]), expected[i], 1e-12);
  });
});

describe('paired randomisation', () => {
  test('p-values are those of scipy', () => {
    for (const { a, b, exact, p } of golden.paired) {
      const found = pairedRandomization(a, b, { resamples: 100_000, seed: 8 });
      assert.equal(found.exact, exact);
      close(found.p, p, exact ? 1e-12 : 4 * Math.sqrt((p * (1 - p)) / 100_000 + (p * (1 - p)) / 200_000));
    }
  });
  test('closed forms', () => {
    const p = (differences: number[]) =>
      pairedRandomization(
        differences,
        differences.map(() => 0),
        { resamples: 1, seed: 1 },
      ).p;
    assert.equal(p([1, 1, 1, 1, 1]), 2 / 32); // only the two uniform assignments
    assert.equal(p([0, 0, 0]), 1);
    assert.equal(p([]), 1);
    assert.equal(p([0.1, 0.2, -0.3]), 1); // the sum is 0 but for rounding
    assert.equal(p([0.3, 0.1, 0.2, 0]), 2 / 8);
  });
  test('random signs agree with all signs', () => {
    const random = generator(9);
    const values = Array.from({ length: 20 }, () => random.unit() - 0.4);
    const zeros = values.map(() => 0);
    const exact = pairedRandomization(values, zeros, { resamples: 0, seed: 0 });
    // A pair of differences that cancel whatever their signs would change the test; a tiny one does not.
    const sampled = pairedRandomization([...values, 1e-15], [...zeros, 0], { resamples: 50_000, seed: 10 });
    assert.deepEqual([exact.exact, sampled.exact], [true, false]);
    close(sampled.p, exact.p, 0.01);
  });
  test('eight signs at a time are the signs one by one', () => {
    for (const n of [21, 24, 31, 32, 33, 64, 100]) {
      const draws = generator(n);
      const values = Array.from({ length: n }, () => draws.unit() - 0.45);
      const observed = Math.abs(values.reduce((sum, x) => sum + x, 0));
      const random = generator(11);
      let hits = 0;
      for (let r = 0; r < 2_000; r++) {
        const words = Array.from({ length: Math.ceil(n / 32) }, () => random.uint32());
        const sum = values.reduce((s, x, i) => s + ((words[i >> 5] >>> (i & 31)) & 1 ? x : -x), 0);
        if (Math.abs(sum) >= observed) hits++;
      }
      const zeros = values.map(() => 0);
      const { p } = pairedRandomization(values, zeros, { resamples: 2_000, seed: 11 });
      assert.equal(p, (1 + hits) / 2_001, `${n} differences`);
    }
  });
  test('a p-value from resamples is never 0', () => {
    const far = Array.from({ length: 30 }, () => 1);
    const { p } = pairedRandomization(
      far,
      far.map(() => 0),
      { resamples: 999, seed: 1 },
    );
    assert.equal(p, 1 / 1000);
  });
});

describe('families and effects', () => {
  test('Holm is statsmodels’', () => {
    const adjusted = holm(golden.holm.ps);
    for (const i of adjusted.keys()) close(adjusted[i], golden.holm.adjusted[i], 1e-12);
    assert.deepEqual(holm([]), []);
    assert.deepEqual(holm([0.01, 0.04, 0.03]), [0.03, 0.06, 0.06]);
  });
  test('Holm: no order lost, never below the p-value, never above Bonferroni', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }), (ps) => {
        const adjusted = holm(ps);
        for (const [i, p] of ps.entries()) {
          assert.ok(adjusted[i] >= p && adjusted[i] <= Math.min(1, p * ps.length));
          for (const [j, other] of ps.entries()) assert.ok(p >= other || adjusted[i] <= adjusted[j]);
        }
      }),
    );
  });
  test('win, tie, loss', () => {
    assert.deepEqual(winTieLoss([1, 0.1 + 0.2, 0, 0.5], [0, 0.3, 1, 0.2]), { win: 2, tie: 1, loss: 1 });
  });
  test('effect size is mean over standard deviation', () => {
    for (const { a, b, effect } of golden.paired) close(effectSize(a, b)!, effect, 1e-12);
    assert.equal(effectSize([1, 1], [0, 0]), null);
  });
  test('values that do not pair are a defect', () => {
    assert.throws(() => winTieLoss([1], [1, 2]), /1 values paired with 2/);
  });
});
