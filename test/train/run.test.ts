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
  { signal = new AbortController().signal, inputs = [] as JobInput[] } = {},
): Promise<Said> {
  const out = join(dir, 'out');
  await rm(out, { recursive: true, force: true });
  for (const folder of [out, join(dir, 'scratch')]) await mkdir(folder, { recursive: true });
  await writeFile(join(dir, 'corpus.jsonl'), corpusText);
  await writeFile(join(dir, 'tokenizer.json'), tokenizerText);
  const said: Said = { points: [], outputs: {}, logs: [] };
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
    ...{ scratch: join(dir, 'scratch'), out, threads: 2 },
  };
  await run(job, report);
  return said;
}

const weightsOf = (said: Said) => readFile(join(said.outputs.model.path, 'model.safetensors'));

/** The state of a run that was asked to stop when it reported this step. */
async function stopAt(dir: string, params: z.input<typeof training>, step: number) {
  const controller = new AbortController();
  const reason = new Error('asked to stop');
  const stopped = start(dir, params, (at) => at === step && controller.abort(reason), {
    signal: controller.signal,
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
];
for (const [what, rest, message] of refusals)
  test(`${what}: one clear error`, async (t: TestContext) => {
    assert.match(await messageOf(start(await temporary(t), paramsOf(rest))), message);
  });
