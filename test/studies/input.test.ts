import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { readSpec } from '#src/studies/input.ts';
import { planStudy } from '#src/studies/plan.ts';

const yaml = `
name: paper
languages: [ko, en]
sources:
  - corpus: everyday
bases:
  - name: base
    model: sample/base
compositions:
  - PAPER
  - name: mostly-cross
    directions:
      - {queryLang: ko, positiveLang: en, share: 0.8}
      - {queryLang: ko, positiveLang: ko, share: 0.2}
  - grid:
      - {queryLang: ko, positiveLang: en, shares: [0, 1]}
factors: {parallelNegatives: [MASK, KEEP]}
training: {steps: 50, symmetric: true, miniBatch: 16, freeze: {layers: 2}, matryoshka: [{dimension: 64}], distillation: {teacher: big}}
seeds: [1, 2]
merges:
  - {name: both, of: [mono, cross], weights: [0.5, 0.5]}
  - {of: PAIRS, method: TIES, base: BASE, each: [{density: 0.2}, {density: 0.8}], parameters: {lambda: 0.7, normalize: false}}
  - {of: ALL, method: DARE_LINEAR, parameters: {rescale: EXPECTED}, sweep: [{parameter: density, values: [0.1, 0.5]}]}
  - {of: [mono, cross], sweep: [{weights: [[0.9, 0.1], [0.5, 0.5]]}]}
evaluation: {benchmarks: [questions]}
`;

const spec = {
  name: 'paper',
  description: null,
  languages: ['ko', 'en'],
  sources: [{ corpus: 'everyday', pairing: null }],
  bases: [{ name: 'base', model: 'sample/base', init: null }],
  compositions: [
    { preset: 'PAPER' },
    {
      own: {
        name: 'mostly-cross',
        directions: [
          { queryLang: 'ko', positiveLang: 'en', share: 0.8 },
          { queryLang: 'ko', positiveLang: 'ko', share: 0.2 },
        ],
      },
    },
    { grid: [{ queryLang: 'ko', positiveLang: 'en', shares: [0, 1] }] },
  ],
  factors: { parallelNegatives: ['MASK', 'KEEP'] },
  training: {
    steps: 50,
    symmetric: true,
    miniBatch: 16,
    freeze: { layers: 2 },
    matryoshka: [{ dimension: 64 }],
    distillation: { teacher: 'big' },
  },
  seeds: [1, 2],
  merges: [
    { name: 'both', of: { names: ['mono', 'cross'] }, weights: [0.5, 0.5] },
    {
      of: { group: 'PAIRS' },
      method: 'TIES',
      base: 'BASE',
      each: [{ density: 0.2 }, { density: 0.8 }],
      parameters: { lambda: 0.7, normalize: false, density: null },
    },
    {
      of: { group: 'ALL' },
      method: 'DARE_LINEAR',
      parameters: { rescale: 'EXPECTED' },
      sweep: [{ parameter: 'density', values: [0.1, 0.5], weights: null }],
    },
    {
      of: { names: ['mono', 'cross'] },
      sweep: [
        {
          weights: [
            [0.9, 0.1],
            [0.5, 0.5],
          ],
        },
      ],
    },
  ],
  evaluation: { benchmarks: ['questions'] },
};

test('YAML and GraphQL are two forms of one study', () => {
  assert.deepEqual(readSpec({ spec }), readSpec({ yaml }));
});

test('mistakes are named by their path', () => {
  for (const [text, path, message] of [
    [yaml.replace('PAPER', 'PAPERS'), 'input.compositions[0]', /expected one of "PAPER"/],
    [yaml.replace('share: 0.2', 'share: -1'), 'input.compositions[1].directions[1].share', />0/],
    [yaml.replace('shares: [0, 1]', 'shares: []'), 'input.compositions[2].grid[0].shares', />=1 items/],
    [yaml.replace('of: PAIRS', 'of: TRIPLES'), 'input.merges[1].of', /expected one of "PAIRS"/],
    [yaml.replace('seeds: [1, 2]', 'seeds: [1, -2]'), 'input.seeds[1]', /./],
    [yaml.replace('languages: [ko, en]', 'languages: [ko]'), 'input.languages', /./],
    [yaml.replace('TIES', 'TIE'), 'input.merges[1].method', /expected one of "LINEAR"/],
    [
      yaml.replace('values: [0.1, 0.5]', 'weights: [[1]]'),
      'input.merges[2].sweep[0]',
      /either parameter and values/,
    ],
    [`${yaml}\nbudget: 3`, 'input', /budget/],
    [yaml.replace('model: sample/base', 'weights: x'), 'input.bases[0]', /weights/],
    ['name: [', 'input.yaml', /cannot be read/],
    ['a: &x 1\nb: *x', 'input.yaml', /aliases/],
    [`a: ${'x'.repeat(300_000)}`, 'input.yaml', /300003 characters/],
  ] as const)
    assert.throws(
      () => readSpec({ yaml: text }),
      (error: Error & { issues: { path: string; message: string }[] }) => {
        assert.match(error.message, message);
        assert.ok(
          error.issues.some((issue) => issue.path === path),
          JSON.stringify(error.issues),
        );
        return true;
      },
    );
});

test('the studies that come along are studies', async () => {
  const folder = new URL('../../examples/studies/', import.meta.url);
  const files = (await readdir(folder)).filter((file) => file.endsWith('.yaml'));
  assert.ok(files.length > 0);
  for (const url of [
    ...files.map((file) => new URL(file, folder)),
    new URL('../../sample/study.yaml', import.meta.url),
  ])
    assert.ok(planStudy(readSpec({ yaml: await readFile(url, 'utf8') })).length > 0, url.href);
});
