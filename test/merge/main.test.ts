import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { UserError } from '#src/errors.ts';
import { modelMeta, readModel, writeModel } from '#workers/encoder/folder.ts';
import type { Model, ModelConfig } from '#workers/encoder/model.ts';
import type { Job } from '#workers/job.ts';
import { run } from '#workers/merge/main.ts';
import {
  bertConfig,
  makeModel,
  messageOf,
  staticConfig,
  temporary,
  unigram,
  wordPiece,
  writeTokenizer,
} from '../encoder/tiny.ts';
import { listener } from '../tokenize/texts.ts';

async function mergeJob(
  dir: string,
  models: Model[],
  weights: number[],
  normalize = true,
): Promise<Job<'MERGE'>> {
  const inputs = [];
  for (const [i, model] of models.entries()) {
    const path = join(dir, `in-${i}`);
    await writeModel(path, model);
    inputs.push({ role: 'model', digest: String(i).repeat(64), path });
  }
  return {
    ...{ run: 'r', attempt: 1, kind: 'MERGE', scratch: dir, out: join(dir, 'out'), threads: 1 },
    params: { method: 'LINEAR', weights, normalize },
    inputs,
  };
}

for (const config of [bertConfig(), staticConfig()]) {
  test(`two ${config.encoder.architecture} models become the model between them`, async (t) => {
    const dir = await temporary(t);
    const tokenizerPath = await writeTokenizer(dir, wordPiece);
    const a = makeModel(config, tokenizerPath);
    const b = makeModel(config, tokenizerPath, (i, j) => i - j / 7);
    const { report, outputs, progress } = listener();
    const job = await mergeJob(dir, [a, b], [3, 1]);
    await run(job, report);
    assert.deepEqual(outputs, [
      { role: 'model', path: 'model', meta: { ...modelMeta(config), merge: job.params } },
    ]);
    const merged = await readModel(join(job.out, 'model'));
    assert.deepEqual(merged.config, config);
    for (const [name, { data }] of merged.tensors) {
      const expected = data.map(
        (_, j) => (3 * a.tensors.get(name)!.data[j] + b.tensors.get(name)!.data[j]) / 4,
      );
      assert.deepEqual(data, expected, name);
    }
    assert.deepEqual(await readFile(merged.tokenizerPath), await readFile(tokenizerPath));
    assert.deepEqual(progress.at(-1), [a.tensors.size, a.tensors.size, 'tensors']);
    assert.equal(
      await readFile(join(job.out, 'model/mergekit_config.yml'), 'utf8'),
      `merge_method: linear
models:
  - model: "${'0'.repeat(64)}"
    parameters:
      weight: 3
  - model: "${'1'.repeat(64)}"
    parameters:
      weight: 1
parameters:
  normalize: true
dtype: float32
`,
    );
  });
}

test('the same recipe gives the same bytes', async (t) => {
  const dir = await temporary(t);
  const tokenizerPath = await writeTokenizer(dir, wordPiece);
  const models = [
    makeModel(bertConfig(), tokenizerPath),
    makeModel(bertConfig(), tokenizerPath, (i, j) => i * j),
  ];
  const job = await mergeJob(dir, models, [0.1, 1e-7]);
  const files: string[][] = [];
  for (const out of ['out-a', 'out-b']) {
    await run({ ...job, out: join(dir, out) }, listener().report);
    const folder = join(dir, out, 'model');
    files.push([
      await readFile(join(folder, 'model.safetensors'), 'latin1'),
      await readFile(join(folder, 'mergekit_config.yml'), 'latin1'),
    ]);
  }
  assert.deepEqual(files[0], files[1]);
  assert.match(files[0][1], /weight: 0\.1\n/);
  assert.match(files[0][1], /weight: 1\.0e-7\n/);
});

test('models that differ are refused, every difference named, before anything is written', async (t) => {
  const dir = await temporary(t);
  const tokenizerPath = await writeTokenizer(dir, wordPiece);
  const base = bertConfig();
  const cases: [ModelConfig, RegExp[]][] = [
    [
      staticConfig(16, 8),
      [
        /architecture: model 1 has "BERT", model 2 has "STATIC"/,
        /tensor embedding.weight: model 1 has none, model 2 has \[16, 8\]/,
      ],
    ],
    [
      { ...base, encoder: { ...base.encoder, ffn: 6 } as ModelConfig['encoder'] },
      [
        /ffn: model 1 has 12, model 2 has 6/,
        /tensor encoder.layer.1.output.dense.weight: model 1 has \[8, 12\], model 2 has \[8, 6\]/,
      ],
    ],
    [
      { ...base, encoder: { ...base.encoder, layers: 1 } as ModelConfig['encoder'] },
      [/tensor encoder.layer.1.attention.self.query.bias: model 1 has \[8\], model 2 has none/],
    ],
    [
      { ...base, encoder: { ...base.encoder, heads: 4 } as ModelConfig['encoder'] },
      [/^heads: model 1 has 2, model 2 has 4$/],
    ],
    [{ ...base, pooling: 'MEAN' }, [/^pooling: model 1 has "CLS", model 2 has "MEAN"$/]],
    [{ ...base, normalize: true }, [/^normalize: model 1 has false, model 2 has true$/]],
    [
      { ...base, prompts: { query: 'query: ' } },
      [/^prompt for a passage: model 1 has "passage: ", model 2 has ""$/],
    ],
  ];
  for (const [i, [config, expected]] of cases.entries()) {
    const folder = join(dir, String(i));
    const models = [makeModel(base, tokenizerPath), makeModel(config, tokenizerPath)];
    const job = await mergeJob(folder, models, [1, 1]);
    const error = await run(job, listener().report).then(
      () => assert.fail('models that differ were merged'),
      (e: UserError) => e,
    );
    assert.equal(error.code, 'BAD_USER_INPUT');
    for (const pattern of expected) {
      assert.ok(
        error.issues.some(({ message }) => pattern.test(message)),
        `${pattern} in ${JSON.stringify(error.issues)}`,
      );
    }
    if (i > 2) assert.equal(error.issues.length, 1);
    assert.ok(error.message.includes(error.issues[0].message));
    assert.ok(error.issues.every(({ path }) => path.startsWith('models[1].')));
    assert.deepEqual((await readdir(folder)).sort(), ['in-0', 'in-1']);
  }
});

test('another tokenizer, even with the same vocabulary size, is a difference', async (t) => {
  const dir = await temporary(t);
  const first = makeModel(staticConfig(21), await writeTokenizer(dir, wordPiece));
  const job = await mergeJob(
    dir,
    [first, first, { ...first, tokenizerPath: await writeTokenizer(await temporary(t), unigram) }],
    [1, 1, 1],
  );
  assert.match(
    await messageOf(run(job, listener().report)),
    /^UserError: these models cannot be merged: tokenizer.json: model 1 has sha256 [0-9a-f]{64}, model 3 has sha256 [0-9a-f]{64}$/,
  );
});

test('a value that is no number fails the merge and names the tensor', async (t) => {
  const dir = await temporary(t);
  const tokenizerPath = await writeTokenizer(dir, wordPiece);
  const good = makeModel(bertConfig(), tokenizerPath);
  const bad = makeModel(bertConfig(), tokenizerPath);
  bad.tensors.get('embeddings.LayerNorm.bias')!.data[3] = Number.NaN;
  const job = await mergeJob(dir, [good, bad], [1, 1]);
  assert.match(
    await messageOf(run(job, listener().report)),
    /^UserError: tensor embeddings.LayerNorm.bias of the merged model would hold NaN at position 3, where model 1 has .*, model 2 has NaN$/,
  );
  const huge = makeModel(bertConfig(), tokenizerPath, () => 3e38);
  const overflow = await mergeJob(join(dir, 'x'), [huge, huge], [1, 1], false);
  assert.match(await messageOf(run(overflow, listener().report)), /would hold Infinity at position 0/);
});

test('weights that sum to 0 are refused under normalisation alone', async (t) => {
  const dir = await temporary(t);
  const tokenizerPath = await writeTokenizer(dir, wordPiece);
  const model = makeModel(staticConfig(), tokenizerPath);
  const job = await mergeJob(dir, [model, model], [1, -1]);
  assert.match(
    await messageOf(run(job, listener().report)),
    /^UserError: the weights 1, -1 of tensor embedding.weight sum to 0/,
  );
  const difference = { ...job, params: { ...job.params, normalize: false } };
  await run(difference, listener().report);
  const merged = await readModel(join(job.out, 'model'));
  assert.ok(merged.tensors.get('embedding.weight')!.data.every((value) => value === 0));
});

test('a cancelled merge stops', async (t) => {
  const dir = await temporary(t);
  const model = makeModel(bertConfig(), await writeTokenizer(dir, wordPiece));
  const abort = new AbortController();
  const { report, progress, outputs } = listener(abort.signal);
  const told = report.progress;
  report.progress = (done, total, unit) => {
    told(done, total, unit);
    if (done === 3) abort.abort(new Error('stop now'));
  };
  const job = await mergeJob(dir, [model, model], [1, 1]);
  assert.equal(await messageOf(run(job, report)), 'Error: stop now');
  assert.equal(progress.length, 3);
  assert.deepEqual(outputs, []);
});
