import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { generator } from '#src/evaluation/statistics.ts';
import { openSearcher, type Searcher } from '#workers/evaluate/search.ts';

/** Every score in float64, every pool sorted whole: score descending, index descending. */
function oracle(queries: Float32Array, documents: Float32Array, dimension: number, k: number) {
  const n = queries.length / dimension;
  const m = documents.length / dimension;
  return Array.from({ length: n }, (_, q) =>
    Array.from({ length: m }, (_, d) => {
      let score = 0;
      for (let i = 0; i < dimension; i++) score += queries[q * dimension + i] * documents[d * dimension + i];
      return { score, index: d };
    })
      .sort((a, b) => b.score - a.score || b.index - a.index)
      .slice(0, k),
  );
}

describe('exact search', () => {
  let searcher: Searcher;
  before(async () => {
    searcher = await openSearcher({ threads: 1 });
  });
  after(() => searcher.close());

  /** Small integers: their products are exact in float32, so that ties are exact too, whatever the order of sums. */
  function integers(count: number, levels: number, seed: number) {
    const random = generator(seed);
    return Float32Array.from({ length: count }, () => random.below(2 * levels + 1) - levels);
  }
  async function agrees(n: number, m: number, dimension: number, k: number, levels: number) {
    const queries = integers(n * dimension, levels, 1);
    const documents = integers(m * dimension, levels, 2);
    const found = await searcher.topK(queries, documents, dimension, k);
    assert.equal(found.indices.length, n * k);
    oracle(queries, documents, dimension, k).forEach((expected, q) => {
      const indices = Array.from(found.indices.subarray(q * k, q * k + expected.length));
      assert.deepEqual(
        indices,
        expected.map((e) => e.index),
        `query ${q}`,
      );
      assert.deepEqual(
        Array.from(found.scores.subarray(q * k, q * k + expected.length)),
        expected.map((e) => e.score),
      );
    });
  }

  test('agrees with sorting every score', () => agrees(7, 1000, 8, 10, 50));
  test('orders ties by index, also where whole groups tie', () => agrees(5, 3000, 3, 20, 1));
  test('goes over several blocks of documents', () => agrees(3, 70_000, 4, 5, 100));
  test('goes over several blocks of queries', () => agrees(260, 90, 4, 5, 100));
  test('ties across blocks', () => agrees(3, 70_000, 2, 50, 2));
  test('takes k above a block’s group count', () => agrees(2, 700, 4, 600, 3));
  test('one query, one document', () => agrees(1, 1, 5, 1, 9));

  test('fills a pool smaller than k with index -1', async () => {
    const found = await searcher.topK(Float32Array.of(1), Float32Array.of(1, 3, 2), 1, 5);
    assert.deepEqual(Array.from(found.indices), [1, 2, 0, -1, -1]);
    assert.deepEqual(Array.from(found.scores.subarray(0, 3)), [3, 2, 1]);
  });
  test('padding never outranks documents with negative scores', async () => {
    const found = await searcher.topK(Float32Array.of(1), Float32Array.of(-3, -1, -2), 1, 3);
    assert.deepEqual(Array.from(found.indices), [1, 2, 0]);
  });
  test('all documents alike: the highest indices', async () => {
    const found = await searcher.topK(Float32Array.of(1, 1), new Float32Array(70_000 * 2).fill(0.5), 2, 3);
    assert.deepEqual(Array.from(found.indices), [69_999, 69_998, 69_997]);
  });
  test('equal vectors have equal scores wherever they stand', async () => {
    const dimension = 384;
    const random = generator(3);
    const documents = Float32Array.from({ length: 20_000 * dimension }, () => random.unit() - 0.5);
    const copies = [5, 4_096, 9_999, 16_000, 19_999];
    for (const at of copies) documents.copyWithin(at * dimension, 0, dimension);
    const found = await searcher.topK(documents.slice(0, 3 * dimension), documents, dimension, 6);
    assert.deepEqual(Array.from(found.indices.subarray(0, 6)), [...copies.toReversed(), 0]);
    assert.equal(new Set(found.scores.subarray(0, 6)).size, 1);
  });
  test('stops when told to', async () => {
    const controller = new AbortController();
    controller.abort(new Error('cancelled'));
    const one = Float32Array.of(1);
    await assert.rejects(searcher.topK(one, one, 1, 1, controller.signal), /cancelled/);
  });
});
