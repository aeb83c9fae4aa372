import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { compositionsOf } from '#src/studies/compositions.ts';
import { unionOf } from '#src/studies/merges.ts';
import { isMade, planStudy, type Step } from '#src/studies/plan.ts';
import { studySpec } from '#src/studies/spec.ts';

const small = {
  name: 'paper',
  languages: ['ko', 'en'],
  sources: [{ corpus: 'everyday' }],
  bases: [{ name: 'base', model: 'sample/base' }],
  compositions: ['PAPER'],
  training: { steps: 100 },
  evaluation: { benchmarks: ['questions'] },
};
const spec = (over: object = {}) => studySpec.parse({ ...small, ...over });
const keys = (steps: Step[], kind?: string) =>
  steps.filter((s) => !kind || s.kind === kind).map((s) => s.key);

describe('compositions', () => {
  test('PAPER: every direction alone, mono, cross, all', () => {
    const compositions = compositionsOf(spec());
    assert.deepEqual(
      compositions.map(({ name, components }) => [
        name,
        components.map((c) => `${c.queryLang}-${c.positiveLang}`).join(' '),
      ]),
      [
        ['ko-ko', 'ko-ko'],
        ['ko-en', 'ko-en'],
        ['en-ko', 'en-ko'],
        ['en-en', 'en-en'],
        ['mono', 'ko-ko en-en'],
        ['cross', 'ko-en en-ko'],
        ['all', 'ko-ko ko-en en-ko en-en'],
      ],
    );
  });

  test('shares of sources and directions multiply', () => {
    const [{ components }] = compositionsOf(
      spec({
        sources: [
          { corpus: 'a', share: 3 },
          { corpus: 'b', pairing: 'NEIGHBOUR', share: 1 },
        ],
        compositions: [
          {
            name: 'own',
            directions: [
              { queryLang: 'ko', positiveLang: 'en', share: 0.5 },
              { queryLang: 'en', positiveLang: 'en', share: 2 },
            ],
          },
        ],
      }),
    );
    assert.deepEqual(
      components.map((c) => [c.corpus, c.pairing, c.queryLang, c.share]),
      [
        ['a', 'PASSAGE', 'ko', 1.5],
        ['a', 'PASSAGE', 'en', 6],
        ['b', 'NEIGHBOUR', 'ko', 0.5],
        ['b', 'NEIGHBOUR', 'en', 2],
      ],
    );
  });

  test('a grid is a product without the empty point and without points that only rescale another', () => {
    const axis = (queryLang: string, positiveLang: string) => ({
      queryLang,
      positiveLang,
      shares: [0, 1, 2],
    });
    const names = compositionsOf(
      spec({ compositions: [{ grid: [axis('ko', 'ko'), axis('ko', 'en')] }] }),
    ).map((c) => c.name);
    assert.deepEqual(names, [
      'ko-en.1',
      'ko-ko.1',
      'ko-ko.0.5_ko-en.0.5',
      'ko-ko.0.333_ko-en.0.667',
      'ko-ko.0.667_ko-en.0.333',
    ]);
  });

  test('a union weighs its parts alike and adds what they share', () => {
    const component = (queryLang: string, positiveLang: string, share: number) => ({
      corpus: 'c',
      pairing: 'PASSAGE' as const,
      queryLang,
      positiveLang,
      share,
    });
    const { name, components } = unionOf([
      { name: 'a', components: [component('ko', 'ko', 3), component('en', 'en', 1)] },
      { name: 'b', components: [component('en', 'en', 10)] },
    ]);
    assert.equal(name, 'union_a_b');
    assert.deepEqual(
      components.map((c) => [c.queryLang, c.share]),
      [
        ['ko', 0.375],
        ['en', 0.625],
      ],
    );
  });
});

describe('plan', () => {
  test('one training a composition and seed, one evaluation a system and benchmark', () => {
    const steps = planStudy(spec({ seeds: [1, 2, 3], evaluation: { benchmarks: ['q', 'r'] } }));
    assert.equal(keys(steps, 'TRAINING').length, 7 * 3);
    assert.equal(keys(steps, 'EVALUATION').length, (1 + 1 + 21) * 2);
    const cross = steps.find((s) => s.key === 'cross/s2')!;
    assert.deepEqual(cross.input, {
      name: 'paper/cross/s2',
      init: { model: 'sample/base' },
      composition: {
        components: [
          { corpus: 'everyday', pairing: 'PASSAGE', queryLang: 'ko', positiveLang: 'en', share: 1 },
          { corpus: 'everyday', pairing: 'PASSAGE', queryLang: 'en', positiveLang: 'ko', share: 1 },
        ],
      },
      steps: 100,
      seed: 2,
    });
  });

  test('a base that is trained comes first; factors and bases are named where there are several', () => {
    const steps = planStudy(
      spec({
        bases: [
          {
            name: 'fresh',
            init: { static: { tokenizer: 'words' } },
            directions: [{ queryLang: 'ko', positiveLang: 'ko' }],
            training: { steps: 7 },
          },
          { name: 'other', model: 'm' },
        ],
        compositions: ['CROSS'],
        factors: { parallelNegatives: ['MASK', 'KEEP'], batching: ['MIXED'] },
      }),
    );
    assert.deepEqual(keys(steps, 'TRAINING'), [
      'base/fresh',
      'fresh/cross/parallelNegatives-MASK/s0',
      'fresh/cross/parallelNegatives-KEEP/s0',
      'other/cross/parallelNegatives-MASK/s0',
      'other/cross/parallelNegatives-KEEP/s0',
    ]);
    const [base, cross] = steps;
    assert.equal(base.input.steps, 7);
    assert.deepEqual(cross.after, ['base/fresh']);
    assert.deepEqual(cross.input.init, { model: { $made: 'base/fresh' } });
    assert.equal((cross.input.composition as { parallelNegatives: string }).parallelNegatives, 'MASK');
  });

  test('merges: by name, pairs, all, with the base; unions with as many steps as the parts together', () => {
    const steps = planStudy(
      spec({
        compositions: ['MONO', 'CROSS', 'ALL'],
        merges: [
          { name: 'both', of: ['mono', 'cross'], weights: [0.3, 0.7] },
          { of: 'PAIRS' },
          { of: ['cross'].concat('BASE') },
          { of: 'ALL', method: 'TIES', parameters: { density: 0.5 } },
        ],
        union: 'SUM_STEPS',
      }),
    );
    assert.deepEqual(keys(steps, 'MERGE'), [
      'merge/both/s0',
      'merge/mono_cross/s0',
      'merge/mono_all/s0',
      'merge/cross_all/s0',
      'merge/cross_BASE/s0',
      'merge/all-merged/s0',
    ]);
    const input = (key: string) => steps.find((s) => s.key === key)!.input;
    assert.deepEqual(input('merge/both/s0').models, [
      { model: { $made: 'mono/s0' }, weight: 0.3 },
      { model: { $made: 'cross/s0' }, weight: 0.7 },
    ]);
    assert.deepEqual(input('merge/cross_BASE/s0').models, [
      { model: { $made: 'cross/s0' } },
      { model: 'sample/base' },
    ]);
    assert.equal(input('merge/all-merged/s0').density, 0.5);
    assert.equal(input('merge/all-merged/s0').base, 'sample/base');
    assert.equal(input('union_mono_cross/s0').steps, 200);
    assert.equal(input('union_mono_cross_all/s0').steps, 300);
    assert.equal(keys(steps).filter((key) => key === 'union_mono_cross/s0').length, 1);
  });

  test('methods have their base, parameters of every model, and the seed of the grid for random masks', () => {
    const steps = planStudy(
      spec({
        bases: [
          {
            name: 'own',
            init: { static: { tokenizer: 'w' } },
            directions: [{ queryLang: 'ko', positiveLang: 'ko' }],
          },
        ],
        compositions: ['MONO', 'CROSS'],
        seeds: [5],
        merges: [
          {
            name: 'dare',
            of: ['mono', 'cross'],
            method: 'DARE_TIES',
            each: [{ density: 0.2 }, { weight: 2, density: 0.4 }],
          },
          { name: 'slerp', of: ['cross'], base: 'mono', method: 'SLERP', parameters: { t: 0.25 } },
        ],
      }),
    );
    const step = (key: string) => steps.find((s) => s.key === key)!;
    assert.deepEqual(step('merge/dare/s5').input, {
      name: 'paper/dare',
      method: 'DARE_TIES',
      base: { $made: 'base/own' },
      models: [
        { model: { $made: 'mono/s5' }, density: 0.2 },
        { model: { $made: 'cross/s5' }, weight: 2, density: 0.4 },
      ],
      seed: 5,
    });
    assert.deepEqual(step('merge/dare/s5').after, ['mono/s5', 'cross/s5', 'base/own']);
    assert.deepEqual(step('merge/slerp/s5').input, {
      name: 'paper/slerp',
      method: 'SLERP',
      base: { $made: 'mono/s5' },
      models: [{ model: { $made: 'cross/s5' } }],
      t: 0.25,
    });
  });

  test('a sweep is a merge for every combination of values', () => {
    const steps = planStudy(
      spec({
        compositions: ['MONO', 'CROSS'],
        merges: [
          {
            name: 'mix',
            of: ['mono', 'cross'],
            sweep: [
              {
                weights: [
                  [0.9, 0.1],
                  [0.5, 0.5],
                ],
              },
            ],
          },
          {
            of: ['mono', 'cross'],
            method: 'TIES',
            sweep: [
              { parameter: 'density', values: [0.2, 1] },
              { parameter: 'lambda', values: [0.5, 1] },
            ],
          },
        ],
      }),
    ).filter(({ kind }) => kind === 'MERGE');
    assert.deepEqual(keys(steps), [
      'merge/mix_weights-0.9-0.1/s0',
      'merge/mix_weights-0.5-0.5/s0',
      'merge/mono_cross_density-0.2_lambda-0.5/s0',
      'merge/mono_cross_density-0.2_lambda-1/s0',
      'merge/mono_cross_density-1_lambda-0.5/s0',
      'merge/mono_cross_density-1_lambda-1/s0',
    ]);
    const weights = ({ input }: Step) => (input.models as { weight?: number }[]).map((m) => m.weight);
    assert.deepEqual(steps.slice(0, 2).map(weights), [
      [0.9, 0.1],
      [0.5, 0.5],
    ]);
    assert.deepEqual([steps[3].input.density, steps[3].input.lambda], [0.2, 1]);
  });

  test('a merge that its method would refuse is refused before anything is trained', () => {
    const two = { of: ['mono', 'cross'] };
    for (const [merge, message] of [
      [
        { ...two, method: 'SLERP', parameters: { t: 0.5 } },
        /SLERP takes one model beside the base, and it was given 2/,
      ],
      [{ of: ['mono'] }, /LINEAR takes two models or more, and it was given 1/],
      [{ of: ['cross'], base: 'mono', method: 'SLERP' }, /SLERP needs t/],
      [{ ...two, method: 'TIES', parameters: { density: 2 } }, /density is 2, not in \(0, 1\]/],
      [{ ...two, method: 'TIES', parameters: { density: true } }, /density is true, not a number/],
      [{ ...two, parameters: { density: 0.5 } }, /LINEAR has no parameter density; it has weight, normalize/],
      [{ ...two, parameters: { densty: 0.5 } }, /no merge has a parameter densty; there are weight, density/],
      [{ ...two, base: 'BASE' }, /LINEAR has no base/],
      [{ ...two, base: 'nothing', method: 'TIES' }, /there is no composition "nothing"/],
      [{ ...two, weights: [1, -1] }, /the weights sum to 0/],
      [{ ...two, each: [{ weight: 1 }] }, /1 each for 2 models/],
      [{ ...two, weights: [1, 1], each: [{ weight: 1 }, {}] }, /weights are given twice/],
      [
        { ...two, withBase: true, method: 'TIES', weights: [1, 1, 1] },
        /the base of the merge, which has no weight/,
      ],
    ] as const)
      assert.throws(() => planStudy(spec({ merges: [merge] })), { code: 'BAD_USER_INPUT', message });
    const sweep = Array.from({ length: 4 }, (_, i) => ({
      parameter: ['density', 'lambda', 'gamma', 'weight'][i],
      values: Array.from({ length: 100 }, (_, k) => k / 100),
    }));
    assert.throws(() => planStudy(spec({ merges: [{ ...two, sweep }] })), { code: 'LIMIT_EXCEEDED' });
  });

  test('steps come after what they need, keys and names are unique, every model is measured', () => {
    fc.assert(
      fc.property(
        fc.record({
          compositions: fc.constantFrom(['PAPER'], ['MONO', 'CROSS'], ['ALL', 'MONO', 'CROSS']),
          seeds: fc.uniqueArray(fc.nat(99), { minLength: 1, maxLength: 4 }),
          merges: fc.constantFrom([], [{ of: 'PAIRS' }], [{ of: 'ALL' }, { of: 'PAIRS', withBase: true }]),
          union: fc.constantFrom('OFF', 'SAME_STEPS', 'SUM_STEPS'),
          factors: fc.constantFrom(
            {},
            { parallelNegatives: ['MASK', 'KEEP'] },
            { temperature: [0.02, 0.05], batchSize: [64, 128] },
          ),
        }),
        (over) => {
          const steps = planStudy(spec(over));
          const seen = new Set<string>();
          const measured = new Set<string>();
          for (const step of steps) {
            assert.ok(!seen.has(step.key), step.key);
            for (const needed of step.after) assert.ok(seen.has(needed));
            seen.add(step.key);
            JSON.stringify(step.input, (_, value) => {
              if (isMade(value)) assert.ok(step.after.includes(value.$made));
              return value;
            });
            if (step.kind === 'EVALUATION') for (const key of step.after) measured.add(key);
          }
          for (const { key, kind } of steps) if (kind !== 'EVALUATION') assert.ok(measured.has(key), key);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('models have plain names, and a number only from the second seed on', () => {
    const steps = planStudy(
      spec({
        compositions: ['MONO', 'CROSS'],
        seeds: [7, 8],
        merges: [{ name: 'merged', of: ['mono', 'cross'] }],
      }),
    );
    assert.deepEqual(
      steps.flatMap(({ input }) => (input.name ? [input.name] : [])),
      ['paper/mono', 'paper/cross', 'paper/merged', 'paper/mono/s8', 'paper/cross/s8', 'paper/merged/s8'],
    );
  });

  test('a study that grows keeps its steps as they were', () => {
    const before = planStudy(
      spec({ seeds: [1], compositions: ['MONO', 'CROSS'], merges: [{ of: 'PAIRS' }] }),
    );
    const after = new Map(
      planStudy(
        spec({
          seeds: [1, 2],
          compositions: ['MONO', 'CROSS', 'ALL'],
          merges: [{ of: 'PAIRS' }, { of: 'ALL' }],
          evaluation: { benchmarks: ['questions', 'more'] },
        }),
      ).map((s) => [s.key, s]),
    );
    for (const step of before) assert.deepEqual(after.get(step.key), step);
  });

  test('a thousand runs are planned in well under a second of work; a thousand times too many are refused by their count', () => {
    const seeds = Array.from({ length: 20 }, (_, i) => i);
    assert.ok(planStudy(spec({ seeds, merges: [{ of: 'PAIRS' }] })).length > 1000);
    const shares = Array.from({ length: 30 }, (_, i) => i);
    const axes = ['ko', 'en'].flatMap((queryLang) =>
      ['ko', 'en'].map((positiveLang) => ({ queryLang, positiveLang, shares })),
    );
    assert.throws(() => planStudy(spec({ seeds, compositions: [{ grid: axes }] })), {
      code: 'LIMIT_EXCEEDED',
      message:
        /about 32,400,000 runs: 1 bases x 1 factor settings x 20 seeds x \(810000 compositions \+ 0 merges\), each on 1 benchmarks/,
    });
  });

  test('mistakes are named', () => {
    for (const [over, message] of [
      [
        { merges: [{ of: ['mono', 'nothing'] }] },
        /there is no composition "nothing" to merge; there are ko-ko, /,
      ],
      [{ merges: [{ of: ['mono', 'cross'], weights: [1, 2, 3] }] }, /3 weights for 2 models \(mono, cross\)/],
      [
        { merges: [{ of: ['mono', 'cross'] }, { of: ['mono', 'cross'] }] },
        /two merges are called "mono_cross"/,
      ],
      [{ compositions: ['MONO', 'PAPER'] }, /two compositions are called "mono"/],
      [{ sources: [] }, /names none/],
      [
        { merges: [{ name: 'mono', of: ['mono', 'cross'] }] },
        /two models of the study would be called "paper\/mono"/,
      ],
    ] as const)
      assert.throws(() => planStudy(spec(over)), { message });
  });
});
