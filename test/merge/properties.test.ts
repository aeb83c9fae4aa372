/** Algebra that every method has to have, over tensors that have nothing special about them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type MergeMethodName, mergeMethodNames, methodSpec } from '#src/recipes/merging.ts';
import { methodOf } from '#workers/merge/registry.ts';
import { mergeTensor, viewOf } from '#workers/merge/tensor.ts';

const shape = [6, 5];
const size = 30;
/** A tensor of values in (-1, 1), other ones for every number. */
const tensorOf = (n: number) =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(n * 1.7 + (n + 2) * (i + 1)));
const tensor = fc.integer({ min: 0, max: 100_000 }).map(tensorOf);
const weight = fc.double({ min: 0.1, max: 3, noNaN: true });

interface Model {
  name: string;
  values: Float32Array;
  weight: number;
}
const modelsOf = (values: Float32Array[], weights: number[]): Model[] =>
  values.map((of, i) => ({ name: `model ${i}`, values: of, weight: weights[i] }));

/** A merge with a value in the middle of its range for every parameter, or the one given. */
function merged(
  method: MergeMethodName,
  models: Model[],
  base: Float32Array | null,
  given: Record<string, unknown> = {},
): Float32Array {
  const each = <T>(of: (model: Model) => T) => models.map(of);
  const middle: Record<string, unknown> = {
    weights: each(({ weight }) => weight),
    ...{
      densities: each(() => 0.6),
      gammas: each(() => 0.1),
      epsilons: each(() => 0.2),
      scales: each(() => 1),
    },
    ...{ t: 0.4, lambda: 0.8, selectTopk: 0.7, eps: 1e-8, maxIterations: 100, tolerance: 1e-9, seed: 11 },
    ...{ normalize: true, rescale: 'L1', normalizeWeights: true, flatten: true, rowWise: false },
    filterWise: false,
  };
  const own = Object.keys(methodSpec(method).parameters);
  const params = Object.fromEntries(own.map((name) => [name, given[name] ?? middle[name]]));
  const view = viewOf(
    'w',
    shape,
    each(({ name }) => name),
    each(({ values }) => values),
    methodSpec(method).base === 'REQUIRED' ? base : null,
  );
  return mergeTensor(methodOf(method), view, params);
}

const based = mergeMethodNames.filter((name) => methodSpec(name).base === 'REQUIRED');
const countOf = (method: MergeMethodName) => Math.min(3, methodSpec(method).models[1]);

function near(found: Float32Array, expected: Float32Array, what: string, tolerance = 2e-6) {
  for (const [i, x] of found.entries())
    assert.ok(Math.abs(x - expected[i]) <= tolerance, `${what}: ${x} for ${expected[i]} at ${i}`);
}

const three = fc.tuple(tensor, tensor, tensor);
const weights = fc.tuple(weight, weight, weight);
const runs = { numRuns: 50 };

describe('the order of the models does not matter', () => {
  for (const method of mergeMethodNames.filter((name) => methodSpec(name).models[1] > 1))
    test(method, () => {
      fc.assert(
        fc.property(three, weights, tensor, (values, weights, base) => {
          const models = modelsOf(values, weights).slice(0, countOf(method));
          near(merged(method, models.toReversed(), base), merged(method, models, base), method);
        }),
        runs,
      );
    });
});

/** Parameters under which a method takes all there is, and adds nothing. */
const whole = {
  ...{ densities: [1, 1, 1], gammas: [0, 0, 0], epsilons: [0, 0, 0], lambda: 1, selectTopk: 1, t: 10 },
};
describe('equal models merge to that model, whatever the base', () => {
  for (const method of mergeMethodNames)
    test(method, () => {
      fc.assert(
        fc.property(tensor, weights, tensor, (value, weights, base) => {
          const models = modelsOf([value, value, value], weights).slice(0, countOf(method));
          // Between the model and itself, anywhere.
          if (method === 'SLERP') near(merged(method, models, value), value, method);
          else near(merged(method, models, base, whole), value, method);
        }),
        runs,
      );
    });
});

describe('models that are their base merge to the base, to the bit', () => {
  for (const method of based.filter((name) => name !== 'SLERP'))
    test(method, () => {
      fc.assert(
        fc.property(tensor, weights, (base, weights) => {
          const models = modelsOf([base, base, base], weights).slice(0, countOf(method));
          assert.deepEqual(merged(method, models, base), base);
        }),
        runs,
      );
    });
});

describe('a factor of 0 on the delta leaves the base, to the bit', () => {
  for (const method of based.filter((name) => 'lambda' in methodSpec(name).parameters))
    test(method, () => {
      fc.assert(
        fc.property(three, weights, tensor, (values, weights, base) => {
          assert.deepEqual(merged(method, modelsOf(values, weights), base, { lambda: 0 }), base);
        }),
        runs,
      );
    });
});

test('with nothing dropped, the methods that drop are task arithmetic or TIES', () => {
  fc.assert(
    fc.property(three, weights, tensor, (values, weights, base) => {
      const models = modelsOf(values, weights);
      for (const [plain, dropping] of [
        ['TASK_ARITHMETIC', ['DARE_LINEAR', 'DELLA_LINEAR', 'BREADCRUMBS']],
        ['TIES', ['DARE_TIES', 'DELLA', 'BREADCRUMBS_TIES']],
      ] as const)
        for (const method of dropping)
          assert.deepEqual(
            merged(method, models, base, { ...whole, lambda: 0.8 }),
            merged(plain, models, base, { ...whole, lambda: 0.8 }),
            method,
          );
    }),
    runs,
  );
});

test('slerp: its ends, to the bit; its middle and its length in closed form', () => {
  fc.assert(
    fc.property(tensor, tensor, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, t) => {
      const [model] = modelsOf([b], [1]);
      assert.deepEqual(merged('SLERP', [model], a, { t: 0 }), a);
      assert.deepEqual(merged('SLERP', [model], a, { t: 1 }), b);
      // From the other end it is the same way.
      const [back] = modelsOf([a], [1]);
      near(merged('SLERP', [model], a, { t }), merged('SLERP', [back], b, { t: 1 - t }), 'there and back');
    }),
    runs,
  );
  const [line] = modelsOf([tensorOf(1).map((v) => 3 * v)], [1]);
  const along = tensorOf(1).map((v) => (0.75 + 0.25 * 3) * v);
  near(merged('SLERP', [line], tensorOf(1), { t: 0.25 }), along, 'where the two are parallel');
  const [x, y] = [Float32Array.of(2, 0), Float32Array.of(0, 2)];
  for (const t of [0.25, 0.5, 0.9]) {
    const view = viewOf('w', [2], ['m'], [y], x);
    const found = mergeTensor(methodOf('SLERP'), view, { t });
    near(found, Float32Array.of(2 * Math.cos((t * Math.PI) / 2), 2 * Math.sin((t * Math.PI) / 2)), 'arc');
  }
});

test('nuslerp with all weight on one model is that model; nearswap with no reach the base', () => {
  fc.assert(
    fc.property(tensor, tensor, (a, b) => {
      near(merged('NUSLERP', modelsOf([a, b], [1, 0]), null), a, 'first');
      near(merged('NUSLERP', modelsOf([a, b], [0, 1]), null), b, 'second');
      assert.deepEqual(merged('NEARSWAP', modelsOf([b], [1]), a, { t: 0 }), a);
    }),
    runs,
  );
});

test('passthrough scales, and task arithmetic with one model is the line through it', () => {
  fc.assert(
    fc.property(tensor, tensor, weight, (base, value, factor) => {
      const [model] = modelsOf([value], [1]);
      assert.deepEqual(
        merged('PASSTHROUGH', [model], null, { scales: [factor] }),
        value.map((x) => factor * x),
      );
      near(
        merged('TASK_ARITHMETIC', [model], base, { lambda: factor }),
        base.map((x, i) => x + factor * (value[i] - x)),
        'line',
      );
    }),
    runs,
  );
});
