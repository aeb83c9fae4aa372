import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { assemble, binaryFile } from '#workers/graph/assemble.ts';
import type { Moments, Update } from '#workers/graph/kernels.ts';
import { allocate } from '#workers/graph/memory.ts';

test('kernels.wasm is what kernels.wat says', async () => {
  assert.deepEqual(Buffer.from(await assemble()), readFileSync(binaryFile));
});

const wave = (n: number, phase: number) =>
  Float32Array.from({ length: n }, (_, i) => Math.sin(i * 1.7 + phase));

/** Widths with and without a rest after blocks of sixteen and four. */
const dims = [1, 3, 4, 15, 16, 17, 32, 50];

for (const dim of dims) {
  test(`sums of rows ${dim} wide are those of the loop`, () => {
    const bags = fc.array(fc.array(fc.nat(9), { maxLength: 7 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(bags, (lists) => {
        const ids = lists.flat();
        const [{ kernels, floats, ints }] = allocate([
          {
            floats: { source: 10 * dim, out: lists.length * dim },
            ints: { index: ids.length, starts: lists.length + 1 },
          },
        ]);
        floats.source.set(wave(10 * dim, 0));
        floats.out.fill(99);
        ints.index.set(ids);
        lists.forEach((list, i) => {
          ints.starts[i + 1] = ints.starts[i] + list.length;
        });
        kernels.sumRows(floats.source, ints.index, ints.starts, lists.length, dim, floats.out);
        const expected = lists.flatMap((list) =>
          Array.from({ length: dim }, (_, d) =>
            list.reduce((sum, id) => Math.fround(sum + floats.source[id * dim + d]), 0),
          ),
        );
        assert.deepEqual([...floats.out], expected);
        // Added to 5 each: the terms come in the same order, after it.
        floats.out.fill(5);
        kernels.addRows(floats.source, ints.index, ints.starts, lists.length, dim, floats.out);
        const added = lists.flatMap((list) =>
          Array.from({ length: dim }, (_, d) =>
            list.reduce((sum, id) => Math.fround(sum + floats.source[id * dim + d]), 5),
          ),
        );
        assert.deepEqual([...floats.out], added);
      }),
      { numRuns: 30 },
    );
  });
}

test('rows are taken in the order of the index', () => {
  const [{ kernels, floats, ints }] = allocate([{ floats: { source: 30, out: 12 }, ints: { index: 4 } }]);
  floats.source.set(wave(30, 1));
  ints.index.set([9, 0, 9, 4]);
  kernels.takeRows(floats.source, ints.index, 4, 3, floats.out);
  assert.deepEqual(
    [...floats.out],
    [9, 0, 9, 4].flatMap((row) => [...floats.source.subarray(3 * row, 3 * row + 3)]),
  );
});

test('sums of squares are in double precision', () => {
  for (const n of [0, 1, 4, 7, 1001]) {
    const [{ kernels, floats }] = allocate([{ floats: { x: n }, ints: {} }]);
    floats.x.set(wave(n, 2));
    const exact = floats.x.reduce((sum, x) => sum + x * x, 0);
    assert.ok(Math.abs(kernels.sumSquares(floats.x) - exact) <= 1e-13 * exact);
  }
  const [{ kernels, floats }] = allocate([{ floats: { x: 4 }, ints: {} }]);
  floats.x.fill(1e30);
  assert.equal(kernels.sumSquares(floats.x), 4 * Math.fround(1e30) ** 2);
});

/** torch.optim.AdamW's update, in double precision. */
function adamw(
  { weights, m, v }: Record<keyof Moments, Float64Array>,
  gradient: ArrayLike<number>,
  u: Update,
) {
  weights.forEach((weight, i) => {
    const g = gradient[i] * u.scale;
    m[i] = u.beta1 * m[i] + (1 - u.beta1) * g;
    v[i] = u.beta2 * v[i] + (1 - u.beta2) * g * g;
    const mean = m[i] / (1 - u.beta1 ** u.step);
    const deviation = Math.sqrt(v[i] / (1 - u.beta2 ** u.step));
    weights[i] =
      weight * (1 - u.learningRate * u.weightDecay) - (u.learningRate * mean) / (deviation + u.epsilon);
  });
}
const settings = {
  scale: 0.7,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  learningRate: 0.01,
  weightDecay: 0.1,
};

for (const n of [1, 4, 6, 37])
  test(`AdamW over ${n} numbers is the reference's`, () => {
    const [{ kernels, floats }] = allocate([{ floats: { weights: n, m: n, v: n, gradient: n }, ints: {} }]);
    floats.weights.set(wave(n, 3));
    const oracle = {
      weights: Float64Array.from(floats.weights),
      m: new Float64Array(n),
      v: new Float64Array(n),
    };
    for (let step = 1; step <= 20; step++) {
      floats.gradient.set(wave(n, step));
      kernels.adamw(floats, floats.gradient, { ...settings, step });
      adamw(oracle, floats.gradient, { ...settings, step });
    }
    floats.weights.forEach((x, i) => {
      assert.ok(Math.abs(x - oracle.weights[i]) < 2e-6, `${x} against ${oracle.weights[i]}`);
    });
  });

test('AdamW on rows touches those rows alone, as AdamW on each', () => {
  const dim = 5;
  const make = () => {
    const [block] = allocate([
      { floats: { weights: 8 * dim, m: 8 * dim, v: 8 * dim, gradient: 3 * dim }, ints: { rows: 3 } },
    ]);
    block.floats.weights.set(wave(8 * dim, 4));
    block.floats.gradient.set(wave(3 * dim, 5));
    block.ints.rows.set([6, 0, 3]);
    return block;
  };
  const [a, b] = [make(), make()];
  const update = { ...settings, step: 3 };
  a.kernels.adamwRows(a.floats, a.floats.gradient, dim, a.ints.rows, 3, update);
  [6, 0, 3].forEach((row, i) => {
    const part = (x: Float32Array, at: number) => x.subarray(at * dim, (at + 1) * dim);
    const { weights, m, v, gradient } = b.floats;
    b.kernels.adamw(
      { weights: part(weights, row), m: part(m, row), v: part(v, row) },
      part(gradient, i),
      update,
    );
  });
  assert.deepEqual(a.floats, b.floats);
});

test('an array of another memory is refused', () => {
  const [{ kernels }] = allocate([{ floats: { x: 4 }, ints: {} }]);
  assert.throws(() => kernels.sumSquares(new Float32Array(4)), /outside the memory of the kernels/);
});

test('blocks are aligned and do not overlap; one beyond 4 GiB is refused', () => {
  const blocks = allocate([
    { floats: { a: 3, b: 17 }, ints: { c: 1 } },
    { floats: { a: 5, b: 0 }, ints: { c: 2 } },
  ]);
  const arrays = blocks.flatMap(({ floats, ints }) => [floats.a, floats.b, ints.c]);
  arrays.forEach((array, i) => {
    assert.equal(array.byteOffset % 64, 0);
    array.fill(i + 1);
  });
  arrays.forEach((array, i) => {
    assert.ok(array.every((x) => x === i + 1));
  });
  assert.throws(
    () => allocate([{ floats: { table: 1.5 * 2 ** 30 }, ints: {} }]),
    /needs 6\.0 GiB, more than the 4 GiB/,
  );
});
