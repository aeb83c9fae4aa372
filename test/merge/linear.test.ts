import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { linear } from '#workers/merge/methods/linear.ts';
import { mergeTensor, viewOf } from '#workers/merge/tensor.ts';

const merge = (values: Float32Array[], weights: number[], normalize: boolean) =>
  mergeTensor(linear, viewOf('w', [values[0].length], [], values, null), { weights, normalize });

const finite = fc.float({
  noNaN: true,
  noDefaultInfinity: true,
  min: Math.fround(-1e30),
  max: Math.fround(1e30),
});
const weight = fc.double({ min: 0.01, max: 10, noNaN: true });
/** Some tensors of one length (beyond one stretch of accumulators, too), and a weight for each. */
const tensors = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom(0, 1, 7, 2048, 2049))
  .chain(([models, length]) =>
    fc.tuple(
      fc.array(
        fc
          .array(finite, { minLength: 5, maxLength: 5 })
          .map((some) => Float32Array.from({ length }, (_, i) => some[i % 5] * (1 + (i % 3)))),
        { minLength: models, maxLength: models },
      ),
      fc.array(weight, { minLength: models, maxLength: models }),
    ),
  );

test('every value is the weighted sum, rounded once', () => {
  fc.assert(
    fc.property(tensors, fc.boolean(), ([values, weights], normalize) => {
      const divisor = normalize ? weights.reduce((a, b) => a + b, 0) : 1;
      const expected = Array.from(values[0], (_, j) =>
        Math.fround(values.reduce((sum, value, i) => sum + weights[i] * value[j], 0) / divisor),
      );
      assert.deepEqual([...merge(values, weights, normalize)], expected);
    }),
    { numRuns: 60 },
  );
});

test('a model alone, averaged with itself, or with weight 1 among zeros, is itself', () => {
  fc.assert(
    fc.property(tensors, ([values, weights]) => {
      const plain = [...values[0].map((value) => value + 0)];
      assert.deepEqual(
        [
          ...merge(
            values.map(() => values[0]),
            weights,
            true,
          ),
        ],
        plain,
      );
      const one = weights.map((_, i) => (i === 0 ? 1 : 0));
      assert.deepEqual([...merge(values, one, false)], plain);
      assert.deepEqual([...merge(values, one, true)], plain);
    }),
    { numRuns: 60 },
  );
});

test('the order of the models does not matter beyond one rounding', () => {
  fc.assert(
    fc.property(tensors, ([values, weights]) => {
      const forward = merge(values, weights, true);
      const backward = merge(values.toReversed(), weights.toReversed(), true);
      const size = Math.max(...values.flatMap((value) => [...value.map(Math.abs)]), 1e-30);
      for (const [j, value] of forward.entries()) {
        assert.ok(Math.abs(value - backward[j]) <= size * 2 ** -23, `${value} and ${backward[j]}`);
      }
    }),
    { numRuns: 60 },
  );
});

test('the interpolation and extrapolation of two models in closed form', () => {
  const a = Float32Array.of(1, -2, 8);
  const b = Float32Array.of(3, 2, 0);
  assert.deepEqual([...merge([a, b], [0.25, 0.75], true)], [2.5, 1, 2]);
  assert.deepEqual([...merge([a, b], [1, 3], true)], [2.5, 1, 2]);
  assert.deepEqual([...merge([a, b], [1, 3], false)], [10, 4, 8]);
  assert.deepEqual([...merge([a, b], [2, -1], true)], [-1, -6, 16]);
});

test('weights that cannot be used are refused', () => {
  for (const weights of [
    [1, -1],
    [0, 0],
    [0.1, 0.2, -0.3],
  ]) {
    assert.throws(() => linear.check!({ weights, normalize: true }, 'w'), /of tensor w sum to 0/);
    linear.check!({ weights, normalize: false }, 'w');
  }
  linear.check!({ weights: [1e-9, 1e-9], normalize: true }, 'w');
});
