/** Random masks: how much they keep, that rescaling makes up for the rest, and that only names and seeds decide. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { MergeParams } from '#src/recipes/merging.ts';
import { writeModel } from '#workers/encoder/folder.ts';
import { dareLinear, dareTies, dellaLinear } from '#workers/merge/methods/deltas.ts';
import { openMerge } from '#workers/merge/open.ts';
import { makePieces } from '#workers/merge/pieces.ts';
import { mergeTensor, viewOf } from '#workers/merge/tensor.ts';
import { makeModel, staticConfig, temporary, wordPiece, writeTokenizer } from '../encoder/tiny.ts';

/**
 * Hoeffding 1963: the mean of n values in [0, 1] is further than this from its expectation with a probability of at
 * most alpha. At 1e-12 none of the tests below fails by chance.
 */
const bound = (n: number, alpha = 1e-12) => Math.sqrt(Math.log(2 / alpha) / (2 * n));

const shared = { weights: [1], lambda: 1, normalize: false };
const zeros = (n: number) => new Float32Array(n);
const ones = (n: number) => new Float32Array(n).fill(1);
const filled = (n: number, at: (i: number) => number) => Float32Array.from({ length: n }, (_, i) => at(i));

/** What a mask leaves of deltas from a base of zeros. */
const dare = (
  deltas: Float32Array,
  density: number,
  seed: number,
  rescale: 'L1' | 'EXPECTED' | 'NONE',
  { name = 'w', model = 'm' } = {},
) =>
  mergeTensor(dareLinear, viewOf(name, [deltas.length], [model], [deltas], zeros(deltas.length)), {
    ...shared,
    densities: [density],
    rescale,
    seed,
  });

const seed = fc.integer({ min: 0, max: 0xffff_ffff });
const density = fc.double({ min: 0.05, max: 0.95, noNaN: true });

test('DARE keeps its share of the values', () => {
  const n = 20_000;
  fc.assert(
    fc.property(seed, density, (seed, density) => {
      const kept = dare(ones(n), density, seed, 'NONE');
      assert.ok(kept.every((x) => x === 0 || x === 1));
      const share = kept.reduce((sum, x) => sum + x, 0) / n;
      assert.ok(Math.abs(share - density) <= bound(n), `${share} of ${density}`);
    }),
    { numRuns: 40 },
  );
});

test('the masks of two seeds, tensors or models are independent', () => {
  const n = 20_000;
  const one = dare(ones(n), 0.5, 1, 'NONE');
  for (const other of [
    dare(ones(n), 0.5, 2, 'NONE'),
    dare(ones(n), 0.5, 1, 'NONE', { name: 'v' }),
    dare(ones(n), 0.5, 1, 'NONE', { model: 'other' }),
  ]) {
    const both = one.reduce((sum, x, i) => sum + x * other[i], 0) / n;
    assert.ok(Math.abs(both - 0.25) <= bound(n), `${both}`);
  }
  assert.deepEqual(dare(ones(n), 0.5, 1, 'NONE'), one);
});

test('a greater density keeps what a smaller one keeps', () => {
  fc.assert(
    fc.property(seed, density, density, (seed, a, b) => {
      const [few, many] = [Math.min(a, b), Math.max(a, b)].map((d) => dare(ones(500), d, seed, 'NONE'));
      assert.ok(few.every((x, i) => x <= many[i]));
    }),
    { numRuns: 40 },
  );
});

test('divided by the density, what is kept is in expectation the whole: DARE', () => {
  const [n, seeds] = [32, 3000];
  const deltas = filled(n, (i) => Math.sin(1 + i) * (1 + i));
  for (const density of [0.2, 0.5, 0.9]) {
    const sums = new Float64Array(n);
    for (let seed = 0; seed < seeds; seed++)
      dare(deltas, density, seed, 'EXPECTED').forEach((x, i) => {
        sums[i] += x;
      });
    // A value is 0 or delta / density: a mean of variables in [0, 1], stretched.
    for (let i = 0; i < n; i++) {
      const off = Math.abs(sums[i] / seeds - deltas[i]);
      assert.ok(
        off <= (Math.abs(deltas[i]) / density) * bound(seeds),
        `${off} of ${deltas[i]} at ${density}`,
      );
    }
  }
});

test('DELLA keeps each rank of a row with its own probability, and its expectation is the whole', () => {
  const [columns, rows] = [8, 4000];
  const [density, epsilon] = [0.5, 0.3];
  // The ranks of a row, from the smallest: place (3 c) mod 8.
  const rank = (c: number) => (3 * c) % columns;
  const deltas = filled(columns * rows, (i) => (1 + rank(i % columns)) * (i % 2 ? -1 : 1));
  const pruned = (rescale: 'NONE' | 'EXPECTED') =>
    mergeTensor(dellaLinear, viewOf('w', [rows, columns], ['m'], [deltas], zeros(deltas.length)), {
      ...shared,
      densities: [density],
      epsilons: [epsilon],
      rescale,
      seed: 5,
    });
  const [kept, scaled] = [pruned('NONE'), pruned('EXPECTED')];
  for (let c = 0; c < columns; c++) {
    const probability = density - epsilon + (2 * epsilon * rank(c)) / (columns - 1);
    const column = (of: Float32Array) => Array.from({ length: rows }, (_, r) => of[r * columns + c]);
    const share = column(kept).filter((x) => x !== 0).length / rows;
    assert.ok(Math.abs(share - probability) <= bound(rows), `rank ${rank(c)}: ${share} of ${probability}`);
    const delta = deltas[c];
    const mean = column(scaled).reduce((sum, x) => sum + x, 0) / rows;
    assert.ok(Math.abs(mean - delta) <= (Math.abs(delta) / probability) * bound(rows), `${mean} of ${delta}`);
  }
});

test('rescaled to the L1 norm, what is kept weighs as much as all', () => {
  fc.assert(
    fc.property(seed, density, (seed, density) => {
      const deltas = filled(1000, (i) => Math.sin(seed + i));
      const norm = (of: Float32Array) => of.reduce((sum, x) => sum + Math.abs(x), 0);
      const [all, kept] = [norm(deltas), norm(dare(deltas, density, seed, 'L1'))];
      assert.ok(Math.abs(kept / all - 1) < 1e-5, `${kept} of ${all}`);
    }),
    { numRuns: 40 },
  );
});

test('the order of the models does not matter: masks go with their digests', () => {
  fc.assert(
    fc.property(seed, density, (seed, density) => {
      const n = 300;
      const models = [1, 2].map((m) => filled(n, (i) => Math.sin(m * (i + 1))));
      for (const method of [dareLinear, dareTies]) {
        const merged = (order: number[]) =>
          mergeTensor(
            method,
            viewOf(
              'w',
              [n],
              order.map((m) => `model ${m}`),
              order.map((m) => models[m]),
              zeros(n),
            ),
            {
              ...{ weights: order.map((m) => 0.3 + m), densities: order.map((m) => density / (1 + m)) },
              ...{ lambda: 1, normalize: false, rescale: 'L1' as const, seed },
            },
          );
        // A sum of two is the same either way, to the bit.
        assert.deepEqual(merged([1, 0]), merged([0, 1]));
      }
    }),
    { numRuns: 40 },
  );
});

test('threads do not matter, nor the pieces that a tensor is cut into', async (t) => {
  const dir = await temporary(t);
  const tokenizer = await writeTokenizer(dir, wordPiece);
  // 1.2 million values a model: two pieces, and enough that the work goes to threads.
  const config = staticConfig(20_000, 60);
  const inputs = [];
  for (const [i, role] of ['base', 'model', 'model'].entries()) {
    const path = join(dir, `in-${i}`);
    await writeModel(
      path,
      makeModel(config, tokenizer, (_, j) => Math.sin(1 + i * 7 + j)),
    );
    inputs.push({ role, digest: String(i).repeat(64), path });
  }
  const each = { weights: [0.6, 0.4], lambda: 1, normalize: false, rescale: 'L1', seed: 3 } as const;
  const cases: MergeParams[] = [
    { method: 'DARE_TIES', densities: [0.4, 0.7], ...each, weights: [0.6, 0.4] },
    { method: 'DELLA_LINEAR', densities: [0.4, 0.7], epsilons: [0.1, 0.2], ...each, weights: [0.6, 0.4] },
  ];
  for (const params of cases) {
    const merge = await openMerge({ params, inputs });
    t.after(merge.close);
    const results = [];
    for (const threads of [1, 3]) {
      const pieces = makePieces(merge.assignment, threads);
      const values: Float32Array[] = [];
      for await (const piece of pieces.of('embedding.weight')) values.push(piece.slice());
      await pieces.close();
      assert.equal(values.length, 2);
      results.push(Buffer.concat(values.map((of) => Buffer.from(of.buffer))));
    }
    assert.ok(results[0].equals(results[1]), params.method);
  }
});
