import assert from 'node:assert/strict';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { z } from 'zod';
import { sha256 } from '#src/recipes/canonical.ts';
import { training } from '#src/recipes/training.ts';
import { openEncoder } from '#workers/encoder/encode.ts';
import type { JobInput, Reporter } from '#workers/job.ts';
import { run } from '#workers/train/main.ts';
import { computeWith } from '../compute.ts';
import { messageOf, temporary } from '../encoder/tiny.ts';

/** A world of 40 things, each called by one word in both languages; sentences are two things. */
const things = 40;
const units = Array.from({ length: 120 }, (_, i) => {
  const [x, y] = [i % things, (7 * i + Math.floor(i / things)) % things];
  return { kind: 'SEGMENT', id: `u${i}`, texts: { en: `e${x} e${y}`, ko: `k${x} k${y}` } };
});
const corpusText = units.map((u) => `${JSON.stringify(u)}\n`).join('');
const words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]'].concat(
  ...['e', 'k'].map((l) => Array.from({ length: things }, (_, i) => l + i)),
);
const tokenizerText = JSON.stringify({
  version: '1.0',
  ...{ truncation: null, padding: null, added_tokens: [], normalizer: null, decoder: null },
  pre_tokenizer: { type: 'Whitespace' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [
      { SpecialToken: { id: '[CLS]', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: '[SEP]', type_id: 0 } },
    ],
    pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: {
      '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
      '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
    },
  },
  model: { type: 'WordLevel', unk_token: '[UNK]', vocab: Object.fromEntries(words.map((w, i) => [w, i])) },
});
const corpus = sha256(corpusText);
const tokenizer = sha256(tokenizerText);

const inits = {
  STATIC: { architecture: 'STATIC' as const, dimension: 16, tokenizer },
  BERT: {
    architecture: 'BERT' as const,
    ...{ layers: 2, hidden: 16, heads: 2, ffn: 32, maxLength: 12, pooling: 'MEAN' as const, tokenizer },
  },
};
const paramsOf = (rest: Partial<z.input<typeof training>> = {}): z.input<typeof training> => ({
  init: inits.STATIC,
  composition: {
    components: [
      { corpus, pairing: 'TRANSLATION', queryLang: 'ko', positiveLang: 'en', share: 2 },
      { corpus, pairing: 'TRANSLATION', queryLang: 'en', positiveLang: 'ko', share: 1 },
    ],
  },
  ...{ steps: 30, batchSize: 16, temperature: 0.05, learningRate: 0.03, warmupSteps: 3, schedule: 'COSINE' },
  ...{ weightDecay: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, clipNorm: 1 },
  ...{ maxQueryLength: 8, maxPassageLength: 8, seed: 1, checkpointEvery: 7 },
  ...rest,
});

interface Said {
  points: Record<string, number>[];
  outputs: Record<string, { path: string; meta: Record<string, unknown> }>;
  logs: string[];
}

/** A run as a worker would start it; `onStep` sees every step as it is reported. */
async function start(
  dir: string,
  params: z.input<typeof training>,
  onStep: (step: number) => void = () => {},
  { signal = new AbortController().signal, inputs = [] as JobInput[], logs = [] as string[] } = {},
): Promise<Said> {
  const out = join(dir, 'out');
  await rm(out, { recursive: true, force: true });
  for (const folder of [out, join(dir, 'scratch')]) await mkdir(folder, { recursive: true });
  await writeFile(join(dir, 'corpus.jsonl'), corpusText);
  await writeFile(join(dir, 'tokenizer.json'), tokenizerText);
  const said: Said = { points: [], outputs: {}, logs };
  const report: Reporter = {
    signal,
    progress() {},
    metrics(step, values) {
      said.points.push({ step, ...values });
      onStep(step);
    },
    log: (_, message) => said.logs.push(message),
    output(role, path, meta) {
      said.outputs[role] = { path, meta };
    },
  };
  const job = {
    ...{ run: 'run', attempt: 1, kind: 'TRAINING' as const, params: training.parse(params) },
    inputs: [
      { role: 'corpus', digest: corpus, path: join(dir, 'corpus.jsonl') },
      { role: 'tokenizer', digest: tokenizer, path: join(dir, 'tokenizer.json') },
      ...inputs,
    ],
    ...{ scratch: join(dir, 'scratch'), out, ...computeWith(2) },
  };
  await run(job, report);
  return said;
}

const weightsOf = (said: Said) => readFile(join(said.outputs.model.path, 'model.safetensors'));

/** The state of a run that was asked to stop when it reported this step. */
async function stopAt(dir: string, params: z.input<typeof training>, step: number, inputs: JobInput[] = []) {
  const controller = new AbortController();
  const reason = new Error('asked to stop');
  const stopped = start(dir, params, (at) => at === step && controller.abort(reason), {
    signal: controller.signal,
    inputs,
  });
  await assert.rejects(stopped, reason);
}

for (const [name, init] of Object.entries(inits)) {
  const params = paramsOf({ init, ...(name === 'BERT' && { steps: 60, learningRate: 0.01 }) });

  test(`${name}: a model learns to translate a small world, and says what it is`, async (t) => {
    const said = await start(await temporary(t), params);
    const losses = said.points.map((p) => p.loss);
    const mean = (x: number[]) => x.reduce((a, b) => a + b, 0) / x.length;
    assert.ok(mean(losses.slice(-5)) < 0.5 * losses[0], `${losses}`);
    assert.deepEqual(Object.keys(said.points[0]).sort(), [
      ...['gradientNorm', 'learningRate', 'loss', 'pairsPerSecond', 'step'],
    ]);
    const { meta, path } = said.outputs.model;
    assert.equal(meta.architecture, name);
    assert.equal(meta.dimension, 16);
    assert.deepEqual(meta.languages, ['en', 'ko']);
    assert.deepEqual(
      (meta.pairs as { name: string; pairs: number }[]).map((p) => [p.name, p.pairs]),
      [
        ['TRANSLATION ko-en', 120],
        ['TRANSLATION en-ko', 120],
      ],
    );
    const encoder = await openEncoder(path, { threads: 1 });
    const texts = (l: string) => Array.from({ length: things }, (_, i) => `${l}${i} ${l}${(i + 3) % things}`);
    const [ko, en] = [await encoder.encode(texts('k'), 'query'), await encoder.encode(texts('e'), 'passage')];
    await encoder.close();
    const cosine = (i: number, j: number) =>
      ko.subarray(16 * i, 16 * i + 16).reduce((sum, x, d) => sum + x * en[16 * j + d], 0);
    const right = Array.from({ length: things }, (_, i) =>
      Array.from({ length: things }, (_, j) => j).every((j) => j === i || cosine(i, j) < cosine(i, i)),
    ).filter(Boolean).length;
    assert.ok(right > 0.8 * things, `${right} of ${things} translations come first`);
  });

  test(`${name}: a run that was stopped goes on to the same bytes`, async (t) => {
    const whole = await start(await temporary(t), params);
    const dir = await temporary(t);
    await stopAt(dir, params, 5);
    await stopAt(dir, params, 18);
    const resumed = await start(dir, params);
    assert.deepEqual(
      resumed.points.map((p) => p.step),
      whole.points.map((p) => p.step).slice(18),
    );
    assert.deepEqual(await weightsOf(resumed), await weightsOf(whole));
    // The newest checkpoint is damaged: the run goes on from the one before, to the same end.
    const folder = join(dir, 'scratch');
    const newest = (await readdir(folder)).sort().at(-1)!;
    await writeFile(join(folder, newest), 'damaged');
    const repaired = await start(dir, params);
    assert.match(repaired.logs[0], /is damaged/);
    assert.deepEqual(await weightsOf(repaired), await weightsOf(whole));
  });
}

test('a run goes on from the weights of a model', async (t) => {
  const dir = await temporary(t);
  const first = await start(dir, paramsOf());
  const parent = join(dir, 'parent');
  await cp(first.outputs.model.path, parent, { recursive: true });
  const model = 'c'.repeat(64);
  const second = await start(
    dir,
    paramsOf({ init: { architecture: 'MODEL', model }, steps: 3, learningRate: 1e-3 }),
    undefined,
    { inputs: [{ role: 'model', digest: model, path: parent }] },
  );
  assert.ok(second.points[0].loss < 0.5 * first.points[0].loss);
});

test('a run that is stopped before its first step says why', async (t) => {
  const reason = new Error('asked to stop');
  const stopped = start(await temporary(t), paramsOf(), undefined, { signal: AbortSignal.abort(reason) });
  await assert.rejects(stopped, reason);
});

test('epochs are passes over the pairs', async (t) => {
  const said = await start(await temporary(t), paramsOf({ steps: undefined, epochs: 1.5 }));
  assert.equal(said.points.length, Math.ceil((1.5 * 240) / 16));
});

test('the composition is an output', async (t) => {
  const said = await start(await temporary(t), paramsOf({ steps: 1 }));
  const { path, meta } = said.outputs.composition;
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  assert.equal(lines.length, 241);
  assert.deepEqual(JSON.parse(lines[0]).rows, [120, 120]);
  assert.equal((meta.components as unknown[]).length, 2);
});

/** Queries are sentences of one language, documents those of both: what the model learns can be measured on them. */
const benchmarkText = [
  ...units.slice(0, 30).flatMap(({ id, texts }) =>
    Object.entries(texts).flatMap(([language, text]) => [
      { type: 'query', id: `q${id}`, language, text },
      { type: 'document', id, language, text },
    ]),
  ),
  ...[
    ['ko', 'en'],
    ['ko', 'ko'],
  ].flatMap(([queryLang, docLang]) =>
    units
      .slice(0, 30)
      .map(({ id }) => ({ type: 'qrel', queryLang, docLang, query: `q${id}`, document: id, grade: 1 })),
  ),
]
  .map((entry) => `${JSON.stringify(entry)}\n`)
  .join('');
const benchmark = sha256(benchmarkText);

async function withBenchmark(dir: string): Promise<{ inputs: JobInput[] }> {
  const path = join(dir, 'benchmark.jsonl');
  await writeFile(path, benchmarkText);
  return { inputs: [{ role: 'benchmark', digest: benchmark, path }] };
}
const evaluation = { benchmark, every: 4, metric: 'nDCG@10', select: 'CLIR', keep: 'BEST' } as const;

test('a benchmark beside: series by direction, and the model of the best step is the one written', async (t) => {
  const dir = await temporary(t);
  const rest = { evaluation, steps: 14, learningRate: 0.3, schedule: 'CONSTANT' as const };
  const said = await start(dir, paramsOf(rest), undefined, await withBenchmark(dir));
  const measured = said.points.filter((p) => 'dev CLIR' in p);
  assert.deepEqual(
    measured.map((p) => p.step),
    [4, 8, 12, 14],
  );
  for (const p of measured) {
    assert.equal(p['dev CLIR'], p['dev nDCG@10 ko-en']);
    assert.equal(p['dev Mono'], p['dev nDCG@10 ko-ko']);
  }
  const best = measured.reduce((a, b) => (b['dev CLIR'] > a['dev CLIR'] ? b : a));
  assert.deepEqual(said.outputs.model.meta.best, { step: best.step, value: best['dev CLIR'] });
  // A run that ends at that step has the same weights, for its rate is the same.
  const short = await temporary(t);
  const upTo = await start(short, paramsOf({ ...rest, evaluation: undefined, steps: best.step }));
  assert.deepEqual(await weightsOf(said), await weightsOf(upTo));
});

test('GradCache, accumulation, both directions and a benchmark: stopped, the run goes on to the same bytes', async (t) => {
  const params = paramsOf({
    ...{ init: inits.BERT, steps: 12, miniBatch: 5, accumulate: 2, symmetric: true, checkpointEvery: 3 },
    evaluation,
  });
  const [one, other] = [await temporary(t), await temporary(t)];
  const whole = await start(one, params, undefined, await withBenchmark(one));
  const { inputs } = await withBenchmark(other);
  for (const step of [4, 9]) await stopAt(other, params, step, inputs);
  const resumed = await start(other, params, undefined, { inputs });
  assert.deepEqual(await weightsOf(resumed), await weightsOf(whole));
  assert.deepEqual(resumed.outputs.model.meta.best, whole.outputs.model.meta.best);
});

test('a step whose loss is no number ends the run, names its units and leaves the checkpoints', async (t) => {
  const dir = await temporary(t);
  const logs: string[] = [];
  const params = paramsOf({
    ...{ learningRate: 1e38, schedule: 'CONSTANT', warmupSteps: 6 },
    checkpointEvery: 1,
  });
  const message = await messageOf(start(dir, params, undefined, { logs }));
  const step = Number(/at step (\d+) the loss is/.exec(message)?.[1]);
  assert.ok(step > 1, message);
  const ids = logs.flatMap(
    (line) => /^units of step \d+, corpus [0-9a-f]{12}: (.*)$/.exec(line)?.[1].split(', ') ?? [],
  );
  assert.equal(new Set(ids).size, 16);
  assert.ok(
    ids.every((id) => units.some((u) => u.id === id)),
    `${ids}`,
  );
});

const refusals: [string, Partial<z.input<typeof training>>, RegExp][] = [
  ['neither steps nor epochs', { steps: undefined }, /UserError: steps and epochs.* exactly one/],
  ['steps and epochs', { epochs: 1 }, /UserError: steps and epochs.* exactly one/],
  ['a batch beyond the data', { batchSize: 200 }, /UserError: batchSize is 200/],
  [
    'heads that do not divide the width',
    { init: { ...inits.BERT, heads: 3 } },
    /UserError: hidden \(16\) must be a multiple of heads \(3\)/,
  ],
  [
    'a rate that makes the loss no number',
    { learningRate: 10, temperature: 1e-40, clipNorm: 0 },
    /UserError: training diverged: at step \d+ .* lower learningRate/,
  ],
  [
    'a prefix longer than the vector',
    { matryoshka: [{ dimension: 32, weight: 1 }] },
    /UserError: matryoshka asks for the first 32 numbers of vectors that have 16/,
  ],
  [
    'a static model frozen',
    { freeze: { embeddings: true, layers: 0 } },
    /UserError: a static model is one table of embeddings: frozen, there is nothing left to train/,
  ],
  [
    'more layers frozen than there are',
    { init: inits.BERT, freeze: { embeddings: false, layers: 3 } },
    /UserError: freeze.layers is 3, but the model has 2 layers/,
  ],
];
for (const [what, rest, message] of refusals)
  test(`${what}: one clear error`, async (t: TestContext) => {
    assert.match(await messageOf(start(await temporary(t), paramsOf(rest))), message);
  });
