import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trecEval9 } from '#src/evaluation/convention.ts';
import { poolOf } from '#src/evaluation/pool.ts';
import { bootstrapMeans, percentileInterval } from '#src/evaluation/statistics.ts';
import { type Measured, summarise } from '#workers/evaluate/summary.ts';

const of = { system: 's', benchmark: 'b', metric: 'AP' };
const plain = { method: 'PERCENTILE', cluster: 'QUERY' } as const;
const ids = Array.from({ length: 40 }, (_, i) => `q${i}`);
const mono = Float64Array.from(ids, (_, i) => (i % 7) / 7);
const direction = (queryLang: string, docLang: string, values: Float64Array, queries = ids): Measured => ({
  ...{ queryLang, docLang, queries, values, pool: poolOf({ queryLang, docLang }) },
});

test('a direction’s interval is the percentile bootstrap of its mean', () => {
  const resampling = { ...plain, resamples: 500, seed: 3 };
  const { scores } = summarise(of, [direction('ko', 'ko', mono)], resampling, trecEval9);
  const sorted = [...ids].sort();
  const [means] = bootstrapMeans([sorted.map((id) => mono[ids.indexOf(id)])], resampling);
  const { low, high } = percentileInterval(means)!;
  assert.deepEqual([scores[0].ciLow, scores[0].ciHigh], [low, high]);
});

test('the gap is paired by query: a constant loss has no spread, though the averages have', () => {
  const { averages } = summarise(
    of,
    [
      direction('ko', 'ko', mono),
      direction(
        'ko',
        'en',
        mono.map((x) => x - 0.25),
      ),
    ],
    { ...plain, resamples: 500, seed: 1 },
    trecEval9,
  );
  const [within, across, gap] = averages;
  assert.ok(within.ciHigh! - within.ciLow! > 0.1 && across.ciHigh! - across.ciLow! > 0.1);
  for (const x of [gap.value, gap.ciLow!, gap.ciHigh!]) assert.ok(Math.abs(x - 0.25) < 1e-12);
});

test('directions over other queries are averaged over those they have', () => {
  const [first, second] = [ids.slice(0, 30), ids.slice(20)];
  const { scores, averages } = summarise(
    of,
    [
      direction('ko', 'ko', new Float64Array(30).fill(1), first),
      direction('en', 'en', new Float64Array(20).fill(0), second),
    ],
    { ...plain, resamples: 200, seed: 1 },
    trecEval9,
  );
  assert.deepEqual(
    scores.map(({ value, ciLow, ciHigh, n }) => [value, ciLow, ciHigh, n]),
    [
      [1, 1, 1, 30],
      [0, 0, 0, 20],
    ],
  );
  assert.deepEqual(
    averages.map(({ name, value, ciLow, ciHigh }) => [name, value, ciLow, ciHigh]),
    [['MONO', 0.5, 0.5, 0.5]],
  );
});
