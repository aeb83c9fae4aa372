import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type PairedDirection, pairedTests } from '#src/evaluation/paired.ts';
import {
  bootstrapDifference,
  effectSize,
  generator,
  intervalBy,
  pairedRandomization,
  pairedT,
  sampleMeans,
} from '#src/evaluation/statistics.ts';

interface Golden {
  a: number[];
  b: number[];
  cluster: number[];
  t: number;
  p: number;
  clusterP: number;
  QUERY: { percentile: [number, number]; BCa: [number, number] };
  CLUSTER: { percentile: [number, number]; BCa: [number, number] };
}
const golden: Golden[] = readFileSync(new URL('../golden/evaluate/intervals.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line));

const close = (actual: number, expected: number, tolerance = 1e-12) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual}, expected ${expected}`);

describe('values are those of scipy', () => {
  test('paired t', () => {
    for (const { a, b, cluster, t, p, clusterP } of golden) {
      const found = pairedT(a, b)!;
      close(found.t, t, 1e-11);
      close(found.p, p, 1e-11);
      close(pairedT(a, b, cluster)!.p, clusterP, 1e-11);
    }
  });
  for (const method of ['PERCENTILE', 'BCA'] as const)
    test(`intervals: ${method}, of queries and of clusters`, () => {
      for (const { a, b, cluster, ...expected } of golden)
        for (const clusters of [undefined, cluster]) {
          const resampling = { resamples: 50_000, seed: 3, method, clusters };
          const { low, high } = bootstrapDifference(a, b, resampling).interval!;
          const of = expected[clusters ? 'CLUSTER' : 'QUERY'];
          const [lowest, highest] = of[method === 'BCA' ? 'BCa' : 'percentile'];
          // Sampling errors of quantiles from 50,000 and 200,000 resamples.
          close(low, lowest, (highest - lowest) * 0.02);
          close(high, highest, (highest - lowest) * 0.02);
        }
    });
});

describe('95 % intervals cover the truth in 93 to 97 % of simulated data', () => {
  const random = generator(11);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit());
  const rounds = 1_000;
  function coverage(draw: () => { values: number[]; clusters?: number[] }, method: 'PERCENTILE' | 'BCA') {
    let covered = 0;
    for (let seed = 0; seed < rounds; seed++) {
      const { values, clusters } = draw();
      const [sampled] = sampleMeans([values], { resamples: 400, seed }, clusters);
      const { low, high } = intervalBy(method, sampled)!;
      if (low <= 0 && 0 <= high) covered++;
    }
    return covered / rounds;
  }
  const between = (x: number, low: number, high: number) =>
    assert.ok(x >= low && x <= high, `${x} is not in [${low}, ${high}]`);

  test('BCa of a skewed measure', () => {
    const draw = () => ({ values: Array.from({ length: 150 }, () => -Math.log(1 - random.unit()) - 1) });
    between(coverage(draw, 'BCA'), 0.93, 0.97);
  });
  test('clusters, where queries by themselves fall short', () => {
    const clusters = Array.from({ length: 320 }, (_, i) => i >> 2);
    const values = () => {
      const shared = Array.from({ length: 80 }, normal);
      return clusters.map((c) => shared[c] + normal());
    };
    for (const method of ['PERCENTILE', 'BCA'] as const)
      between(
        coverage(() => ({ values: values(), clusters }), method),
        0.93,
        0.97,
      );
    between(
      coverage(() => ({ values: values() }), 'PERCENTILE'),
      0.6,
      0.88,
    );
  });
});

describe('paired tests of systems', () => {
  const options = { resamples: 400, seed: 5, method: 'PERCENTILE' as const };
  const random = generator(2);
  const queries = Array.from({ length: 30 }, (_, i) => `q${i}`);
  const values = (n = 30) => Array.from({ length: n }, () => random.unit());
  const direction = (kind: PairedDirection['kind'], of: number[][], ids = queries): PairedDirection => ({
    ...{ kind, queries: ids, values: of },
  });
  const [a, b, c] = [values(), values(), values()];

  test('of one direction: those of two columns alone', async () => {
    const { directions, averages } = await pairedTests([direction('MONO', [a, b])], 2, options);
    const [pair] = directions[0].pairs;
    const { interval, difference } = bootstrapDifference(a, b, options);
    close(pair.difference, difference);
    close(pair.ciLow!, interval!.low);
    close(pair.ciHigh!, interval!.high);
    assert.equal(pair.p, pairedRandomization(a, b, options).p);
    close(pair.pT!, pairedT(a, b)!.p);
    close(pair.effectSize!, effectSize(a, b)!);
    assert.equal(directions[0].queries, 30);
    assert.deepEqual(
      averages.map((average) => average.name),
      ['MONO'],
    );
    assert.deepEqual(averages[0].pairs, directions[0].pairs);
  });

  test('differences add up, and turn their sign with the order', async () => {
    const { directions } = await pairedTests([direction('MONO', [a, b, c])], 3, options);
    const [ab, ac, bc] = directions[0].pairs;
    close(ab.difference + bc.difference, ac.difference);
    const turned = (await pairedTests([direction('MONO', [b, a])], 2, options)).directions[0].pairs[0];
    close(turned.difference, -ab.difference);
    assert.deepEqual([turned.win, turned.loss, turned.p], [ab.loss, ab.win, ab.p]);
    assert.ok(directions[0].pairs.every((pair) => pair.pHolm >= pair.p && pair.pTHolm! >= pair.pT!));
  });

  test('the same queries twice are no more evidence than once', async () => {
    // 12 queries: every assignment of signs is gone through, so that p-values are equal to the last digit.
    const [x, y, ids] = [a.slice(0, 12), b.slice(0, 12), queries.slice(0, 12)];
    const once = direction('CROSS', [x, y], ids);
    const { averages, directions } = await pairedTests([once, once], 2, options);
    const [joint, single] = [averages[0].pairs[0], directions[0].pairs[0]];
    assert.equal(averages[0].name, 'CLIR');
    assert.deepEqual([joint.exact, joint.p], [true, single.p]);
    for (const key of ['difference', 'ciLow', 'ciHigh', 'pT', 'effectSize'] as const)
      close(joint[key]!, single[key]!);

    const copies = ids.flatMap((id) => [id, `${id} again`]);
    const clusters = new Map(copies.map((id, i) => [id, `c${i >> 1}`]));
    const double = (of: number[]) => of.flatMap((v) => [v, v]);
    const doubled = direction('CROSS', [double(x), double(y)], copies);
    const by = await pairedTests([doubled], 2, { ...options, clusters });
    const [clustered] = by.directions[0].pairs;
    assert.deepEqual([clustered.exact, clustered.p], [true, single.p]);
    for (const key of ['difference', 'ciLow', 'ciHigh', 'pT'] as const) close(clustered[key]!, single[key]!);
    const apart = (await pairedTests([doubled], 2, options)).directions[0].pairs[0];
    assert.ok(apart.pT! < single.pT!);
  });

  test('the gap is paired by query: equal within and across, there is none', async () => {
    const { averages } = await pairedTests(
      [direction('MONO', [a, b]), direction('CROSS', [a, b]), direction('MIXED', [c, b])],
      2,
      options,
    );
    assert.deepEqual(
      averages.map(({ name, directions }) => [name, directions]),
      [
        ['MONO', 1],
        ['CLIR', 1],
        ['GAP', 2],
      ],
    );
    const { pairs, estimates } = averages[2];
    const { difference, ciLow, ciHigh, p, t, pT } = pairs[0];
    assert.deepEqual([difference, ciLow, ciHigh, p, t, pT], [0, 0, 0, 1, 0, 1]);
    assert.deepEqual(estimates, Array(2).fill({ value: 0, ciLow: 0, ciHigh: 0 }));
  });

  test('an average of directions with other queries is the mean of their means', async () => {
    const [first, second] = [queries.slice(0, 10), queries.slice(5)];
    const { averages, directions } = await pairedTests(
      [
        direction('MONO', [a.slice(0, 10), b.slice(0, 10)], first),
        direction('MONO', [a.slice(5), b.slice(5)], second),
      ],
      2,
      options,
    );
    const means = directions.map(({ estimates }) => estimates[0].value - estimates[1].value);
    close(averages[0].pairs[0].difference, (means[0] + means[1]) / 2);
    assert.equal(averages[0].queries, 30);
    const { win, tie, loss } = averages[0].pairs[0];
    assert.equal(win + tie + loss, 30);
  });

  test('under no difference p-values are uniform: 5 % of them lie below 0.05', async () => {
    let [student, randomised] = [0, 0];
    for (let i = 0; i < 1000; i++) {
      const [x, y] = [values(16), values(16)];
      if (pairedT(x, y)!.p < 0.05) student++;
      if (pairedRandomization(x, y, { resamples: 999, seed: i }).p < 0.05) randomised++;
    }
    for (const found of [student, randomised]) assert.ok(found >= 30 && found <= 70, `${found} of 1000`);
  });

  test('differences without spread have no t', async () => {
    const { directions } = await pairedTests(
      [
        direction(
          'MONO',
          [
            [1, 1],
            [0, 0],
          ],
          ['q1', 'q2'],
        ),
      ],
      2,
      options,
    );
    const { t, pT, p, effectSize: effect } = directions[0].pairs[0];
    assert.deepEqual([t, pT, p, effect], [null, 0, 0.5, null]);
  });
});
